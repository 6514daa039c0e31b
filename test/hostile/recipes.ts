import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { replaceTemplates } from '../../src/easyconfig/templates.ts';
import { quoteBash } from '../../src/scripts/quote-bash.ts';
import { type Recipe, stringFields } from './fields.ts';
import { type Lures, payloads } from './payloads.ts';

/*
 * Recipes that are good and full of tricks, for real installs: each field holds one that it takes, the fields of a recipe
 * different ones.
 */

/** Fields that a real install with a trick in them would need more for than this machine has, or that take few words. */
export const fieldsLeftOut = [
  'binds[].image_src',
  'wrappers[].binds[].image_src',
  'build_dependencies[]',
  'depends_on[]',
  'conflicts[]',
  'module_kind',
  'family',
  'aliases{key}',
  'functions{key}',
  'functions{}',
  'functions{}.bash',
  'functions{}.csh',
  'files[].path',
  'files[].from',
  'files[].mode',
  'mpi.replace',
  'mpi.never[]',
  'mpi.glibc',
  'image.directory',
  'image.mode',
  'image.sha256',
  'image.source',
  'image.verify',
  'build.base',
  'build.base_sha256',
  'build.conda',
  'build.pip[]',
  'build.pip',
  'build.wheels',
  'build.files[].from',
  'build.files[].to',
  'build.packages[]',
  'build.definition',
  'build.build_args{key}',
  'build.build_args{}',
  'build.way',
  'binds[].access',
  'binds[].site',
  'python.conda.name',
  'python.conda.file',
  'python.conda.program',
  'python.venv.name',
  'python.venv.requirements[]',
  'python.venv.requirements',
  'python.venv.pip_options[]',
  'python.venv.installer',
  'user_software.path',
  'user_software.from',
  'gpu',
  'env_sets[]',
  'runscripts[]',
  'wrappers[]',
  'wrappers[].from',
  'wrappers[].except[]',
  'wrappers[].name',
  'wrappers[].command',
  'wrappers[].args[]',
  'wrappers[].binds[]',
  'wrappers[].binds[].host',
  'wrappers[].binds[].container',
  'wrappers[].binds[].access',
  'env.container{key}',
  'env.module{key}',
];

export interface HostileRecipe {
  readonly recipe: Recipe;
  /** `<name>/<full version>` */
  readonly module: string;
  readonly fileName: string;
  readonly imageFile: string;
  readonly installDir: string;
  /** A text of the recipe with its templates replaced. */
  readonly fill: (text: string) => string;
  /** Directories that must be there to be bound. */
  readonly bindDirectories: readonly string[];
  readonly prose: Readonly<
    Record<'description' | 'usage' | 'examples' | 'citing' | 'deprecated' | 'loadMessage', string>
  > & {
    readonly whatis: readonly string[];
  };
  readonly file: { readonly path: string; readonly text: string };
  readonly environment: { readonly module: Record<string, string>; readonly container: Record<string, string> };
  /** What the post-install commands write, each into a file `said-<number>` of the install dir. */
  readonly said: readonly string[];
  readonly paths: readonly string[];
}

/** The tricks that each field takes, by the field's path; only those that `isFit` says. */
export function acceptedTricks(
  lures: Lures,
  isFit: (value: string) => boolean = () => true,
): ReadonlyMap<string, readonly string[]> {
  const values = Object.values(payloads(lures)).filter((value) => value.length < 10_000 && isFit(value));
  return new Map(
    stringFields.map(({ path, recipeWith }) => [
      path,
      values.filter((value) => parseEasyconfig(JSON.stringify(recipeWith(value))).easyconfig !== undefined),
    ]),
  );
}

/** Gives the tricks of each field in turn; `used` are the fields that were asked for. */
export function makePicker(tricks: ReadonlyMap<string, readonly string[]>) {
  const used = new Map<string, number>();
  return {
    used,
    pick: (path: string): string => {
      const all = tricks.get(path) ?? [];
      const turn = used.get(path) ?? 0;
      used.set(path, turn + 1);
      const value = all[turn % all.length];
      if (value === undefined) throw new Error(`${path} takes none of the tricks`);
      return value;
    },
  };
}

