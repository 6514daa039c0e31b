import * as z from 'zod';
import { describeIssues } from '../easyconfig/describe-issue.ts';
import { knownKeysOf } from '../easyconfig/schema-keys.ts';
import { placeIssues } from '../easyconfig/validate.ts';
import { parsePlacedYaml } from '../easyconfig/yaml-places.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { didYouMean } from '../lib/near.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import { splitPaths } from './environment.ts';
import { optionSchemas } from './option-schemas.ts';
import { type OptionKey, optionKeys, optionOf } from './options.ts';

/** A setting as users name it: `prefix`, `bind_groups.slurm`, and in the file of a site `force.prefix`. */
export interface NamedSetting {
  readonly option: OptionKey;
  /** Where it is in the file. */
  readonly path: readonly [string, ...string[]];
  readonly schema: z.ZodType;
}

/** @throws CtinstallError `usage` with near names for a key that is not known */
export function nameSetting(written: string): NamedSetting {
  const words = written.split('.');
  const isForced = words[0] === 'force' && words.length > 1;
  const [key = '', ...parts] = isForced ? words.slice(1) : words;
  const option = optionKeys.find((known) => known === key);
  if (option === undefined)
    throw new CtinstallError('usage', `there is no setting \`${formatValue(key)}\``, {
      hint: didYouMean(key, optionKeys) ?? `there are ${optionKeys.join(', ')}`,
    });
  const path: [string, ...string[]] = isForced ? ['force', option, ...parts] : [option, ...parts];
  const schema: z.ZodType = optionSchemas[option];
  const [part, ...deeper] = parts;
  if (part === undefined) return { option, path, schema };
  const inner = deeper.length > 0 ? undefined : schemaOfPart(schema, part);
  if (inner === undefined) {
    const known = knownKeysOf(schema, []);
    throw new CtinstallError('usage', `\`${option}\` has no part \`${formatValue(parts.join('.'))}\``, {
      hint:
        didYouMean(part, known) ??
        (known.length > 0 ? `its parts are ${known.join(', ')}` : `name it as \`${option}\``),
    });
  }
  return { option, path, schema: inner };
}

function schemaOfPart(schema: z.ZodType, part: string): z.ZodType | undefined {
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  if (schema instanceof z.ZodUnion)
    return schema.options.map((option) => schemaOfPart(option as z.ZodType, part)).find((found) => found !== undefined);
  const inner: unknown = schema instanceof z.ZodObject ? schema.shape[part] : undefined;
  return inner instanceof z.ZodOptional ? (inner.unwrap() as z.ZodType) : undefined;
}

/**
 * The value that a text on a command line means: text stands for itself, all else is YAML; a list may also be separated
 * by `:`, as in variables. Relative paths start at `cwd`, since the file lies elsewhere.
 * @throws CtinstallError `settings-invalid` with what is wrong with the text
 */
export function readSettingText({ option, path, schema }: NamedSetting, text: string, cwd: HostPath): unknown {
  const value = isText(schema) ? text : readYaml(schema, path.join('.'), text);
  const { paths } = optionOf(option);
  if (paths === undefined) return value;
  return mapTexts(value, (word) =>
    /^([/$]|~(\/|$))/.test(word) || (paths === 'with-slash' && !word.includes('/')) ? word : hostPath(word, cwd),
  );
}

function isText(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodUnion) return schema.options.some((option) => isText(option as z.ZodType));
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum;
}

function readYaml(schema: z.ZodType, name: string, text: string): unknown {
  const { yaml, issues } = parsePlacedYaml(text);
  const isWord = typeof yaml?.value === 'string';
  const value = isWord && schema instanceof z.ZodArray ? splitPaths(text) : yaml?.value;
  const result = schema.safeParse(value);
  if (yaml !== undefined && result.success) return value;
  const faults =
    yaml === undefined ? issues : placeIssues(result.error?.issues ?? [], yaml, (path) => knownKeysOf(schema, path));
  const ofValue = faults.map((fault) => ({ ...fault, message: fault.message.replace(/^the file /, 'it ') }));
  const isScalar = schema instanceof z.ZodBoolean || schema instanceof z.ZodNumber;
  throw new CtinstallError('settings-invalid', `this is no value for \`${name}\``, {
    details: describeIssues(name, text, ofValue),
    hint: isScalar ? undefined : "lists and maps are written as YAML, in quotes: `'[/a, /b]'`",
  });
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((part) => mapTexts(part, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapTexts(part, change)]));
}
