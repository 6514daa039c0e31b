import * as z from 'zod';
import { gpuChoices, imageModes } from '../easyconfig/rules.ts';
import { modulesTools } from '../lib/paths.ts';
import { mpiChoices } from '../mpi/types.ts';
import { namingSchemes } from './naming-schemes.ts';
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

/* The form of each option: apart from the table, as the quick programs load it only where there is a value to check. */

// Code made for a schema is worth its making only where thousands are parsed.
z.config({ jitless: true });

export const optionSchemas = {
  site: presetName,
  prefix: path,
  more_prefixes: paths,
  easyconfigs: paths,
  image_dirs: paths,
  runtime: z.string().min(1, 'must not be empty'),
  runtime_module: moduleName,
  enforce_checksums: z.boolean(),
  verify: z.enum(['signed', 'none']),
  image_mode: z.enum(imageModes),
  squashfs_processors: z.int('must be a whole number').min(0, 'must be at least 0').max(4096, 'must be at most 4096'),
  squashfs_excludes: z.array(namePattern),
  slurm: slurm,
  node_types: nodeTypes,
  bind_groups: bindGroups,
  modules_tool: z.enum(modulesTools),
  gpu: z.enum(gpuChoices),
  nvccli: z.boolean(),
  mpi: z.enum(mpiChoices),
  mpi_library: path,
  host_mpi: z.enum(['mpich', 'openmpi']),
  module_env: moduleVariables,
  env_sets: envSets,
  container_env: containerEnv,
  module_conflicts: moduleNames,
  naming_scheme: z.enum(namingSchemes),
  modulefile_header: moduleText,
  modulefile_footer: moduleText,
  hooks: hooks,
  group: group,
  umask: umask,
  read_only_installs: z.boolean(),
} as const satisfies Readonly<Record<string, z.ZodType>>;
