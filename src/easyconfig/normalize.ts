import { containerPath, hostPath } from '../lib/paths.ts';
import type { WrittenEasyconfig } from './schema.ts';
import type {
  Easyconfig,
  EasyconfigBind,
  EasyconfigCommand,
  EasyconfigImage,
  EasyconfigWrapper,
  ImageBuild,
  InstalledFile,
  PathChanges,
  VirtualEnvironment,
} from './types.ts';

/** Where conda lies in the images that this contract comes from (LUMI's). */
const defaultCondaRoot = '/opt/miniconda3';

/** Where user software is seen in the container. */
const defaultUserSoftware = '/user-software';

/** Fills every default. The only place that knows both forms. */
export function normalizeEasyconfig(written: WrittenEasyconfig): Easyconfig {
  const { python = {}, env = {}, sanity_check_paths: paths = {}, user_software: software = {} } = written;
  return {
    name: written.name,
    version: written.version,
    versionsuffix: written.versionsuffix ?? '',
    homepage: written.homepage,
    whatis: written.whatis ?? [],
    description: (written.description ?? '').trim(),
    usage: (written.usage ?? '').trim(),
    examples: (written.examples ?? '').trim(),
    citing: (written.citing ?? '').trim(),
    docurls: written.docurls ?? [],
    moduleclass: written.moduleclass ?? 'tools',
    extensions: unique(written.extensions),
    dependsOn: unique(written.depends_on),
    buildDependencies: unique(written.build_dependencies),
    conflicts: unique(written.conflicts),
    shell: {
      family: written.family,
      aliases: written.aliases ?? {},
      functions: Object.fromEntries(Object.entries(written.functions ?? {}).map(normalizeFunction)),
      loadMessage: written.load_message?.trim(),
    },
    moduleKind: written.module_kind,
    deprecated: written.deprecated,
    isHidden: written.hidden ?? false,
    image: written.image === 'none' ? undefined : normalizeImage(written.image),
    build: written.build && normalizeBuild(written.build),
    binds: (written.binds ?? []).map(normalizeBind),
    runscripts: unique(written.runscripts),
    wrappers: (written.wrappers ?? []).map(normalizeWrapper),
    files: (written.files ?? []).map(normalizeFile),
    gpu: written.gpu,
    envSets: unique(written.env_sets),
    mpi: written.mpi && {
      replace: written.mpi.replace,
      never: written.mpi.never ?? [],
      glibc: written.mpi.glibc ?? 'image',
    },
    conda:
      python.conda_env === undefined
        ? undefined
        : { name: python.conda_env, root: containerPath(python.conda_root ?? defaultCondaRoot) },
    venv: python.venv && normalizeVenv(python.venv),
    condaPackages:
      python.conda === undefined
        ? undefined
        : {
            name: python.conda.name,
            file: python.conda.file,
            program: python.conda.program === undefined ? undefined : hostPath(python.conda.program),
          },
    userSoftware: {
      path: containerPath(software.path ?? defaultUserSoftware),
      isPacked: software.pack ?? false,
      from: software.from === undefined ? undefined : hostPath(software.from),
    },
    env: {
      module: valuesOf(env.module),
      container: valuesOf(env.container),
      modulePaths: pathChangesOf(env.module),
      containerPaths: pathChangesOf(env.container),
    },
    sanityCheckPaths: { files: paths.files ?? [], dirs: paths.dirs ?? [] },
    postInstall: (written.post_install ?? []).map(normalizeCommand),
    sanityCheckCommands: (written.sanity_check_commands ?? []).map(normalizeCommand),
  };
}

function normalizeBuild(written: NonNullable<WrittenEasyconfig['build']>): ImageBuild {
  const { base, base_sha256: sha256, packages, definition, way } = written;
  if (definition !== undefined) return { kind: 'definition', definition, buildArgs: written.build_args ?? {}, way };
  const on = { file: base ?? '', sha256 };
  if (packages !== undefined) return { kind: 'packages', base: on, packages: unique(packages), way };
  const { conda, pip = [], wheels, files = [] } = written;
  return {
    kind: 'files',
    base: on,
    conda,
    // With a slash it is a file in any case.
    pip: typeof pip === 'string' ? [pip.includes('/') ? pip : `./${pip}`] : pip,
    wheels,
    files: files.map(({ from, to }) => ({ from, to })),
  };
}

