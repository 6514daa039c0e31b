import { describeBadImageSource } from '../../easyconfig/image-source.ts';
import { formatLine } from '../../lib/format.ts';
import { fillAll } from './fill.ts';
import type { MadeFile } from './made.ts';
import type { Notebook } from './notebook.ts';
import type { Parameter } from './read-recipe.ts';
import { RecipeFault, type Value } from './values.ts';

export interface Sources {
  /** File name; undefined for a module that binds and sets for containers of any image. */
  readonly image: string | undefined;
  readonly source: string | undefined;
  readonly sha256: string | undefined;
  /** Other files beside the recipe: their names, and those that are copied into the install dir. */
  readonly beside: {
    readonly names: readonly string[];
    readonly placed: readonly (MadeFile & { readonly path: string })[];
  };
}

/** What a recipe begins from: its image, and files beside it. @throws RecipeFault where there is no image */
export function describeSources(
  given: ReadonlyMap<string, Parameter>,
  { templates, notebook }: { templates: Readonly<Record<string, string>>; notebook: Notebook },
): Sources {
  const fill = (text: string): string => fillAll(text, templates);
  const sources = itemsOf(given.get('sources')?.value).map((value) => ({
    name: nameOf(value, fill),
    line: value.line,
  }));
  const copies = itemsOf(given.get('files_to_copy')?.value).flatMap((value) => copyOf(value, fill));
  const names = [...sources.map(({ name }) => name), ...copies.flatMap(({ names: each }) => each)].filter(
    (name) => name !== undefined,
  );
  const images = [...new Set(names.filter((name) => /\.sif$/i.test(name)))];
  const [image] = images;
  if (image === undefined && names.length === 0 && isForContainers(given)) return noImage;
  if (image === undefined)
    throw new RecipeFault(
      given.get('sources')?.line ?? given.get('easyblock')?.line ?? 1,
      'this is an EasyBuild recipe, but of no container: none of its `sources` and `files_to_copy` is a `.sif` file',
      'EasyBuild builds it; ctinstall takes recipes of containers: docs/import.md',
    );
  if (images.length > 1)
    notebook.say(
      given.get('sources')?.line,
      `the module uses one image, \`${image}\`: ${images
        .slice(1)
        .map((other) => `\`${other}\``)
        .join(', ')} is left out`,
    );
  const others = [...new Set(names.filter((name) => !images.includes(name)))];
  const placed = copies.flatMap(({ names: each, to, line }) =>
    each
      .filter((name) => others.includes(name))
      .map((name) => ({
        path: to === '' ? name : `${to}/${name}`,
        content: { kind: 'from' as const, from: name },
        mode: 0o644,
        line,
      })),
  );
  return {
    image,
    source: urlOf(given, image, fill),
    sha256: checksumOf(
      given,
      sources.findIndex(({ name }) => name === image),
      { image, notebook },
    ),
    beside: { names: others, placed },
  };
}

const noImage: Sources = { image: undefined, source: undefined, sha256: undefined, beside: { names: [], placed: [] } };

/** Whether the module sets what container runtimes read. */
function isForContainers(given: ReadonlyMap<string, Parameter>): boolean {
  return ['modextravars', 'modextrapaths', 'modluafooter', 'modtclfooter'].some((key) =>
    /\b(SINGULARITY|APPTAINER)(ENV)?_/.test(JSON.stringify(given.get(key)?.value ?? '')),
  );
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'list' ? value.items : value === undefined || value.kind === 'none' ? [] : [value];
}

/** A source is its file name, or a dictionary with that in it. */
function nameOf(value: Value, fill: (text: string) => string): string | undefined {
  if (value.kind === 'text') return fill(value.text);
  if (value.kind === 'list') return value.items[0] && nameOf(value.items[0], fill);
  const named = value.kind === 'dict' ? value.entries.find(({ key }) => key === 'filename')?.value : undefined;
  return named?.kind === 'text' ? fill(named.text) : undefined;
}

/** `(['x.sif'], '.')`, or `'x.sif'`, which goes to the install dir itself. */
function copyOf(value: Value, fill: (text: string) => string): { names: string[]; to: string; line: number }[] {
  if (value.kind === 'text') return [{ names: [fill(value.text)], to: '', line: value.line }];
  const [from, to] = value.kind === 'list' ? value.items : [];
  if (from === undefined || to?.kind !== 'text') return [];
  const directory = fill(to.text)
    .replace(/^\.?\/*|\/+$/g, '')
    .replace(/^\.$/, '');
  return [{ names: itemsOf(from).flatMap((item) => nameOf(item, fill) ?? []), to: directory, line: value.line }];
}

function urlOf(
  given: ReadonlyMap<string, Parameter>,
  image: string,
  fill: (text: string) => string,
): string | undefined {
  const [url, ...more] = itemsOf(given.get('source_urls')?.value).flatMap((value) =>
    value.kind === 'text' ? [fill(value.text)] : [],
  );
  if (url === undefined || more.length > 0 || !url.startsWith('https://')) return undefined;
  const source = `${url.replace(/\/+$/, '')}/${image}`;
  return describeBadImageSource(source) === undefined ? source : undefined;
}

function checksumOf(
  given: ReadonlyMap<string, Parameter>,
  at: number,
  { image, notebook }: { image: string; notebook: Notebook },
): string | undefined {
  const checksums = given.get('checksums');
  const item = itemsOf(checksums?.value)[at];
  const named = item?.kind === 'dict' ? item.entries.find(({ key }) => key === image)?.value : item;
  const pair = named?.kind === 'list' ? named.items : undefined;
  const [kind, sum] = pair?.map((part) => (part.kind === 'text' ? part.text : '')) ?? [
    'sha256',
    named?.kind === 'text' ? named.text : undefined,
  ];
  if (sum === undefined) return undefined;
  if (kind === 'sha256' && /^[0-9a-f]{64}$/.test(sum)) return sum;
  notebook.say(checksums?.line, `the checksum \`${formatLine(sum)}\` is no SHA-256`);
  return undefined;
}
