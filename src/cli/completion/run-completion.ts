import { hostPath } from '../../lib/paths.ts';
import { complete } from './complete.ts';

/** What the completion of a shell asks each time that the user presses Tab: `ctinstall __complete <word>…`. */
export async function runCompletion(words: readonly string[], toolDir: string): Promise<void> {
  process.stdout.on('error', () => undefined);
  const lines = await complete(words, {
    environment: process.env,
    cwd: hostPath(process.cwd()),
    toolDir: hostPath(toolDir),
    toolVersion: '',
    commandNames: [],
    umask: process.umask(),
    reporter: { report: () => undefined },
    signal: new AbortController().signal,
    onStop: { message: '' },
    isJson: false,
    isTrace: false,
    isColoured: { stdout: false, stderr: false },
    print: () => undefined,
    write: () => undefined,
  });
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}
