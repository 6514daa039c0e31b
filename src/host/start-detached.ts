import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { CtinstallError } from '../lib/errors.ts';

/**
 * Starts a program that goes on when this one and its terminal are gone; what it prints goes to the end of `log`.
 * @returns the number of its process
 */
export async function startDetached(
  argv: readonly [string, ...string[]],
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly log: string },
): Promise<number> {
  const [program, ...rest] = argv;
  const log = await open(options.log, 'a');
  try {
    return await new Promise<number>((resolve, reject) => {
      const child = spawn(program, rest, {
        env: options.env,
        cwd: '/',
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      });
      child.once('spawn', () => {
        child.unref();
        resolve(child.pid ?? 0);
      });
      child.once('error', (error) =>
        reject(new CtinstallError('command-failed', `\`${program}\` could not be started: ${error.message}`)),
      );
    });
  } finally {
    await log.close();
  }
}
