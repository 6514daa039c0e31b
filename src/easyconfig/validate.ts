import type { core } from 'zod';
import { formatValue } from '../lib/format.ts';
import { didYouMean } from '../lib/near.ts';
import type { Issue } from './types.ts';
import { mostFaults, type PlacedYaml } from './yaml-places.ts';

type ZodIssue = core.$ZodIssue;

/** Turns what zod found into faults with places, one for each thing to fix. */
export function placeIssues(
  found: readonly ZodIssue[],
  yaml: PlacedYaml,
  knownKeys: (path: readonly PropertyKey[]) => string[],
): Issue[] {
  return found
    .slice(0, mostFaults)
    .filter((issue, index, all) => !isSaidBefore(issue, all.slice(0, index)))
    .flatMap((issue) => placeIssue(issue, yaml, knownKeys))
    .filter((issue, _, all) => !isMisspeltBeside(issue, all) && !isEmptyAbove(issue, all))
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .slice(0, mostFaults);
}

/** Of several rules that one value breaks, the first is said. */
function isSaidBefore({ code, path }: ZodIssue, before: readonly ZodIssue[]): boolean {
  return (
    code === 'custom' && before.some((other) => other.code === 'custom' && formatPath(other.path) === formatPath(path))
  );
}

/** A key that is missing only because it is misspelt: one fault, said at the misspelt key. */
function isMisspeltBeside({ message }: Issue, all: readonly Issue[]): boolean {
  const [, parent, missing] = /^`(?:(.*)\.)?([^.`]+)` is missing$/.exec(message) ?? [];
  if (missing === undefined) return false;
  const place = parent === undefined ? '`' : ` in \`${parent}\``;
  return all.some(
    ({ message: other, hint }) =>
      other.startsWith('unknown key `') && other.endsWith(place) && hint?.startsWith(`did you mean \`${missing}\``),
  );
}

