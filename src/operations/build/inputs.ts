import { basename, posix } from 'node:path';
import { describeBadContainerPath } from '../../easyconfig/rules.ts';
import { copyTreeBySystem } from '../../host/copy-by-system.ts';
import { isDirectory, makeDirectory } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import type { BuildInput } from './types.ts';

/** A directory whose files are added. */
export interface AddedFiles {
  readonly from: HostPath;
  /** As it was named. */
  readonly asked: string;
  /** Where they are in the image. */
  readonly path: string;
}

/** Reads `<directory>[:/path]`; without a path, they go into a directory of that name below ours. @throws CtinstallError `usage` */
export async function readFilesFlags(
  flags: readonly string[],
  { own, cwd }: { readonly own: string; readonly cwd: HostPath },
): Promise<AddedFiles[]> {
  const all: AddedFiles[] = [];
  for (const flag of flags) {
    const colon = flag.lastIndexOf(':/');
    const asked = colon > 0 ? flag.slice(0, colon) : flag;
    const from = hostPath(asked, cwd);
    const named = colon > 0 ? flag.slice(colon + 1) : `/${own}/${basename(from)}`;
    const bad = describeBadContainerPath(named);
    const refuse = (message: string, hint: string): never => {
      throw new CtinstallError('usage', message, { hint });
    };
    // An unset variable, as a rule: the current directory is not what was meant.
    if (asked === '') refuse('`--files` names no directory', 'such as `--files data:/data`');
    if (bad !== undefined)
      refuse(
        `\`--files ${formatValue(flag)}\`: \`${formatValue(named)}\` ${bad}`,
        'name its place in the image, such as `--files data:/data`',
      );
    const path = posix.normalize(named).replace(/^\/+/, '/').replace(/\/$/, '');
    if (path === '/.singularity.d' || path.startsWith('/.singularity.d/'))
      refuse('`--files` cannot change `/.singularity.d`', 'name another place');
    if (!(await isDirectory(from))) refuse(`\`${from}\` is no directory`, '`--files` adds what is in a directory');
    if (
      all.some((other) => other.path === path || path.startsWith(`${other.path}/`) || other.path.startsWith(`${path}/`))
    )
      refuse(
        `\`--files\` has two directories for \`${formatValue(path)}\``,
        'give each a place of its own: `--files <dir>:/path`',
      );
    all.push({ from, asked, path });
  }
  return all;
}

/** Whether a directory becomes one of the root, for which nothing has to be copied first. */
export function isOfRoot({ path }: AddedFiles): boolean {
  return path.lastIndexOf('/') === 0;
}

/** Copies those that go deeper into the layer: links stay links. */
export async function copyFiles(
  files: readonly AddedFiles[],
  layer: HostPath,
  context: Context,
): Promise<BuildInput[]> {
  for (const { from, path } of files.filter((each) => !isOfRoot(each))) {
    const to = joinHost(layer, path);
    await makeDirectory(to);
    await copyTreeBySystem(from, to, context);
  }
  return files.map(({ asked, path }) => ({ kind: 'files', from: [asked], path }));
}
