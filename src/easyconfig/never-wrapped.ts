/**
 * Names that no wrapper may have: it would come before what scripts of the host and of ctinstall itself start by that name.
 */
export const neverWrapped: readonly string[] = [
  ...['sh', 'bash', 'dash', 'ksh', 'zsh', 'csh', 'tcsh', 'fish', 'env'],
  ...['singularity', 'apptainer', 'srun', 'sbatch', 'module', 'ml', 'node', 'ctinstall', 'in-container'],
];