function normalizeImage(image: Exclude<WrittenEasyconfig['image'], 'none'>): EasyconfigImage {
  return {
    file: image.file,
    directory: image.directory,
    sha256: image.sha256,
    source: image.source,
    mode: image.mode,
    isSigned: image.verify === 'signed',
  };
}

function normalizeFunction([name, body]: [string, NonNullable<WrittenEasyconfig['functions']>[string]]): [
  string,
  { bash: string; csh: string | undefined },
] {
  return [name, typeof body === 'string' ? { bash: body, csh: undefined } : { bash: body.bash, csh: body.csh }];
}

type WrittenVariables = NonNullable<NonNullable<WrittenEasyconfig['env']>['module']>;

function valuesOf(written: WrittenVariables = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(written).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function pathChangesOf(written: WrittenVariables = {}): PathChanges {
  const asList = (value: string | string[] = []): string[] => (typeof value === 'string' ? [value] : value);
  return Object.fromEntries(
    Object.entries(written).flatMap(([name, value]) =>
      typeof value === 'string' ? [] : [[name, { prepend: asList(value.prepend), append: asList(value.append) }]],
    ),
  );
}

export function fullVersionOf(easyconfig: Pick<Easyconfig, 'version' | 'versionsuffix'>): string {
  return easyconfig.version + easyconfig.versionsuffix;
}

/** The file name that an easyconfig should have: `<name>-<version><versionsuffix>.yaml`. */
export function fileNameOf(easyconfig: Pick<Easyconfig, 'name' | 'version' | 'versionsuffix'>): string {
  return `${easyconfig.name}-${fullVersionOf(easyconfig)}.yaml`;
}

function normalizeWrapper(wrapper: NonNullable<WrittenEasyconfig['wrappers']>[number]): EasyconfigWrapper {
  if (typeof wrapper === 'string') return { kind: 'command', name: wrapper, command: wrapper, args: [], binds: [] };
  if ('from' in wrapper)
    return { kind: 'directory', from: containerPath(wrapper.from), except: unique(wrapper.except) };
  const { name, command = name, args = [], binds = [] } = wrapper;
  return { kind: 'command', name, command, args, binds: binds.map(normalizeBind) };
}

/** What lies where commands are called from is executable, unless the recipe says otherwise. */
function normalizeFile(file: NonNullable<WrittenEasyconfig['files']>[number]): InstalledFile {
  const { path, mode = /^(bin|runscripts)\//.test(path) ? '755' : '644' } = file;
  const content =
    'text' in file ? { kind: 'text' as const, text: file.text } : { kind: 'from' as const, from: file.from };
  return { path, mode: Number.parseInt(mode, 8), content };
}

function normalizeBind(bind: NonNullable<WrittenEasyconfig['binds']>[number]): EasyconfigBind {
  if (typeof bind === 'string') return { kind: 'path', host: bind, container: bind, access: 'rw', optional: false };
  if ('site' in bind) return { kind: 'site', group: bind.site };
  return {
    kind: 'path',
    host: bind.host,
    container: bind.container ?? bind.host,
    // An image file is for many to read.
    access: bind.access ?? (bind.image_src === undefined ? 'rw' : 'ro'),
    ...(bind.image_src === undefined ? {} : { imageSource: bind.image_src }),
    optional: bind.optional ?? false,
  };
}

function normalizeVenv({
  name,
  requirements,
  pip_options: pipOptions = [],
  installer = 'auto',
}: NonNullable<NonNullable<WrittenEasyconfig['python']>['venv']>): VirtualEnvironment {
  const given =
    typeof requirements === 'string'
      ? { kind: 'file' as const, path: requirements }
      : requirements && { kind: 'list' as const, lines: requirements };
  return { name, requirements: given, pipOptions, installer };
}

function normalizeCommand(command: NonNullable<WrittenEasyconfig['post_install']>[number]): EasyconfigCommand {
  return typeof command === 'string'
    ? { command, host: false }
    : { command: command.command, host: command.host ?? false };
}

function unique(names: readonly string[] = []): string[] {
  return [...new Set(names)];
}
