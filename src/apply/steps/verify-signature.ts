import { verifySignature as verify } from '../../runtime/verify-signature.ts';
import type { StepDoer } from '../types.ts';

export const verifySignature: StepDoer<'verify-signature'> = {
  apply: async ({ image, shown, runtime }, { environment, signal, log }) =>
    log(`  | ${await verify({ image, shown, runtime, environment, signal, log })}`),
};
