import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommandContext } from '../../src/cli/command-context.ts';
import { commandNames } from '../../src/cli/program.ts';
import { hostPath } from '../../src/lib/paths.ts';

export const toolDir = hostPath(fileURLToPath(new URL('../..', import.meta.url)));

const { version }: { version: string } = JSON.parse(readFileSync(`${toolDir}/package.json`, 'utf8'));

/** A run in `cwd`, with nothing of this session in its environment. */
export function contextIn(cwd: string, environment: Readonly<Record<string, string>> = {}): CommandContext {
  return {
    environment: { HOME: cwd, CTINSTALL_SITE_SETTINGS: '/dev/null', CTINSTALL_SITE: 'generic', ...environment },
    cwd: hostPath(cwd),
    toolDir,
    toolVersion: version,
    commandNames,
    umask: 0o022,
    reporter: { report: () => undefined },
    signal: new AbortController().signal,
    onStop: { message: '' },
    isJson: false,
    isTrace: false,
    isColoured: { stdout: false, stderr: false },
    print: () => undefined,
    write: () => undefined,
  };
}
