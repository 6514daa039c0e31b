import type * as z from 'zod';
import { gpuChoices, imageModes } from '../easyconfig/rules.ts';
import { modulesTools } from '../lib/paths.ts';
import { mpiChoices } from '../mpi/types.ts';
import { namingSchemes } from './naming-schemes.ts';
import type { optionSchemas } from './option-schemas.ts';

/*
 * The one table of options: each row is a key of the settings file, and says which environment variable and which flag
 * set it too, how layers come together, and what it means.
 */

export const optionTable = {
  site: {
    environment: 'CTINSTALL_SITE',
    flag: undefined,
    merge: 'replace',
    paths: 'with-slash',
    help: 'site preset that gives the defaults of a machine: its name, or the path of a file',
  },
  prefix: {
    environment: 'CTINSTALL_PREFIX',
    flag: '--prefix <dir>',
    merge: 'replace',
    paths: 'always',
    help: 'root under which software and modules are installed',
  },
  more_prefixes: {
    environment: 'CTINSTALL_MORE_PREFIXES',
    flag: undefined,
    merge: 'prepend',
    paths: 'always',
    help: 'further prefixes, of a project or the site, whose installs are listed, shown and verified too',
  },
  easyconfigs: {
    environment: 'CTINSTALL_EASYCONFIGS',
    flag: '--easyconfigs <dirs>',
    merge: 'prepend',
    paths: 'always',
    help: 'directories to look for easyconfigs in, after the current one',
  },
  image_dirs: {
    environment: 'CTINSTALL_IMAGE_DIRS',
    flag: '--image-dir <dirs>',
    merge: 'prepend',
    paths: 'always',
    help: 'directories to look for images in; also where the module looks when its own copy is gone',
  },
  runtime: {
    environment: 'CTINSTALL_RUNTIME',
    flag: '--runtime <program>',
    merge: 'replace',
    paths: 'with-slash',
    help: 'container runtime: `singularity`, `apptainer` or a path',
  },
  runtime_module: {
    environment: 'CTINSTALL_RUNTIME_MODULE',
    flag: undefined,
    merge: 'replace',
    help: 'module of the container runtime, which every module loads first',
  },
  enforce_checksums: {
    environment: 'CTINSTALL_ENFORCE_CHECKSUMS',
    flag: '--enforce-checksums',
    merge: 'replace',
    help: 'refuse easyconfigs that give no SHA-256 of their image',
  },
  verify: {
    choices: ['signed', 'none'],
    environment: 'CTINSTALL_VERIFY',
    flag: undefined,
    merge: 'replace',
    help: '`signed` refuses images without a valid signature; `none` asks for it only where an easyconfig does',
  },
  image_mode: {
    choices: imageModes,
    environment: 'CTINSTALL_IMAGE_MODE',
    flag: '--image-mode <mode>',
    merge: 'replace',
    help: '`copy`: each install has its own image; `link`: a link to the central one; `central`: no file at all',
  },
  squashfs_processors: {
    environment: 'CTINSTALL_SQUASHFS_PROCESSORS',
    flag: undefined,
    merge: 'replace',
    help: 'processors that packing may use; 0 for all that are granted',
  },
  squashfs_excludes: {
    environment: 'CTINSTALL_SQUASHFS_EXCLUDES',
    flag: undefined,
    merge: 'replace',
    help: 'names of files and directories that packing leaves out, such as `.git`; `*`, `?` and `[…]` stand for others',
  },
  slurm: {
    environment: 'CTINSTALL_SLURM',
    flag: undefined,
    merge: 'by-key',
    help: 'how jobs of `squashfs --slurm` are run: `partition`, `account`, `time`, and further `options` of srun',
  },
  node_types: {
    environment: 'CTINSTALL_NODE_TYPES',
    flag: undefined,
    merge: 'by-key',
    help: 'nodes of this machine, for `ctinstall job`: `cores`, `partitions`, `reserved` cores, `gpus` with their cores, `gpu_variable`, `local_is_memory`',
  },
  bind_groups: {
    environment: 'CTINSTALL_BIND_GROUPS',
    flag: undefined,
    merge: 'by-key',
    help: 'what `site: <group>` in an easyconfig stands for on this machine',
  },
  modules_tool: {
    choices: modulesTools,
    environment: 'CTINSTALL_MODULES_TOOL',
    flag: '--modules-tool <tool>',
    merge: 'replace',
    help: 'what modulefiles are written for: `lmod` (in Lua), or `environment-modules` (in Tcl, which Lmod reads too)',
  },
  gpu: {
    choices: gpuChoices,
    environment: 'CTINSTALL_GPU',
    flag: undefined,
    merge: 'replace',
    help: 'GPUs for which modules and wrappers give the runtime its flag where a node has them: `auto` (any), `nvidia` (or `nv`), `rocm` or `none`',
  },
  nvccli: {
    environment: 'CTINSTALL_NVCCLI',
    flag: undefined,
    merge: 'replace',
    help: "whether NVIDIA's `nvidia-container-cli` sets up its GPUs: `--nvccli` in place of `--nv`",
  },
  mpi: {
    choices: mpiChoices,
    environment: 'CTINSTALL_MPI',
    flag: '--mpi <way>',
    merge: 'replace',
    help: "what of the host replaces the container's own: `none`, `libfabric`, `mpi`, or `auto` for the best that fits",
  },
  mpi_library: {
    environment: 'CTINSTALL_MPI_LIBRARY',
    flag: undefined,
    merge: 'replace',
    paths: 'always',
    help: "the machine's own MPI, where it is not found or several are: path of its `libmpi`",
  },
  host_mpi: {
    choices: ['mpich', 'openmpi'],
    environment: 'CTINSTALL_HOST_MPI',
    flag: undefined,
    merge: 'replace',
    help: "ABI family of the machine's own MPI, which `ctinstall check` compares with the one that it finds",
  },
  module_env: {
    environment: 'CTINSTALL_MODULE_ENV',
    flag: undefined,
    merge: 'by-key',
    help: 'variables that every module sets on this machine; an easyconfig beats them, unless the site forces them',
  },
  env_sets: {
    environment: 'CTINSTALL_ENV_SETS',
    flag: undefined,
    merge: 'by-key',
    help: 'what `env_sets: [<name>]` in an easyconfig stands for: variables that its module sets where the user has not; `$USER` is whoever loads it',
  },
  container_env: {
    environment: 'CTINSTALL_CONTAINER_ENV',
    flag: undefined,
    merge: 'by-key',
    help: 'variables of the host that reach containers (`pass`) or stay outside (`drop`): names, in which `*` and `?` stand for others',
  },
  module_conflicts: {
    environment: 'CTINSTALL_MODULE_CONFLICTS',
    flag: undefined,
    merge: 'prepend',
    help: 'modules of this machine that set binds of containers too, and so cannot be loaded beside those that do',
  },
  naming_scheme: {
    choices: namingSchemes,
    environment: 'CTINSTALL_NAMING_SCHEME',
    flag: undefined,
    merge: 'replace',
    help: 'parts of the name under which modules are loaded',
  },
  modulefile_header: {
    environment: 'CTINSTALL_MODULEFILE_HEADER',
    flag: undefined,
    merge: 'replace',
    help: "code at the top of every modulefile, as it stands, in the modules tool's language; or a map of a text for each tool",
  },
  modulefile_footer: {
    environment: 'CTINSTALL_MODULEFILE_FOOTER',
    flag: undefined,
    merge: 'replace',
    help: "code at the end of every modulefile, as it stands, in the modules tool's language; or a map of a text for each tool",
  },
  hooks: {
    environment: 'CTINSTALL_HOOKS',
    flag: undefined,
    merge: 'by-key',
    paths: 'always',
    help: 'executables that are given each install before and after it is made, and may refuse it',
  },
  group: {
    environment: 'CTINSTALL_GROUP',
    flag: undefined,
    merge: 'replace',
    help: 'group that what is installed belongs to: name or number',
  },
  umask: {
    environment: 'CTINSTALL_UMASK',
    flag: undefined,
    merge: 'replace',
    help: 'permissions that what is installed does not get, in octal; default: those of the shell',
  },
  read_only_installs: {
    environment: 'CTINSTALL_READ_ONLY_INSTALLS',
    flag: undefined,
    merge: 'replace',
    help: 'take the right to write away from what is installed, user software left out',
  },
} as const satisfies Readonly<Record<keyof typeof optionSchemas, Option>>;

export interface Option {
  /** Of a text that is one of a few. */
  readonly choices?: readonly string[];
  readonly environment: string | undefined;
  readonly flag: string | undefined;
  /** `replace`: the strongest layer counts; `prepend`: lists add up, the strongest first; `by-key`: maps add up. */
  readonly merge: 'replace' | 'prepend' | 'by-key';
  /** Whether its texts are paths, which are made absolute: all of them, or those with a slash. */
  readonly paths?: 'always' | 'with-slash';
  readonly help: string;
}

export type OptionKey = keyof typeof optionTable;
export type SettingsValues = { -readonly [Key in OptionKey]?: z.infer<(typeof optionSchemas)[Key]> };

export const optionKeys = Object.keys(optionTable) as OptionKey[];

/** The row of a key, with what only some rows say. */
export function optionOf(key: OptionKey): Option {
  return optionTable[key];
}
