import { createInterface } from 'node:readline/promises';
import { CtinstallError } from '../lib/errors.ts';
import type { CommandContext } from './command-context.ts';

/** Whether somebody can be asked. */
export function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on the terminal whether something is to be removed, below what there is to know; says so where the answer is no.
 * @throws CtinstallError where nobody can be asked
 */
export async function confirm(
  question: string,
  context: CommandContext,
  about: readonly string[] = [],
): Promise<boolean> {
  if (!isTerminal())
    throw new CtinstallError('usage', 'this is no terminal, so nobody can be asked', {
      hint: 'pass `--yes` to remove it',
    });
  for (const message of about) context.reporter.report({ event: 'note', message });
  const isAgreed = await askOnTerminal(question, context, 'nothing was removed');
  if (!isAgreed) context.reporter.report({ event: 'note', message: 'nothing was removed' });
  return isAgreed;
}

/** Asks for yes or no. @throws CtinstallError `interrupted` at Ctrl-C, with `nothingDone` */
export async function askOnTerminal(
  question: string,
  context: CommandContext,
  nothingDone = 'nothing was installed',
): Promise<boolean> {
  context.reporter.report({ event: 'working' });
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  // readline takes Ctrl-C for itself, and says nothing at the end of the input.
  const stop = new AbortController();
  asking.once('SIGINT', () => stop.abort()).once('close', () => stop.abort());
  try {
    const answer = await asking
      .question(`${question} [y/N] `, { signal: AbortSignal.any([context.signal, stop.signal]) })
      .catch(() => {
        throw new CtinstallError('interrupted', nothingDone);
      });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
    context.reporter.report({ event: 'working', what: 'working' });
  }
}
