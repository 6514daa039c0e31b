/** A script file in `runscripts/` of ctinstall that goes into installs. */
export interface ScriptFile {
  /**
   * Where in the install dir it goes: `runscripts` runs inside the container, `bin` on the host; what is in `.ctinstall` is
   * no command, but sourced by those in `bin`.
   */
  readonly directory: 'bin' | 'runscripts' | '.ctinstall';
  /** Of its lines that {@link fillScript} fills in. */
  readonly keys: readonly string[];
}

/** By the name of the file, which is its name in the install as well. */
export const scriptFiles = {
  'conda-python-simple': { directory: 'runscripts', keys: [] },
  'conda-python-distributed': { directory: 'runscripts', keys: [] },
  'python-distributed': { directory: 'runscripts', keys: [] },
  'get-master': { directory: 'runscripts', keys: [] },
  'start-vnc': { directory: 'runscripts', keys: [] },
  'vnc-status': { directory: 'runscripts', keys: [] },
  'stop-vnc': { directory: 'runscripts', keys: [] },
  'start-shell': { directory: 'bin', keys: ['module', 'install_dir', 'activation'] },
  'shell-rc': { directory: 'runscripts', keys: [] },
  'conda-exec': { directory: 'runscripts', keys: [] },
  'conda-packages-exec': { directory: 'runscripts', keys: [] },
  'make-venv': { directory: 'runscripts', keys: ['venvs', 'software_umask'] },
  'pip-when-packed': { directory: 'runscripts', keys: ['module', 'software_umask'] },
  'install-requirements': { directory: 'runscripts', keys: [] },
  'in-container': {
    directory: 'bin',
    keys: [
      'image_variable',
      'image_file',
      'module',
      'runtime',
      'gpu',
      'nv_flag',
      'install_dir',
      'aliases',
      'software_umask',
      'activate',
    ],
  },
  'in-container.bash': {
    directory: '.ctinstall',
    keys: [
      'central_images',
      'module_binds',
      'user_software',
      'module_variables',
      'default_variables',
      'module_paths',
      'container_variables',
      'mpi_variables',
      'container_paths',
      'container_path',
      'default_venv',
      'venvs_inside',
      'packed_variables',
    ],
  },
  'container-env.bash': {
    directory: '.ctinstall',
    keys: ['dropped', 'dropped_beginnings', 'dropped_patterns', 'passing', 'path_variables', 'made_paths', 'stand_ins'],
  },
  'on-host.bash': { directory: '.ctinstall', keys: [] },
  'in-container-more.bash': { directory: '.ctinstall', keys: [] },
  'container-env-more.bash': { directory: '.ctinstall', keys: [] },
  'make-squashfs': { directory: 'bin', keys: [] },
  'unmake-squashfs': { directory: 'bin', keys: [] },
  'update-squashfs': { directory: 'bin', keys: [] },
  'squashfs-contents.bash': { directory: '.ctinstall', keys: ['default_excludes'] },
  'squashfs-lineage.bash': { directory: '.ctinstall', keys: [] },
  'squashfs-lock.bash': { directory: '.ctinstall', keys: [] },
  'squashfs-pack.bash': { directory: '.ctinstall', keys: [] },
  'squashfs-unpack.bash': { directory: '.ctinstall', keys: [] },
  'squashfs-common.bash': { directory: '.ctinstall', keys: ['module', 'default_processors'] },
} as const satisfies Readonly<Record<string, ScriptFile>>;
