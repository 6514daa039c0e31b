import { mainProgramsOf, wrappersOf } from './draft-wrappers.ts';
import { cleanName, type GuessedName, guessFromFile, guessFromSource } from './guess-name.ts';
import type { BuiltFacts, ImageFacts, InsideFacts } from './image-facts.ts';
import { describeBadImageSource } from './image-source.ts';
import { extensionPattern, namePattern, scriptPattern } from './rules.ts';

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
  /** Whether users get a virtual environment for packages of their own. */
  readonly hasVenv: boolean;
  /** Programs that get wrappers. */
  readonly wrappers: readonly string[];
  readonly extensions: readonly string[];
  readonly sanityCheck: string;
}

/** More than this is no help in a module's `whatis`. */
const mostExtensions = 300;

/** Makes of the facts what an easyconfig needs. */
export function draftEasyconfig(facts: ImageFacts): Draft {
  const { inside, built } = facts;
  const labels = ownLabels(facts);
  const guessed = guess(facts);
  const label = (...names: string[]): string | undefined => findLabel(labels, names);
  const titled = label('org.opencontainers.image.title', 'org.label-schema.name');
  const builtFrom = originOf(facts);
  const { version, versionsuffix, versionFrom } = versionOf(facts, guessed, builtFrom);
  const isNamed = guessed.version !== undefined || titled === undefined;
  const name = isNamed ? guessed.name : cleanName(titled);
  const wrappers = wrappersOf(facts);
  // An image that is there for Python: users will want to add to it.
  const venv = inside?.python?.makesVenvs === true && wrappers.some((name) => /^python3?$/.test(name));
  const fullVersion = `${version}${versionsuffix}`;
  const url = label('org.opencontainers.image.url', 'org.label-schema.url');
  const documentation = label('org.opencontainers.image.documentation', 'org.label-schema.usage');
  return {
    name,
    version,
    versionsuffix,
    nameFrom: isNamed ? guessed.from : 'a label of the image',
    versionFrom,
    file: facts.file ?? `${name}-${fullVersion}.sif`,
    source: facts.source ?? (builtFrom?.isWhole === true ? builtFrom.source : undefined),
    builtFrom:
      built === undefined ? (builtFrom?.isWhole === false ? builtFrom.source : undefined) : describeBuilt(built),
    homepage: isUrl(url) ? url : undefined,
    summary: label('org.opencontainers.image.description', 'org.label-schema.description', 'description'),
    docurls: isUrl(documentation) ? [documentation] : [],
    condaEnvironment: condaEnvironmentOf(inside),
    hasVenv: venv,
    wrappers: venv && !wrappers.includes('pip') ? [...wrappers, 'pip'] : wrappers,
    extensions: (inside?.packages ?? []).filter((text) => extensionPattern.test(text)).slice(0, mostExtensions),
    sanityCheck: sanityCheckOf(inside),
  };
}

/** Labels of the image that this one is built on are still there, so that the file's own name says more. */
function versionOf(
  facts: ImageFacts,
  guessed: GuessedName,
  origin: Origin | undefined,
): Pick<Draft, 'version' | 'versionsuffix' | 'versionFrom'> {
  const { created, source, built } = facts;
  const labels = ownLabels(facts);
  if (guessed.version !== undefined) {
    const { version, versionsuffix } = guessed;
    return { version, versionsuffix, versionFrom: source === undefined ? 'the file name' : 'the source' };
  }
  const unchanged = origin?.isWhole === true ? guessFromSource(origin.source) : undefined;
  if (unchanged?.version !== undefined) {
    const { version, versionsuffix } = unchanged;
    return { version, versionsuffix, versionFrom: 'the image that it is a copy of' };
  }
  const packaged = built === undefined ? undefined : versionOfOnly(built);
  if (packaged !== undefined)
    return { version: packaged, versionsuffix: '', versionFrom: 'the package that was added to its base' };
  const labelled = findLabel(labels, ['org.opencontainers.image.version', 'org.label-schema.version', 'version']);
  const cleaned = labelled === undefined ? 'image' : cleanName(labelled);
  if (cleaned !== 'image') return { version: cleaned, versionsuffix: '', versionFrom: 'a label of the image' };
  // What a registry gives where no tag is named.
  if (source !== undefined && /^(docker|oras|library):\/\//.test(source) && !source.includes('@'))
    return { version: 'latest', versionsuffix: '', versionFrom: 'the source, which names no tag' };
  const versionFrom = 'the day the image was made: write its version instead';
  return { version: dateOf(created), versionsuffix: '', versionFrom };
}

function guess({ file, source }: ImageFacts): GuessedName & { readonly from: string } {
  if (file !== undefined) return { ...guessFromFile(file), from: 'the file name' };
  return { ...guessFromSource(source ?? ''), from: 'the source' };
}

/** Of an image that was built by adding to another one they speak of that. */
function ownLabels({ labels, built }: ImageFacts): ImageFacts['labels'] {
  return built === undefined ? labels : {};
}

/** Where just one package of one version was added, the image is there for it. */
function versionOfOnly({ added: [only, ...others] }: BuiltFacts): string | undefined {
  const [, version] = /^[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?\s*==\s*(\d[\w.+-]*)$/.exec(only ?? '') ?? [];
  return others.length === 0 && version !== undefined && namePattern.test(version) ? version : undefined;
}

function describeBuilt({ on, added }: BuiltFacts): string {
  return `${on} by \`ctinstall build\` with ${added.join(', ')}`;
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

interface Origin {
  readonly source: string;
  readonly isWhole: boolean;
}

/** What the definition file says that the image was built from; `isWhole` where nothing was added to it. */
function originOf({ definition = '', built }: ImageFacts): Origin | undefined {
  // Its definition file is that of its base.
  if (built !== undefined) return undefined;
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

/** Programs that may be what the image is for, by its name and by what it runs. */
export function programsToLookFor(facts: ImageFacts): string[] {
  const { name } = guess(facts);
  const title = findLabel(ownLabels(facts), ['org.opencontainers.image.title', 'org.label-schema.name']);
  return mainProgramsOf([name, ...(title === undefined ? [] : [cleanName(title)])], facts.runscript);
}

/** What proves at least that the image starts. */
function sanityCheckOf(inside: InsideFacts | undefined): string {
  if (inside?.conda !== undefined) return 'conda-python-simple --version';
  return inside?.python === undefined ? 'true' : `${inside.python.path.split('/').at(-1)} --version`;
}

function isUrl(text: string | undefined): text is string {
  return text !== undefined && /^https?:\/\/[^\s]+$/.test(text) && text.length < 1000;
}
