import { CtinstallError } from '../../lib/errors.ts';
import type { Context } from '../context.ts';

/** `SOURCE_DATE_EPOCH` of the session: seconds since 1970 UTC. @throws CtinstallError `usage` where it is none */
export function readEpoch({ SOURCE_DATE_EPOCH: text }: Context['environment']): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  throw new CtinstallError('usage', `\`SOURCE_DATE_EPOCH\` is no number of seconds: \`${text}\``);
}