function placeIssue(issue: ZodIssue, yaml: PlacedYaml, knownKeys: (path: readonly PropertyKey[]) => string[]): Issue[] {
  const label = issue.path.length === 0 ? 'the file' : `\`${formatPath(issue.path)}\``;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, mostFaults).map((key) => {
        const known = knownKeys(issue.path);
        return {
          message: `unknown key \`${formatValue(key)}\`${issue.path.length === 0 ? '' : ` in ${label}`}`,
          hint:
            hintForUnindented(key, issue.path, { yaml, knownKeys }) ??
            didYouMean(key, known) ??
            (known.length > 0 ? `known here: ${known.join(', ')}` : undefined),
          place: yaml.placeOf([...issue.path, key], 'key'),
        };
      });
    case 'invalid_type':
      return [describeType(issue, label, { yaml, knownKeys })];
    case 'invalid_union':
      return placeUnion(issue, label, yaml, knownKeys);
    case 'invalid_key':
      return issue.issues.map((inner) => ({
        // A rule may name the value, which is the name itself here: once is enough.
        message: sayOf(
          `\`${formatValue(String(issue.path.at(-1)))}\``,
          inner.message.replace(/^is `.*`, which (?=is )/, ''),
        ),
        hint: hintOf(inner),
        place: yaml.placeOf(issue.path, 'key'),
      }));
    case 'invalid_value':
      return [
        {
          message: `${label} must be ${issue.values.map((value) => `\`${String(value)}\``).join(' or ')}`,
          // Of two the message names both already.
          hint:
            issue.values.length > 2
              ? didYouMean(String(valueAt(yaml.value, issue.path)), issue.values.map(String))
              : undefined,
          place: yaml.placeOf(issue.path),
        },
      ];
    default:
      return [
        {
          message: sayOf(label, boundOf(issue) ?? issue.message),
          hint: hintOf(issue),
          place: yaml.placeOf(issue.path, isOfKey(issue) ? 'key' : 'value'),
        },
      ];
  }
}

/** What a bound without words of its own says. */
function boundOf(issue: ZodIssue): string | undefined {
  if (issue.code === 'too_small' && issue.message.startsWith('Too small'))
    return isNumber(issue) ? `must be at least ${issue.minimum}` : 'must not be empty';
  if (issue.code === 'too_big' && issue.message.startsWith('Too big'))
    return isNumber(issue) ? `must be at most ${issue.maximum}` : `must not have more than ${issue.maximum}`;
  return undefined;
}

function isNumber({ origin }: core.$ZodIssueTooSmall | core.$ZodIssueTooBig): boolean {
  return ['number', 'int', 'bigint'].includes(origin);
}

/** Rules say `is …` and `must …` of the value, or name it themselves. */
function sayOf(label: string, message: string): string {
  if (message.startsWith(label)) return message;
  return /^(is|must) /.test(message) ? `${label} ${message}` : `${label}: ${message}`;
}

/** Of a union's members the one that fits the written value's shape speaks; the others only confuse. */
function placeUnion(
  issue: core.$ZodIssueInvalidUnion,
  label: string,
  yaml: PlacedYaml,
  knownKeys: Lookup['knownKeys'],
): Issue[] {
  // A map that one word may stand in place of, such as `none`: it is the map that others are meant to be.
  const [word, map] = issue.errors;
  if (issue.errors.length === 2 && word?.[0]?.code === 'invalid_value' && map !== undefined)
    return map.flatMap((inner) =>
      placeIssue({ ...inner, path: [...issue.path, ...inner.path] } as ZodIssue, yaml, knownKeys),
    );
  const members = issue.errors.filter(
    (errors) => !errors.some((error) => error.path.length === 0 && error.code === 'invalid_type'),
  );
  const fewestUnknown = members.toSorted((a, b) => unknownKeyCount(a) - unknownKeyCount(b) || a.length - b.length)[0];
  const hint = unionHintOf(issue.path);
  const text = hint === undefined ? issue.errors.find(([error]) => isWrongType(error, 'string')) : undefined;
  if (fewestUnknown === undefined && text !== undefined)
    return text.flatMap((inner) => placeIssue({ ...inner, path: issue.path } as ZodIssue, yaml, knownKeys));
  if (fewestUnknown === undefined)
    return [{ message: `${label} has the wrong form`, hint, place: yaml.placeOf(issue.path) }];
  return fewestUnknown.flatMap((inner) =>
    placeIssue({ ...inner, path: [...issue.path, ...inner.path] } as ZodIssue, yaml, knownKeys),
  );
}

interface Lookup {
  readonly yaml: PlacedYaml;
  readonly knownKeys: (path: readonly PropertyKey[]) => string[];
}

/** A key that is known in a map of a key beside it, such as `file` of `image`: it is to be indented. */
function hintForUnindented(key: string, path: readonly PropertyKey[], { yaml, knownKeys }: Lookup): string | undefined {
  const beside = valueAt(yaml.value, path);
  if (typeof beside !== 'object' || beside === null) return undefined;
  // By the keys that are known, which are few; a hostile file may have any number.
  const fits = (other: string): boolean =>
    other !== key && Object.hasOwn(beside, other) && knownKeys([...path, other]).includes(key);
  const parents = knownKeys(path).filter(fits);
  const parent =
    parents.find((other) => valueAt(beside, [other]) === null) ?? (parents.length === 1 ? parents[0] : undefined);
  return parent === undefined ? undefined : `${unindented}\`${parent}:\`: indent it deeper than that`;
}

const unindented = 'it belongs below ';

/** A map that is empty only because what belongs into it is not indented: one fault, said at that. */
function isEmptyAbove({ message }: Issue, all: readonly Issue[]): boolean {
  const [, key] = /^`(?:.*\.)?([^.`]+)` must be a map of keys and values, not empty$/.exec(message) ?? [];
  return key !== undefined && all.some(({ hint }) => hint?.startsWith(`${unindented}\`${key}:\``));
}

