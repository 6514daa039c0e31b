import { execa } from 'execa';

/**
 * Starts a program that has the terminal to itself, such as an editor, and waits for it.
 * @returns its exit status; undefined where it could not be started or a signal ended it
 */
export async function runInteractive(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number | undefined> {
  const [program, ...rest] = argv;
  const result = await execa(program, rest, { env, extendEnv: false, reject: false, stdio: 'inherit' });
  return result.exitCode;
}
