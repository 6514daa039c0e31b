import { createInterface } from 'node:readline/promises';
import { CtinstallError } from '../lib/errors.ts';
import type { CommandContext } from './command-context.ts';

/** Asks on the terminal. @throws CtinstallError where the answer is no, or nobody can be asked */
export async function confirm(question: string, context: CommandContext): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CtinstallError('usage', 'this is no terminal, so nobody can be asked', {
      hint: 'pass `--yes` to remove it',
    });
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  // readline takes Ctrl-C for itself, and says nothing at the end of the input.
  const stop = new AbortController();
  asking.once('SIGINT', () => stop.abort()).once('close', () => stop.abort());
  try {
    const answer = await asking
      .question(`${question} [y/N] `, { signal: AbortSignal.any([context.signal, stop.signal]) })
      .catch(() => {
        throw new CtinstallError('interrupted', 'nothing was removed');
      });
    if (!/^y(es)?$/i.test(answer.trim())) throw new CtinstallError('usage', 'nothing was removed');
  } finally {
    asking.close();
  }
}
