/*
 * Directories that sites have and other machines do not, by the bind group that means them everywhere. From the settings
 * of the sites that ctinstall knows, and the names that are usual elsewhere.
 */
const sitePaths: Readonly<Record<string, readonly string[]>> = {
  filesystems: [
    '/appl',
    '/archive',
    '/flash',
    '/gpfs',
    '/home',
    '/lustre',
    '/mnt',
    '/pfs',
    '/projappl',
    '/project',
    '/projects',
    '/scratch',
    '/software',
    '/users',
    '/work',
  ],
  interconnect: ['/opt/cray', '/usr/lib64/libcxi.so.1', '/usr/lib64/libpsm2.so.2'],
  slurm: ['/var/spool/slurmd', '/var/spool/slurm', '/run/munge', '/var/run/munge', '/etc/slurm'],
};

/** The bind group that a path of a site belongs to; undefined for what any machine may have. */
export function findSitePath(path: string): string | undefined {
  return Object.entries(sitePaths).find(([, roots]) =>
    roots.some((root) => path === root || path.startsWith(`${root}/`)),
  )?.[0];
}
