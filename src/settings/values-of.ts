import type { OptionKey } from './options.ts';
import type { Settings } from './types.ts';

/** The settings that hold, by the keys of a settings file; undefined where there is no value. */
export function valuesOf(settings: Settings): Readonly<Record<OptionKey, unknown>> {
  const { hooks, umask } = settings;
  return {
    site: settings.site,
    prefix: settings.prefix,
    more_prefixes: settings.morePrefixes,
    easyconfigs: settings.easyconfigs,
    image_dirs: settings.imageDirs,
    runtime: settings.runtime,
    runtime_module: settings.runtimeModule,
    enforce_checksums: settings.enforceChecksums,
    verify: settings.requiresSignature ? 'signed' : 'none',
    image_mode: settings.imageMode,
    squashfs_processors: settings.squashfsProcessors,
    gpu: settings.gpu,
    nvccli: settings.hasNvccli,
    squashfs_excludes: settings.squashfsExcludes,
    slurm: settings.slurm,
    node_types: settings.nodeTypes,
    bind_groups: settings.bindGroups,
    modules_tool: settings.modulesTool,
    mpi: settings.mpi,
    mpi_library: settings.mpiLibrary,
    host_mpi: settings.hostMpi,
    module_env: settings.moduleEnv,
    env_sets: settings.envSets,
    container_env: settings.containerEnv,
    module_conflicts: settings.moduleConflicts,
    naming_scheme: settings.namingScheme,
    modulefile_header: settings.modulefileHeader,
    modulefile_footer: settings.modulefileFooter,
    hooks: { pre_install: hooks.preInstall, post_install: hooks.postInstall, pre_module: hooks.preModule },
    group: settings.group,
    umask: umask === undefined ? undefined : umask.toString(8).padStart(3, '0'),
    read_only_installs: settings.hasReadOnlyInstalls,
  };
}
