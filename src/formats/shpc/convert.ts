import { describeBadImageSource } from '../../easyconfig/image-source.ts';
import {
  describeBadContainerVariable,
  describeBadFileName,
  describeBadVariableValue,
  namePattern,
  variablePattern,
} from '../../easyconfig/rules.ts';
import type { WrittenEasyconfig } from '../../easyconfig/schema.ts';
import { formatLine, formatValue } from '../../lib/format.ts';
import { type Imported, type Note, readable } from '../imported.ts';
import { exactly, wrapperOf } from './aliases.ts';
import { aliasesOf, isMap, type ShpcRecipe } from './recipe.ts';
import { sourceOf } from './tags.ts';

export interface ShpcChoice {
  readonly name: string;
  readonly tag: string;
  /** Programs that get wrappers, even in the place of others; undefined for all that hide nothing. */
  readonly wrappers: readonly string[] | undefined;
  /** What the file beside says that overrides the recipe for this tag. */
  readonly override: unknown;
  /** Which names no wrapper can have, and which of them would hide something. */
  readonly judge: (names: readonly string[]) => {
    readonly never: readonly string[];
    readonly hiding: readonly string[];
  };
}

/** An easyconfig of a recipe for one tag, or why there is none. Nothing of it is run. */
export function convertShpc(written: ShpcRecipe, choice: ShpcChoice): { imported: Imported } | { fault: string } {
  const { name, tag } = choice;
  const recipe = overridden(written, choice.override);
  const notes: Note[] = [];
  const say = (message: string): void => {
    notes.push({ line: undefined, message });
  };
  if (!namePattern.test(name))
    return { fault: `\`${formatValue(name)}\` is no name of a module: give it one with \`--name\`` };
  const { source, fault } = sourceOf(recipe, tag);
  const badSource = source === undefined ? undefined : describeBadImageSource(source);
  if (fault !== undefined || badSource !== undefined)
    return { fault: fault ?? `\`${formatValue(source ?? '')}\` ${badSource}` };
  const file = recipe.source.kind === 'path' ? recipe.source.name.replace(/^.*\//, '') : `${name}-${tag}.sif`;
  const badFile = describeBadFileName(file);
  if (badFile !== undefined) return { fault: `the image \`${formatValue(file)}\` ${badFile}` };
  const wrappers = wrappersOf(recipe, choice, say);
  const container = environmentOf(recipe, say);
  sayOfOthers(recipe, choice, say);
  // The help names a home page by itself.
  const homepage = recipe.url === undefined || /\s/.test(recipe.url) ? undefined : recipe.url;
  const description = readable(recipe.description ?? '');
  const about = describe({ description, url: homepage === undefined ? recipe.url : undefined }, name);
  const easyconfig: WrittenEasyconfig = {
    name,
    version: tag,
    ...(homepage === undefined ? {} : { homepage: exactly(homepage) }),
    whatis: [exactly(`Description: ${about.line}`)],
    description: exactly(about.text),
    module_kind: 'tool',
    image: { file: exactly(file), ...(source === undefined ? {} : { source: exactly(source) }) },
    ...(wrappers.length === 0 ? {} : { wrappers }),
    ...(isYes(recipe.features.gpu) ? { gpu: 'auto' } : {}),
    ...(Object.keys(container).length === 0 ? {} : { env: { container } }),
  };
  return { imported: { easyconfig, notes, replaced: [], remarks: [] } };
}

type Say = (message: string) => void;

const overridable = ['description', 'aliases', 'env', 'features'];

/** A file beside the recipe replaces whole fields of it. */
function overridden(recipe: ShpcRecipe, override: unknown): ShpcRecipe {
  if (!isMap(override)) return recipe;
  return {
    ...recipe,
    ...(typeof override.description === 'string' ? { description: override.description } : {}),
    ...(override.aliases === undefined ? {} : { aliases: aliasesOf(override.aliases) }),
    ...(isMap(override.env) ? { env: override.env } : {}),
    ...(isMap(override.features) ? { features: override.features } : {}),
  };
}

function wrappersOf(
  { aliases }: ShpcRecipe,
  { wrappers: asked, judge }: ShpcChoice,
  say: Say,
): NonNullable<WrittenEasyconfig['wrappers']> {
  const { never, hiding } = judge(aliases.map(({ name }) => name));
  const wanted = aliases.filter(({ name }) => asked?.includes(name) ?? !hiding.includes(name));
  const missing = asked?.filter((name) => !aliases.some((alias) => alias.name === name)) ?? [];
  if (missing.length > 0) say(`the recipe has no alias ${named(missing)}`);
  const hidden = asked === undefined ? hiding.filter((name) => !never.includes(name)) : [];
  if (hidden.length > 0)
    say(
      `left out, as they would come before the shell's or the system's own: ${named(hidden)}; \`--wrappers <names>\` takes them all the same`,
    );
  const refused = wanted.filter(({ name }) => never.includes(name)).map(({ name }) => name);
  if (refused.length > 0)
    say(`left out, as scripts of the host would run them in place of their own: ${named(refused)}`);
  const made = new Map<string, NonNullable<WrittenEasyconfig['wrappers']>[number]>();
  for (const alias of wanted) {
    if (never.includes(alias.name)) continue;
    const found = wrapperOf(alias);
    if ('fault' in found) say(`left out: ${found.fault}`);
    else {
      made.set(alias.name, found.wrapper);
      if (found.remark !== undefined) say(found.remark);
      if (alias.others.length > 0) say(`of \`${alias.name}\`: ${named(alias.others)} has no place in an easyconfig`);
    }
  }
  return [...made.values()];
}

function environmentOf({ env }: ShpcRecipe, say: Say): Record<string, string> {
  const container: Record<string, string> = {};
  for (const [name, written] of Object.entries(env)) {
    const value = textOf(written);
    const bad = variablePattern.test(name) ? describeBadContainerVariable(name) : 'is no name of a variable';
    const badValue = /[$`]/.test(value)
      ? 'is expanded by shells, and an easyconfig sets values as they stand'
      : describeBadVariableValue(value);
    if (isMap(written) || Array.isArray(written)) say(`the variable \`${formatValue(name)}\` has no value`);
    else if (bad !== undefined) say(`the variable \`${formatValue(name)}\` ${bad}`);
    else if (badValue !== undefined) say(`the value of \`${name}\` ${badValue}: \`${formatValue(value)}\``);
    else container[name] = exactly(value);
  }
  return container;
}

/** As singularity-hpc, a program in Python, puts it into its script. */
function textOf(written: unknown): string {
  if (typeof written === 'boolean') return written ? 'True' : 'False';
  return written === null ? '' : String(written);
}

function isYes(feature: unknown): boolean {
  return feature === true || feature === 1 || (typeof feature === 'string' && /^(true|yes|on)$/i.test(feature));
}

function isNo(feature: unknown): boolean {
  return !feature || (typeof feature === 'string' && /^(false|no|off|none)$/i.test(feature));
}

const ofFeatures: Readonly<Record<string, string>> = {
  home: 'another home directory in the container is',
  x11: 'another place of what X11 needs is',
  gpu: 'what the recipe says of GPUs is',
};

function sayOfOthers({ features, scripts, others }: ShpcRecipe, { tag, override }: ShpcChoice, say: Say): void {
  for (const [feature, what] of Object.entries(ofFeatures))
    if (!isYes(features[feature]) && !isNo(features[feature]))
      say(`${what} not carried over: \`${formatValue(String(features[feature]))}\``);
  // The home directory is seen in a container anyway, and with it what X11 needs.
  const unknown = Object.keys(features).filter((feature) => !Object.hasOwn(ofFeatures, feature));
  if (unknown.length > 0) say(`features that are not carried over: ${named(unknown)}`);
  if (scripts.length > 0) say(`wrappers of templates beside the recipe are not carried over: ${named(scripts)}`);
  if (others.length > 0) say(`not carried over: ${named(others)}`);
  const leftOut = isMap(override) ? Object.keys(override).filter((key) => !overridable.includes(key)) : [];
  if (leftOut.length > 0)
    say(`of the file that overrides the recipe for \`${formatValue(tag)}\`, not carried over: ${named(leftOut)}`);
}

/** The bot of the registry says no more of a tool than that it was added. */
export function describe(
  { description = '', url }: Pick<ShpcRecipe, 'description' | 'url'>,
  name: string,
): { line: string; text: string } {
  const said = /automated addition for|singularity registry hpc automated/i.test(description) ? '' : description.trim();
  const line = formatLine(said.split(/\n\s*\n/)[0]?.replace(/\s+/g, ' ') ?? '') || `${name}, in a container`;
  return { line: line.slice(0, 200), text: [said || line, ...(url === undefined ? [] : [url])].join('\n\n') };
}

function named(names: readonly string[]): string {
  const shown = names
    .slice(0, 30)
    .map((name) => `\`${formatValue(name)}\``)
    .join(', ');
  return names.length > 30 ? `${shown} and ${names.length - 30} more` : shown;
}
