import type { PathChange } from '../easyconfig/types.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';

export type HookName = 'pre_install' | 'pre_module' | 'post_install';

/**
 * What a hook is given on stdin. It is a contract with sites: keys are added, and never change what they mean without
 * another `format`. Spelt as in easyconfigs and settings.
 */
export interface HookInput {
  readonly format: 1;
  readonly hook: HookName;
  /** Version of ctinstall. */
  readonly ctinstall: string;
  /** Whether an install of this module is replaced. */
  readonly is_rebuild: boolean;
  readonly name: string;
  readonly version: string;
  /** Version and versionsuffix. */
  readonly full_version: string;
  /** As `module load` takes it. */
  readonly module: string;
  readonly moduleclass: string;
  readonly description: string;
  readonly homepage: string | null;
  readonly prefix: string;
  readonly install_dir: string;
  readonly modulefile: string;
  readonly modules_tool: string;
  /** Null for a module of none. */
  readonly image: {
    readonly file: string;
    /** Where it was found; null where it is brought from its source. */
    readonly found: string | null;
    readonly source: string | null;
    /** As the easyconfig says. */
    readonly sha256: string | null;
    readonly mode: string;
    readonly must_be_signed: boolean;
  } | null;
  readonly binds: readonly (Pick<Bind, 'host' | 'container' | 'access' | 'optional' | 'origin'> & {
    /** Directory in the image file that the host path is; null for a path of its own. */
    readonly image_src: string | null;
  })[];
  /** A value, or for a path variable what is added to it. */
  readonly env: Readonly<Record<'module' | 'container', Readonly<Record<string, string | PathChange>>>>;
  readonly depends_on: readonly string[];
  readonly build_dependencies: readonly string[];
  readonly conflicts: readonly string[];
  readonly family: string | null;
  readonly aliases: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, { readonly bash: string; readonly csh: string | null }>>;
  readonly load_message: string | null;
  readonly module_kind: string;
  readonly deprecated: string | null;
  readonly hidden: boolean;
  readonly runtime: string;
  readonly post_install: readonly { readonly command: string; readonly host: boolean }[];
  readonly sanity_check_commands: readonly { readonly command: string; readonly host: boolean }[];
}

export interface HookFacts {
  readonly toolVersion: string;
  /** Path of the image, or undefined where it is brought from its source. */
  readonly image: string | undefined;
  readonly isRebuild: boolean;
}

/** The install as a hook sees it. */
export function describeForHook(hook: HookName, install: ResolvedInstall, facts: HookFacts): HookInput {
  const { image } = install;
  return {
    format: 1,
    hook,
    ctinstall: facts.toolVersion,
    is_rebuild: facts.isRebuild,
    name: install.name,
    version: install.version,
    full_version: install.fullVersion,
    module: install.moduleName,
    moduleclass: install.moduleclass,
    description: install.description,
    homepage: install.homepage ?? null,
    prefix: install.prefix,
    install_dir: install.installDir,
    modulefile: install.modulefile,
    modules_tool: install.modulesTool,
    image:
      image === undefined
        ? null
        : {
            file: image.file,
            found: facts.image ?? null,
            source: image.source ?? null,
            sha256: image.sha256 ?? null,
            mode: image.mode,
            must_be_signed: image.isSigned,
          },
    binds: install.binds.map(({ host, container, access, imageSource, optional, origin }) => ({
      host,
      container,
      access,
      image_src: imageSource ?? null,
      optional,
      origin,
    })),
    env: {
      module: { ...install.env.module, ...install.env.modulePaths },
      container: { ...install.env.container, ...install.env.containerPaths },
    },
    depends_on: install.dependsOn,
    build_dependencies: install.buildDependencies,
    conflicts: install.conflicts,
    ...describeShell(install.shell),
    module_kind: install.moduleKind,
    deprecated: install.deprecated ?? null,
    hidden: install.isHidden,
    runtime: install.runtime,
    post_install: install.postInstall,
    sanity_check_commands: install.sanityCheckCommands,
  };
}

function describeShell({ family, aliases, functions, loadMessage }: ResolvedInstall['shell']) {
  return {
    family: family ?? null,
    aliases,
    functions: Object.fromEntries(
      Object.entries(functions).map(([name, { bash, csh }]) => [name, { bash, csh: csh ?? null }]),
    ),
    load_message: loadMessage ?? null,
  };
}
