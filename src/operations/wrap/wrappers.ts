import { basename } from 'node:path';
import type { WrappedWrapper } from '../../easyconfig/render-wrapped.ts';
import { isDirectory, isFile } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';

/**
 * What `--wrappers` asks for, of programs in an image: `/opt/prog/bin` (all in that directory), `python` (on `PATH`),
 * `run=/opt/prog/run.sh`.
 */
export function readWrappers(asked: readonly string[]): WrappedWrapper[] {
  return asked.map((text) => {
    const [, name, command] = /^([^/=]+)=(.+)$/.exec(text) ?? [];
    if (name !== undefined && command !== undefined) return { name, command };
    if (text.startsWith('/')) return { from: text };
    if (!text.includes('/')) return { name: text };
    throw new CtinstallError(
      'usage',
      `\`--wrappers ${formatValue(text)}\` is neither a full path nor the name of a program`,
      {
        hint: 'such as `--wrappers /opt/prog/bin`, `--wrappers python` or `--wrappers run=/opt/prog/run.sh`',
      },
    );
  });
}

/** The same of a directory that is at hand, and that the container shows at `at`: relative paths are in it. */
export async function readWrappersIn(
  directory: HostPath,
  at: string,
  asked: readonly string[],
): Promise<WrappedWrapper[]> {
  const found: WrappedWrapper[] = [];
  for (const text of asked) {
    const inside = text.startsWith('/') ? relativeTo([directory, at], text) : text;
    const path = inside === undefined ? undefined : hostPath(inside, directory);
    if (path === undefined || inside === undefined || text.includes('=')) found.push(...readWrappers([text]));
    else if (await isDirectory(path)) found.push({ from: hostPath(inside, at) });
    else if (await isFile(path)) found.push({ name: basename(path), command: hostPath(inside, at) });
    else if (text.includes('/'))
      throw new CtinstallError('usage', `there is no \`${path}\` for \`--wrappers\``, {
        hint: 'name directories with programs, relative to what is wrapped or by their full path in the container',
      });
    else found.push({ name: text });
  }
  return found;
}

function relativeTo(roots: readonly string[], path: string): string | undefined {
  for (const root of roots) if (path === root || path.startsWith(`${root}/`)) return `.${path.slice(root.length)}`;
  return undefined;
}

/** Its `bin`, if there is one. @throws CtinstallError `usage` */
export async function defaultWrappersOf(directory: HostPath): Promise<string[]> {
  if (await isDirectory(joinHost(directory, 'bin'))) return ['bin'];
  throw new CtinstallError('usage', `there is no \`bin\` in \`${directory}\``, {
    hint: 'say where its programs are: `--wrappers <directory in it>`, `--wrappers <file in it>`; repeatable',
  });
}
