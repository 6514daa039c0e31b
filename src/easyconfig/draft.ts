import { cleanName, type GuessedName, guessFromFile, guessFromSource } from './guess-name.ts';
import { describeBadImageSource } from './image-source.ts';
import { extensionPattern, scriptPattern } from './rules.ts';

/** What was found out about an image, for the first draft of its easyconfig. Anyone may have written what labels say. */
export interface ImageFacts {
  /** Its file name; undefined where only a source is known. */
  readonly file: string | undefined;
  readonly source: string | undefined;
  readonly sha256: string | undefined;
  /** When it was made: seconds since 1970 UTC. */
  readonly created: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly definition: string | undefined;
  readonly runscript: string | undefined;
  /** Undefined where nobody looked into it. */
  readonly inside: InsideFacts | undefined;
}

/** What a look into the image showed. */
export interface InsideFacts {
  /** `Debian GNU/Linux 12 (bookworm)` */
  readonly system: string | undefined;
  readonly python: { readonly path: string; readonly version: string } | undefined;
  /** Python packages, as `name/version`. */
  readonly packages: readonly string[];
  readonly conda: { readonly root: string; readonly environments: readonly string[] } | undefined;
  /** What the image itself activates for its run scripts. */
  readonly withConda: string | undefined;
  /** Programs that are not of the system. */
  readonly commands: readonly string[];
}

/** An easyconfig to begin with, and where its parts come from. */
export interface Draft {
  readonly name: string;
  readonly version: string;
  readonly versionsuffix: string;
  /** Where name and version come from. */
  readonly nameFrom: string;
  readonly versionFrom: string;
  readonly file: string;
  readonly source: string | undefined;
  /** Where the image was made from, if that is not just this. */
  readonly builtFrom: string | undefined;
  readonly homepage: string | undefined;
  readonly summary: string | undefined;
  readonly docurls: readonly string[];
  readonly condaEnvironment: string | undefined;
  readonly extensions: readonly string[];
  readonly sanityCheck: string;
}

/** More than this is no help in a module's `whatis`. */
const mostExtensions = 300;

/** Makes of the facts what an easyconfig needs. */
export function draftEasyconfig(facts: ImageFacts): Draft {
  const { labels, inside } = facts;
  const guessed = guess(facts);
  const label = (...names: string[]): string | undefined => findLabel(labels, names);
  const titled = label('org.opencontainers.image.title', 'org.label-schema.name');
  const labelled = label('org.opencontainers.image.version', 'org.label-schema.version', 'version');
  // Labels of the image that this one is built on are still there, so that the file's own name says more.
  const { version, versionFrom } =
    guessed.version !== undefined
      ? { version: guessed.version, versionFrom: guessed.from }
      : labelled !== undefined && cleanName(labelled) !== 'image'
        ? { version: cleanName(labelled), versionFrom: 'a label of the image' }
        : { version: dateOf(facts.created), versionFrom: 'the day the image was made: write its version instead' };
  const isNamed = guessed.version !== undefined || titled === undefined;
  const name = isNamed ? guessed.name : cleanName(titled);
  const fullVersion = `${version}${guessed.versionsuffix}`;
  const builtFrom = originOf(facts);
  const url = label('org.opencontainers.image.url', 'org.label-schema.url');
  const documentation = label('org.opencontainers.image.documentation', 'org.label-schema.usage');
  return {
    name,
    version,
    versionsuffix: guessed.versionsuffix,
    nameFrom: isNamed ? guessed.from : 'a label of the image',
    versionFrom,
    file: facts.file ?? `${name}-${fullVersion}.sif`,
    source: facts.source ?? (builtFrom?.isWhole === true ? builtFrom.source : undefined),
    builtFrom: builtFrom?.isWhole === false ? builtFrom.source : undefined,
    homepage: isUrl(url) ? url : undefined,
    summary: label('org.opencontainers.image.description', 'org.label-schema.description', 'description'),
    docurls: isUrl(documentation) ? [documentation] : [],
    condaEnvironment: condaEnvironmentOf(inside),
    extensions: (inside?.packages ?? []).filter((text) => extensionPattern.test(text)).slice(0, mostExtensions),
    sanityCheck: sanityCheckOf(inside),
  };
}

function guess({ file, source }: ImageFacts): GuessedName & { readonly from: string } {
  if (file !== undefined) return { ...guessFromFile(file), from: 'the file name' };
  return { ...guessFromSource(source ?? ''), from: 'the source' };
}

/** The first label of these names, in any case, that says something. */
function findLabel(labels: Readonly<Record<string, string>>, names: readonly string[]): string | undefined {
  const lower = new Map(Object.entries(labels).map(([name, value]) => [name.toLowerCase(), value.trim()]));
  return names.map((name) => lower.get(name)).find((value) => value !== undefined && value !== '');
}

/** `20240315`; a day that sorts below any other where it is not known. */
function dateOf(created: number | undefined): string {
  if (created === undefined) return '0';
  return new Date(created * 1000).toISOString().slice(0, 10).replaceAll('-', '');
}

/** What the definition file says that the image was built from; `isWhole` where nothing was added to it. */
function originOf({ definition = '' }: ImageFacts): { source: string; isWhole: boolean } | undefined {
  const [, bootstrap] = /^bootstrap:\s*(docker|library|oras)\s*$/im.exec(definition) ?? [];
  const [, from] = /^from:\s*(\S+)\s*$/im.exec(definition) ?? [];
  if (bootstrap === undefined || from === undefined) return undefined;
  const source = `${bootstrap.toLowerCase()}://${from.replace(/^\/\//, '')}`;
  const isChanged = /^\s*%(post|files|environment|setup|runscript|startscript|appinstall)\b/im.test(definition);
  return { source, isWhole: !isChanged && describeBadImageSource(source) === undefined };
}

function condaEnvironmentOf(inside: InsideFacts | undefined): string | undefined {
  if (inside?.conda === undefined) return undefined;
  const [, activated] = /\bactivate\s+(\S+)/.exec(inside.withConda ?? '') ?? [];
  const environment = activated ?? inside.conda.environments[0] ?? 'base';
  return scriptPattern.test(environment) ? environment : 'base';
}

/** What proves at least that the image starts. */
function sanityCheckOf(inside: InsideFacts | undefined): string {
  if (inside?.conda !== undefined) return 'conda-python-simple --version';
  return inside?.python === undefined ? 'true' : `${inside.python.path.split('/').at(-1)} --version`;
}

function isUrl(text: string | undefined): text is string {
  return text !== undefined && /^https?:\/\/[^\s]+$/.test(text) && text.length < 1000;
}
