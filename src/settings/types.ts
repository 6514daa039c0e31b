import type { BindAccess, GpuChoice, ImageMode } from '../easyconfig/types.ts';
import type { HostPath, ModulesTool, Prefix } from '../lib/paths.ts';
import type { MpiReplace } from '../mpi/types.ts';
import type { namingSchemes } from './naming-schemes.ts';
import type { OptionKey, SettingsValues } from './options.ts';

/** One source of settings: the values it sets and what it is called. Later layers are stronger. */
export interface SettingsLayer {
  /** Shown as the origin: `default`, a file's path, `CTINSTALL_PREFIX`, `--prefix`. */
  readonly origin: string | ((key: OptionKey) => string);
  /** Who sets it: the site (if nothing is said), the user in a file or variable, or the user in a flag. */
  readonly by?: 'site' | 'user' | 'flag';
  /** Whether `~` and `$NAME` in paths stand as they are: a shell has replaced them already. */
  readonly isExpanded?: boolean;
  /** Relative paths start here. */
  readonly base: HostPath;
  readonly values: SettingsValues;
  /** What holds whatever a stronger layer says. Where several layers force a value, the strongest of them does. */
  readonly force?: SettingsValues;
  /** Who else could change the file, and what to do about it, if that is to be told. */
  readonly distrust?: { readonly why: string; readonly hint: string } | undefined;
}

/** The settings that hold after all layers are folded. */
export interface Settings {
  /** Name of the site preset, or the path of its file. */
  readonly site: string;
  readonly prefix: Prefix;
  /** Whether the user chose the prefix, so that no other will do. */
  readonly isPrefixChosen: boolean;
  /** Where the default prefix was in earlier versions, if it holds and that has installs; among `morePrefixes`. */
  readonly oldDefaultPrefix: Prefix | undefined;
  /** Further prefixes, whose installs are seen too; `prefix` is not among them. */
  readonly morePrefixes: readonly Prefix[];
  readonly easyconfigs: readonly HostPath[];
  readonly imageDirs: readonly HostPath[];
  readonly runtime: string | undefined;
  /** The module that brings the runtime. */
  readonly runtimeModule: string | undefined;
  readonly enforceChecksums: boolean;
  /** Whether only signed images will do, whatever an easyconfig says. */
  readonly requiresSignature: boolean;
  readonly imageMode: ImageMode;
  readonly squashfsProcessors: number;
  readonly gpu: GpuChoice;
  readonly hasNvccli: boolean;
  /** Patterns of names that packing leaves out. */
  readonly squashfsExcludes: readonly string[];
  readonly slurm: SlurmSettings;
  /** What nodes look like, by a name of the site's. */
  readonly nodeTypes: NonNullable<SettingsValues['node_types']>;
  readonly bindGroups: Readonly<Record<string, readonly SiteBind[]>>;
  readonly modulesTool: ModulesTool;
  /** Undefined where nothing is asked for: MPI is left as it is. */
  readonly mpi: MpiReplace | undefined;
  readonly mpiLibrary: HostPath | undefined;
  readonly hostMpi: 'mpich' | 'openmpi' | undefined;
  /** What every module sets, where its easyconfig does not, or whatever it says for those that are forced. */
  readonly moduleEnv: Readonly<Record<string, string>>;
  /** Those of them that hold whatever an easyconfig says, each with where it is forced. */
  readonly forcedModuleEnv: Readonly<Record<string, string>>;
  /** What modules set that ask for it, where the user has not. */
  readonly envSets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly containerEnv: ContainerEnvSettings;
  /** Modules that cannot be loaded beside one that sets binds. */
  readonly moduleConflicts: readonly string[];
  readonly namingScheme: (typeof namingSchemes)[number];
  readonly modulefileHeader: ModuleText | undefined;
  readonly modulefileFooter: ModuleText | undefined;
  readonly hooks: Hooks;
  /** Name or number of the group that installs belong to. */
  readonly group: string | undefined;
  readonly umask: number | undefined;
  /** Number of the group whose members share the prefix: of this machine, where no `umask` is set. */
  readonly sharedWith: number | undefined;
  readonly hasReadOnlyInstalls: boolean;
  /** Where each value came from; lists and maps may have several origins, the strongest first. */
  readonly origins: Readonly<Record<OptionKey, readonly string[]>>;
  /** What the user set in vain, as the site forces something else. */
  readonly overruled: readonly Overruled[];
  /** Single values of the user's that count for nothing, as a variable in them is not set. A site's may be meant so. */
  readonly unset: readonly UnsetVariable[];
}

/** One text for the modules tool in use, or one for each tool. */
export type ModuleText = NonNullable<SettingsValues['modulefile_header']>;

/** What `srun` is given, beside what is run. */
export interface SlurmSettings {
  readonly partition: string | undefined;
  readonly account: string | undefined;
  readonly time: string | undefined;
  /** Further options without their dashes: `qos=debug`. */
  readonly options: readonly string[];
}

/** Names and patterns of variables of the host that reach containers, or do not, whatever ctinstall does by itself. */
export interface ContainerEnvSettings {
  readonly pass: readonly string[];
  readonly drop: readonly string[];
}

/** Executables that the site or the user has put into the course of an install. */
export interface Hooks {
  readonly preInstall: HostPath | undefined;
  readonly postInstall: HostPath | undefined;
  readonly preModule: HostPath | undefined;
}

export interface Overruled {
  /** `prefix`, or `bind_groups.slurm` where a part of a map is forced. */
  readonly key: string;
  /** Where the user set it. */
  readonly origin: string;
  readonly isFlag: boolean;
  readonly forcedBy: string;
  readonly forcedValue: unknown;
}

export interface UnsetVariable {
  readonly key: OptionKey;
  readonly origin: string;
  /** As written, such as `$PROJECT/ctinstall`. */
  readonly text: string;
  readonly variable: string;
}

export interface SiteBind {
  readonly host: string;
  readonly container: string;
  readonly access: BindAccess;
  readonly optional: boolean;
}