/** Text in the place of a map: the keys that it may have, one of which is meant. */
function hintForMap(path: readonly PropertyKey[], value: unknown, knownKeys: Lookup['knownKeys']): string | undefined {
  const keys = knownKeys(path);
  if (typeof value !== 'string' || keys.length === 0 || path.length === 0) return undefined;
  const key = formatValue(String(path.at(-1)));
  if (value.includes('://') && keys.includes('source'))
    return `write \`${key}: { file: my.sif, source: ${formatValue(value)} }\``;
  // An image or list of packages is a file more often than not.
  const likely = ['file', 'name'].find((each) => keys.includes(each));
  return `write \`${key}: { ${likely ?? '<key>'}: ${formatValue(value)} }\`${likely === undefined ? `; its keys are ${keys.join(', ')}` : ''}`;
}

function isWrongType(issue: ZodIssue | undefined, expected: string): boolean {
  return issue?.code === 'invalid_type' && issue.expected === expected;
}

/** Where one of several forms is wanted. */
function unionHintOf([key]: readonly PropertyKey[]): string | undefined {
  if (key === 'binds' || key === 'bind_groups') return bindHint;
  if (key === 'post_install' || key === 'sanity_check_commands')
    return 'write the command as text, or `{ command: ./x, host: true }`';
  return typeof key === 'string' && key.startsWith('modulefile_')
    ? 'write one text, or one for each tool: `{ lmod: …, environment-modules: … }`'
    : undefined;
}

const bindHint = 'write `/path`, `{ site: group }` or `{ host: /path, container: /path, access: ro, optional: true }`';

function unknownKeyCount(errors: readonly ZodIssue[]): number {
  return errors.reduce((sum, error) => sum + (error.code === 'unrecognized_keys' ? error.keys.length : 0), 0);
}

function describeType(issue: core.$ZodIssueInvalidType, label: string, { yaml, knownKeys }: Lookup): Issue {
  const value = valueAt(yaml.value, issue.path);
  const place = yaml.placeOf(issue.path);
  if (value === undefined) return { message: `${label} is missing`, hint: missingHints[formatPath(issue.path)], place };
  const wanted = wantedNames[issue.expected] ?? issue.expected;
  const source = yaml.sourceOf(issue.path);
  if (issue.expected === 'string' && source !== undefined && ['number', 'bigint', 'boolean'].includes(typeof value)) {
    const readAs = typeof value === 'boolean' ? `\`${value}\`` : `the number ${formatValue(String(value))}`;
    const last = issue.path.at(-1);
    const key = typeof last === 'string' ? `${formatValue(last)}: ` : '';
    return {
      message: `${label} must be text, but YAML reads \`${formatValue(source)}\` as ${readAs}`,
      hint: `quote it: \`${key}"${formatValue(source)}"\``,
      place,
    };
  }
  const hint = hintForMap(issue.path, value, knownKeys) ?? formHints[issue.expected];
  return { message: `${label} must be ${wanted}, not ${nameOfValue(value)}`, hint, place };
}

const wantedNames: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  boolean: '`true` or `false`',
  int: 'a whole number',
  number: 'a number',
};

const formHints: Readonly<Record<string, string>> = {
  array: 'write `[one, two]`, or lines that begin with `- `',
  object: 'write `{ key: value }`, or indented lines of `key: value`',
  record: 'write `{ KEY: value }`, or indented lines of `KEY: value`',
};

const missingHints: Readonly<Record<string, string>> = {
  name: 'the name of the software: `name: mpi4py`',
  version: 'such as `version: "3.1.6"`',
  image: 'such as `image: { file: my.sif }`',
  'image.file': "the image's file name: `file: my.sif`",
  values: 'of a template: `values: [{ name: Cores, uint_value: 4 }]`; there are `string_value` and `bool_value` too',
};

function nameOfValue(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'binary data';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'boolean') return `\`${value}\``;
  return typeof value === 'string' ? 'text' : `the number ${formatValue(String(value))}`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** Whether a rule is about the name of an entry. */
function isOfKey(issue: ZodIssue): boolean {
  return issue.code === 'custom' && issue.params?.at === 'key';
}

function hintOf(issue: ZodIssue): string | undefined {
  if (issue.code !== 'custom') return undefined;
  const hint: unknown = issue.params?.hint;
  return typeof hint === 'string' ? hint : undefined;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${formatValue(String(part))}`,
    )
    .join('');
}
