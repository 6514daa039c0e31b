import { parseDocument } from 'yaml';
import { readPlainYaml } from '../../easyconfig/plain-yaml.ts';

/** A recipe of singularity-hpc: a `container.yaml`, as far as it matters here. */
export interface ShpcRecipe {
  /** Where the image comes from: `docker://repo` and so on; a path is that of a file. */
  readonly source: { readonly kind: 'docker' | 'oras' | 'gh' | 'path'; readonly name: string };
  readonly url: string | undefined;
  readonly description: string | undefined;
  /** The tag that the recipe calls its latest. */
  readonly latest: string;
  /** Digest by tag. */
  readonly tags: ReadonlyMap<string, string>;
  readonly aliases: readonly ShpcAlias[];
  readonly features: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, unknown>>;
  /** Files beside the recipe, by tag. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Wrappers that are made of files beside the recipe: their names. */
  readonly scripts: readonly string[];
  /** Keys that mean nothing here. */
  readonly others: readonly string[];
}

export interface ShpcAlias {
  readonly name: string;
  readonly command: string;
  /** What of it has no place in an easyconfig: `singularity_options`. */
  readonly others: readonly string[];
}

/** What a text holds, or why it is no recipe of singularity-hpc. */
export function parseShpc(text: string): { recipe: ShpcRecipe; warning?: string } | { fault: string; line: number } {
  const read = readYaml(text);
  const { value } = read;
  if (!isMap(value)) return { fault: read.fault ?? 'is no recipe of singularity-hpc: that is a map', line: read.line };
  const latest = isMap(value.latest) ? Object.keys(value.latest)[0] : undefined;
  const [kind, ...unused] = (['oras', 'gh', 'docker', 'path'] as const).filter(
    (key) => textAt(value, key) !== undefined,
  );
  const missing = [
    ...(latest === undefined ? ['`latest`, a tag with its digest'] : []),
    ...(kind === undefined ? ['`docker`, `oras`, `gh` or `path`, where the image is'] : []),
  ].join(', and ');
  if (kind === undefined || latest === undefined)
    return { fault: `is no recipe of singularity-hpc: what is missing is ${missing}`, line: 1 };
  return {
    ...(read.fault === undefined
      ? {}
      : { warning: `the YAML has a fault, \`${read.fault}\`: it is read as other readers do` }),
    recipe: {
      source: { kind, name: textAt(value, kind) ?? '' },
      url: textAt(value, 'url'),
      description: textAt(value, 'description'),
      latest,
      tags: new Map([...digestsOf(value.tags), ...digestsOf(value.latest)]),
      aliases: aliasesOf(value.aliases),
      features: isMap(value.features) ? value.features : {},
      env: isMap(value.env) ? value.env : {},
      overrides: isMap(value.overrides) ? value.overrides : {},
      scripts: ['singularity_scripts', 'docker_scripts'].flatMap((key) =>
        isMap(value[key]) ? Object.keys(value[key]) : [],
      ),
      others: Object.keys(value).filter(
        (key) => !known.has(key) || !isOfItsKind(key, value[key]) || unused.some((other) => other === key),
      ),
    },
  };
}

const known = new Set(
  [
    'url',
    'description',
    'maintainer',
    'latest',
    'tags',
    'docker',
    'oras',
    'gh',
    'path',
    'aliases',
    'filter',
    'features',
  ].concat(['env', 'overrides', 'singularity_scripts', 'docker_scripts']),
);

/** Whether what stands under a key can mean something: `env` that is a list does not. */
function isOfItsKind(key: string, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (key === 'aliases') return isMap(value) || Array.isArray(value);
  return !['env', 'features', 'overrides'].includes(key) || isMap(value);
}

function readYaml(text: string): { value: unknown; fault: string | undefined; line: number } {
  const plain = readPlainYaml(text);
  if (plain !== undefined) return { value: plain, fault: undefined, line: 1 };
  const first = parseWhole(text);
  if (first.value !== undefined) return { ...first, fault: undefined };
  const again = parseWhole(text.replace(quotedText, (whole) => whole.replace(/\n(?=\S)/g, '\n  ')));
  return { ...first, value: again.value };
}

/** The library does not take a quoted text that goes on in column 0, which other readers do. */
const quotedText = /^\w+: +(?:"(?:[^"\\]|\\[\s\S])*"|'[^']*')/gm;

/** Keys stay as they are written: a tag `1.10` is no number. */
function parseWhole(text: string): { value: unknown; fault: string | undefined; line: number } {
  try {
    const document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false, stringKeys: true });
    const [error] = document.errors;
    const line = error?.linePos?.[0].line ?? 1;
    const fault = error?.message.split('\n')[0]?.replace(/ at line .*/, '');
    return { value: error === undefined ? document.toJS({ maxAliasCount: 50 }) : undefined, fault, line };
  } catch {
    return { value: undefined, fault: 'is YAML that refers to itself too often', line: 1 };
  }
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textAt(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = map[key];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function digestsOf(value: unknown): [string, string][] {
  return isMap(value)
    ? Object.entries(value).map(([tag, digest]) => [tag, typeof digest === 'string' ? digest.trim() : ''])
    : [];
}

/** A map of names to commands, or a list with a name and a command in each. */
export function aliasesOf(value: unknown): ShpcAlias[] {
  if (Array.isArray(value))
    return value.flatMap((item) => {
      if (!isMap(item)) return [{ name: String(item ?? ''), command: '', others: [] }];
      const others = Object.keys(item).filter((key) => key !== 'name' && key !== 'command');
      return [{ name: String(item.name ?? ''), command: String(item.command ?? ''), others }];
    });
  if (!isMap(value)) return [];
  return Object.entries(value).map(([name, command]) => ({ name, command: String(command ?? ''), others: [] }));
}
