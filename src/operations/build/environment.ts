import { quoteBash } from '../../scripts/quote-bash.ts';
import type { BuildInput } from './types.ts';

/**
 * The script that runtimes source when a container of the image starts: plain sh, since images may have no bash. It comes
 * after the base's own, which may set `PATH` to a fixed value.
 */
export function renderEnvironment(inputs: readonly BuildInput[], programs: readonly string[]): string {
  const lines = ['# Written by ctinstall build.'];
  for (const { kind, path } of inputs) {
    if (kind === 'conda')
      lines.push(
        `export CONDA_PREFIX=${path}`,
        `for ctinstall_script in ${path}/etc/conda/activate.d/*.sh; do`,
        '  if [ -r "$ctinstall_script" ]; then . "$ctinstall_script"; fi',
        'done',
        'unset ctinstall_script',
      );
    if (kind === 'pip') lines.push(`export VIRTUAL_ENV=${path}`);
  }
  for (const directory of programs) lines.push(`export PATH=${quoteBash(directory)}:"$PATH"`);
  return `${lines.join('\n')}\n`;
}
