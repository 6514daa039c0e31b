import type { Easyconfig } from '../easyconfig/types.ts';
import type { ResolvedWrappers, ScriptChoice } from './types.ts';

/** Scripts that every install gets, whatever the easyconfig asks for. */
export const standardScripts: readonly ScriptChoice[] = [
  { name: 'in-container', directory: 'bin' },
  { name: 'in-container.bash', directory: '.ctinstall' },
  { name: 'pip-when-packed', directory: 'runscripts' },
  { name: 'make-squashfs', directory: 'bin' },
  { name: 'unmake-squashfs', directory: 'bin' },
  { name: 'update-squashfs', directory: 'bin' },
  { name: 'squashfs-common.bash', directory: '.ctinstall' },
  { name: 'squashfs-contents.bash', directory: '.ctinstall' },
  { name: 'squashfs-lineage.bash', directory: '.ctinstall' },
  { name: 'squashfs-lock.bash', directory: '.ctinstall' },
  { name: 'squashfs-pack.bash', directory: '.ctinstall' },
  { name: 'squashfs-unpack.bash', directory: '.ctinstall' },
];

/** Run scripts that wrappers call in the container, and those of virtual environments. */
export function scriptsOfPrograms(
  { conda, venv, condaPackages }: Easyconfig,
  { commands, directories }: ResolvedWrappers,
): ScriptChoice[] {
  const hasPrograms = commands.length + directories.length > 0;
  return [
    ...(hasPrograms && conda !== undefined ? [{ name: 'conda-exec', directory: 'runscripts' as const }] : []),
    ...(condaPackages === undefined ? [] : [{ name: 'conda-packages-exec', directory: 'runscripts' as const }]),
    ...(hasPrograms || venv !== undefined ? [{ name: 'make-venv', directory: 'runscripts' as const }] : []),
    ...(venv === undefined ? [] : [{ name: 'install-requirements', directory: 'runscripts' as const }]),
  ];
}
