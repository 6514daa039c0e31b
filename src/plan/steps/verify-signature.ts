import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Has the runtime check the signatures of an image: of the very file that will run. */
export interface VerifySignatureStep {
  readonly kind: 'verify-signature';
  readonly image: HostPath;
  /** Where that comes from, for messages. */
  readonly shown: string;
  readonly runtime: string;
}

export const verifySignature: StepWords<VerifySignatureStep> = {
  describe: ({ shown }) => `verify the signature of ${shown}`,
  isWorthALine: true,
};
