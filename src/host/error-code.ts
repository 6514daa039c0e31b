import { constants } from 'node:os';

/** The name of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  if (typeof code !== 'string' || !code.startsWith('Unknown system error'))
    return typeof code === 'string' ? code : undefined;
  // Node has no name for some, a quota that is used up (EDQUOT) among them: its code holds the number.
  const number = -Number(/-\d+/.exec(code)?.[0]);
  return Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? code;
}
