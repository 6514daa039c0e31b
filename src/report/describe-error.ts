import type { CtinstallError } from '../lib/errors.ts';

/** An error for people: what happened, what is behind it, what to do. */
export function describeError(error: Pick<CtinstallError, 'message' | 'details' | 'hint'>): string[] {
  return [
    `error: ${error.message}`,
    ...error.details.map((line) => (line.startsWith(' ') ? line : `  ${line}`)),
    ...(error.hint === undefined ? [] : ['', `hint: ${error.hint}`]),
  ];
}

/** An error that nobody foresaw is ours: it says so, with the stack. */
export function describeBug(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `error: this is a bug in ctinstall, please report it with the lines below\n${stack}\n`;
}
