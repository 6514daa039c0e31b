import * as z from 'zod';
import { gpuChoices, imageModes } from '../easyconfig/rules.ts';
import { modulesTools } from '../lib/paths.ts';
import { mpiChoices } from '../mpi/types.ts';
import {
  bindGroups,
  containerEnv,
  envSets,
  group,
  hooks,
  moduleName,
  moduleNames,
  moduleText,
  moduleVariables,
  namePattern,
  nodeTypes,
  path,
  paths,
  presetName,
  slurm,
  umask,
} from './value-schemas.ts';

/*
 * The one table of options: each row is a key of the settings file, and says which environment variable and which flag
 * set it too, how layers come together, and what it means.
 */

/** Where the parts of a module name come from; `container` stands for itself. */
export const namingSchemes = ['name/version', 'container/name/version', 'moduleclass/name/version'] as const;

export const optionTable = {
  site: {
    schema: presetName,
    environment: 'CTINSTALL_SITE',
    flag: undefined,
    merge: 'replace',
    paths: 'with-slash',
    help: 'site preset that gives the defaults of a machine: its name, or the path of a file',
  },
  prefix: {
    schema: path,
    environment: 'CTINSTALL_PREFIX',
    flag: '--prefix <dir>',
    merge: 'replace',
    paths: 'always',
    help: 'root under which software and modules are installed',
  },
  more_prefixes: {
    schema: paths,
    environment: 'CTINSTALL_MORE_PREFIXES',
    flag: undefined,
    merge: 'prepend',
    paths: 'always',
    help: 'further prefixes, of a project or the site, whose installs are listed, shown and verified too',
  },
  easyconfigs: {
    schema: paths,
    environment: 'CTINSTALL_EASYCONFIGS',
    flag: '--easyconfigs <dirs>',
    merge: 'prepend',
    paths: 'always',
    help: 'directories to look for easyconfigs in, after the current one',
  },
  image_dirs: {
    schema: paths,
    environment: 'CTINSTALL_IMAGE_DIRS',
    flag: '--image-dir <dirs>',
    merge: 'prepend',
    paths: 'always',
    help: 'directories to look for images in; also where the module looks when its own copy is gone',
  },
  runtime: {
    schema: z.string().min(1, 'must not be empty'),
    environment: 'CTINSTALL_RUNTIME',
    flag: '--runtime <program>',
    merge: 'replace',
    paths: 'with-slash',
    help: 'container runtime: `singularity`, `apptainer` or a path',
  },
  runtime_module: {
    schema: moduleName,
    environment: 'CTINSTALL_RUNTIME_MODULE',
    flag: undefined,
    merge: 'replace',
    help: 'module of the container runtime, which every module loads first',
  },
  enforce_checksums: {
    schema: z.boolean(),
    environment: 'CTINSTALL_ENFORCE_CHECKSUMS',
    flag: '--enforce-checksums',
    merge: 'replace',
    help: 'refuse easyconfigs that give no SHA-256 of their image',
  },
  verify: {
    schema: z.enum(['signed', 'none']),
    environment: 'CTINSTALL_VERIFY',
    flag: undefined,
    merge: 'replace',
    help: '`signed` refuses images without a valid signature; `none` asks for it only where an easyconfig does',
  },
  image_mode: {
    schema: z.enum(imageModes),
    environment: 'CTINSTALL_IMAGE_MODE',
    flag: '--image-mode <mode>',
    merge: 'replace',
    help: '`copy`: each install has its own image; `link`: a link to the central one; `central`: no file at all',
  },
  squashfs_processors: {
    schema: z.int('must be a whole number').min(0, 'must be at least 0').max(4096, 'must be at most 4096'),
    environment: 'CTINSTALL_SQUASHFS_PROCESSORS',
    flag: undefined,
    merge: 'replace',
    help: 'processors that packing may use; 0 for all that are granted',
  },
  squashfs_excludes: {
    schema: z.array(namePattern),
    environment: 'CTINSTALL_SQUASHFS_EXCLUDES',
    flag: undefined,
    merge: 'replace',
    help: 'names of files and directories that packing leaves out, such as `.git`; `*`, `?` and `[…]` stand for others',
  },
  slurm: {
    schema: slurm,
    environment: 'CTINSTALL_SLURM',
    flag: undefined,
    merge: 'by-key',
    help: 'how jobs of `squashfs --slurm` are run: `partition`, `account`, `time`, and further `options` of srun',
  },
  node_types: {
    schema: nodeTypes,
    environment: 'CTINSTALL_NODE_TYPES',
    flag: undefined,
    merge: 'by-key',
    help: 'nodes of this machine, for `ctinstall job`: `cores`, `partitions`, `reserved` cores, `gpus` with their cores, `gpu_variable`, `local_is_memory`',
  },
  bind_groups: {
    schema: bindGroups,
    environment: 'CTINSTALL_BIND_GROUPS',
    flag: undefined,
    merge: 'by-key',
    help: 'what `site: <group>` in an easyconfig stands for on this machine',
  },
  modules_tool: {
    schema: z.enum(modulesTools),
    environment: 'CTINSTALL_MODULES_TOOL',
    flag: '--modules-tool <tool>',
    merge: 'replace',
    help: 'what modulefiles are written for: `lmod` (in Lua), or `environment-modules` (in Tcl, which Lmod reads too)',
  },
  gpu: {
    schema: z.enum(gpuChoices),
    environment: 'CTINSTALL_GPU',
    flag: undefined,
    merge: 'replace',
    help: 'GPUs for which modules and wrappers give the runtime its flag where a node has them: `auto` (any), `nvidia` (or `nv`), `rocm` or `none`',
  },
  nvccli: {
    schema: z.boolean(),
    environment: 'CTINSTALL_NVCCLI',
    flag: undefined,
    merge: 'replace',
    help: "whether NVIDIA's `nvidia-container-cli` sets up its GPUs: `--nvccli` in place of `--nv`",
  },
  mpi: {
    schema: z.enum(mpiChoices),
    environment: 'CTINSTALL_MPI',
    flag: '--mpi <way>',
    merge: 'replace',
    help: "what of the host replaces the container's own: `none`, `libfabric`, `mpi`, or `auto` for the best that fits",
  },
  mpi_library: {
    schema: path,
    environment: 'CTINSTALL_MPI_LIBRARY',
    flag: undefined,
    merge: 'replace',
    paths: 'always',
    help: "the machine's own MPI, where it is not found or several are: path of its `libmpi`",
  },
  host_mpi: {
    schema: z.enum(['mpich', 'openmpi']),
    environment: 'CTINSTALL_HOST_MPI',
    flag: undefined,
    merge: 'replace',
    help: "ABI family of the machine's own MPI, which `ctinstall check` compares with the one that it finds",
  },
  module_env: {
    schema: moduleVariables,
    environment: 'CTINSTALL_MODULE_ENV',
    flag: undefined,
    merge: 'by-key',
    help: 'variables that every module sets on this machine; an easyconfig beats them, unless the site forces them',
  },
  env_sets: {
    schema: envSets,
    environment: 'CTINSTALL_ENV_SETS',
    flag: undefined,
    merge: 'by-key',
    help: 'what `env_sets: [<name>]` in an easyconfig stands for: variables that its module sets where the user has not; `$USER` is whoever loads it',
  },
  container_env: {
    schema: containerEnv,
    environment: 'CTINSTALL_CONTAINER_ENV',
    flag: undefined,
    merge: 'by-key',
    help: 'variables of the host that reach containers (`pass`) or stay outside (`drop`): names, in which `*` and `?` stand for others',
  },
  module_conflicts: {
    schema: moduleNames,
    environment: 'CTINSTALL_MODULE_CONFLICTS',
    flag: undefined,
    merge: 'prepend',
    help: 'modules of this machine that set binds of containers too, and so cannot be loaded beside those that do',
  },
  naming_scheme: {
    schema: z.enum(namingSchemes),
    environment: 'CTINSTALL_NAMING_SCHEME',
    flag: undefined,
    merge: 'replace',
    help: 'parts of the name under which modules are loaded',
  },
  modulefile_header: {
    schema: moduleText,
    environment: 'CTINSTALL_MODULEFILE_HEADER',
    flag: undefined,
    merge: 'replace',
    help: "code at the top of every modulefile, as it stands, in the modules tool's language; or a map of a text for each tool",
  },
  modulefile_footer: {
    schema: moduleText,
    environment: 'CTINSTALL_MODULEFILE_FOOTER',
    flag: undefined,
    merge: 'replace',
    help: "code at the end of every modulefile, as it stands, in the modules tool's language; or a map of a text for each tool",
  },
  hooks: {
    schema: hooks,
    environment: 'CTINSTALL_HOOKS',
    flag: undefined,
    merge: 'by-key',
    paths: 'always',
    help: 'executables that are given each install before and after it is made, and may refuse it',
  },
  group: {
    schema: group,
    environment: 'CTINSTALL_GROUP',
    flag: undefined,
    merge: 'replace',
    help: 'group that what is installed belongs to: name or number',
  },
  umask: {
    schema: umask,
    environment: 'CTINSTALL_UMASK',
    flag: undefined,
    merge: 'replace',
    help: 'permissions that what is installed does not get, in octal; default: those of the shell',
  },
  read_only_installs: {
    schema: z.boolean(),
    environment: 'CTINSTALL_READ_ONLY_INSTALLS',
    flag: undefined,
    merge: 'replace',
    help: 'take the right to write away from what is installed, user software left out',
  },
} as const satisfies Readonly<Record<string, Option>>;

export interface Option {
  readonly schema: z.ZodType;
  readonly environment: string | undefined;
  readonly flag: string | undefined;
  /** `replace`: the strongest layer counts; `prepend`: lists add up, the strongest first; `by-key`: maps add up. */
  readonly merge: 'replace' | 'prepend' | 'by-key';
  /** Whether its texts are paths, which are made absolute: all of them, or those with a slash. */
  readonly paths?: 'always' | 'with-slash';
  readonly help: string;
}

export type OptionKey = keyof typeof optionTable;
export type SettingsValues = { -readonly [Key in OptionKey]?: z.infer<(typeof optionTable)[Key]['schema']> };

export const optionKeys = Object.keys(optionTable) as OptionKey[];

/** Whether the value of a key is a list, which variables and flags separate by `:`. */
export function isList(key: OptionKey): boolean {
  return optionTable[key].schema instanceof z.ZodArray;
}

/** The row of a key, with what only some rows say. */
export function optionOf(key: OptionKey): Option {
  return optionTable[key];
}