/** The recipe of this number; in `binds` lie the directories that it binds, below `prefix` it is installed. */
export function makeRecipe(
  number: number,
  tricks: ReadonlyMap<string, readonly string[]>,
  { pick, binds, prefix }: { pick: (path: string) => string; binds: string; prefix: string },
): HostileRecipe {
  const [name, version] = [`${pick('name')}${number}`, pick('version')];
  const versionsuffix = pick('versionsuffix');
  const fullVersion = `${version}${versionsuffix}`;
  const imageFile = pick('image.file').replaceAll('%(installdir)s', 'a path would be refused');
  const whatis = [pick('whatis[]'), pick('whatis[]')];
  const [description, deprecated] = [pick('description'), pick('deprecated')];
  const [usage, examples, citing] = [pick('usage'), pick('examples'), pick('citing')];
  const file = { path: `share/${number}/%(name)s`, text: pick('files[].text') };
  const loadMessage = pick('load_message');
  const environment = {
    module: numbered('OUT', tricks.get('env.module{}') ?? []),
    container: numbered('IN', tricks.get('env.container{}') ?? []),
  };
  const installDir = `${prefix}/software/${name}/${fullVersion}`;
  const fill = (text: string): string =>
    replaceTemplates(text, { name, version, versionsuffix, installdir: installDir });
  const [both, host, alike] = ['binds[].host', 'binds[].host', 'binds[]'].map(
    (path, index) => `${binds}/${index}/${pick(path)}`,
  );
  const paths = [pick('sanity_check_paths.files[]'), pick('sanity_check_paths.dirs[]')];
  const said = ['post_install[]', 'post_install[].command'].map(pick);
  const checked = ['sanity_check_commands[]', 'sanity_check_commands[].command'].map(
    (path) => `test -d /.singularity.d || exit 3; : ${quoteBash(pick(path))}`,
  );
  // Commands run in the conda environment, which this image has not.
  const hasConda = number % 2 === 1;
  const commands = {
    sanity_check_paths: { files: [`here/file/${paths[0]}`], dirs: [`here/dir/${paths[1]}`] },
    post_install: [
      ...said.map((text, index) => `printf %s ${quoteBash(text)} > "%(installdir)s/said-${index}"`),
      {
        command: [
          `file="%(installdir)s/here/file/"${quoteBash(paths[0] ?? '')}`,
          'mkdir -p "$(dirname "$file")"',
          ': > "$file"',
          `mkdir -p "%(installdir)s/here/dir/"${quoteBash(paths[1] ?? '')}`,
        ].join('\n'),
        host: false,
      },
    ],
    sanity_check_commands: [checked[0], { command: checked[1] }],
  };
  return {
    module: `${name}/${fullVersion}`,
    fileName: `${name}-${fullVersion}.yaml`,
    installDir,
    fill,
    imageFile: fill(imageFile),
    bindDirectories: [both, host, alike].map((path) => fill(path ?? '')),
    prose: { description, usage, examples, citing, whatis, deprecated, loadMessage },
    file,
    environment,
    said: hasConda ? [] : said,
    paths: hasConda ? [] : paths,
    recipe: {
      name,
      version,
      versionsuffix,
      homepage: pick('homepage'),
      whatis,
      description,
      docurls: [pick('docurls[]')],
      moduleclass: pick('moduleclass'),
      extensions: [pick('extensions[]')],
      deprecated,
      usage,
      examples,
      citing,
      load_message: loadMessage,
      aliases: numbered('alias', tricks.get('aliases{}') ?? []),
      files: [file],
      image: { file: imageFile, mode: ['copy', 'link', 'central'][number % 3] },
      binds: [{ host: both, container: `/mnt/${number}${pick('binds[].container')}` }, { host, access: 'ro' }, alike],
      wrappers: ['start-shell'],
      ...(hasConda ? { python: { conda_env: pick('python.conda_env'), conda_root: pick('python.conda_root') } } : {}),
      env: {
        module: { ...environment.module, ...pathsOf('env.module{}', 'OUT', pick) },
        container: { ...environment.container, ...pathsOf('env.container{}', 'IN', pick) },
      },
      ...(hasConda ? {} : commands),
    },
  };
}

/** Path variables that are added to, in each form. */
function pathsOf(field: string, prefix: string, pick: (path: string) => string): Record<string, object> {
  return {
    [`${prefix}_PATH`]: { prepend: pick(`${field}.prepend`), append: [pick(`${field}.append[]`)] },
    [`${prefix}_PATHS`]: { prepend: [pick(`${field}.prepend[]`)], append: pick(`${field}.append`) },
  };
}

function numbered(prefix: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value, index) => [`${prefix}_${index}`, value]));
}
