import { readEasyconfigFile } from '../../discover/read-easyconfig.ts';
import { statIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath, joinHost } from '../../lib/paths.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';

/**
 * The texts of files that a recipe brings from beside it, by their paths in the install dir: from where the easyconfig says,
 * or else those that are kept with the install.
 * @throws CtinstallError `filesystem` where there is none
 */
export async function readFiles(
  { files, installDir }: ResolvedInstall,
  easyconfig: string,
): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const { path, content } of files) {
    if (content.kind === 'text') continue;
    const beside = hostPath(content.from, hostPath('..', easyconfig));
    const kept = joinHost(installDir, path);
    const found = (await statIfThere(beside)) !== undefined ? beside : kept;
    if ((await statIfThere(found)) === undefined)
      throw new CtinstallError('filesystem', `\`${beside}\` is not there, from which \`${path}\` is made`, {
        hint: 'put it beside the easyconfig, or correct `files` in it',
      });
    texts[path] = await readEasyconfigFile(found);
  }
  return texts;
}
