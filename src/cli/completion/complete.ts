import { basename } from 'node:path';
import * as z from 'zod';
import { findEasyconfigs } from '../../discover/easyconfigs.ts';
import { easyconfigPath } from '../../operations/context.ts';
import { readRecords } from '../../records/record.ts';
import { nameSetting } from '../../settings/named-setting.ts';
import { optionKeys, type SettingsValues } from '../../settings/options.ts';
import { readSettings } from '../../settings/read.ts';
import type { Settings } from '../../settings/types.ts';
import type { CommandContext } from '../command-context.ts';
import { settingsFlags } from '../define.ts';
import { makeProgram } from '../program.ts';
import { modelOf } from '../program-model.ts';
import { type Completable, type Completion, whatToComplete } from './what-to-complete.ts';

interface Candidate {
  readonly value: string;
  readonly about: string;
}

/**
 * The lines that a shell's completion reads, for the words of a command line: `+files` or `+directories` where the shell
 * itself knows best, else a candidate and a word about it, parted by a tab. Nothing is said of what fails: a message would
 * stand in the middle of what somebody types.
 */
export async function complete(words: readonly string[], context: CommandContext): Promise<string[]> {
  const completion = whatToComplete(modelOf(makeProgram(context)), words);
  const lines: string[] = [];
  for (const completable of completion.candidates) {
    if (completable.kind === 'files' || completable.kind === 'directories') lines.push(`+${completable.kind}`);
    else if (completable.kind === 'easyconfigs' && completion.begun.includes('/')) lines.push('+files');
    else {
      const candidates = await candidatesOf(completable, completion, context).catch(() => []);
      lines.push(
        ...candidates.filter(({ value }) => value.startsWith(completion.begun)).map(lineOf(completion.before)),
      );
    }
  }
  return [...new Set(lines)];
}

function lineOf(before: string): (candidate: Candidate) => string {
  return ({ value, about }) => `${before}${value}\t${about.replace(/[\t\n]/g, ' ')}`;
}

async function candidatesOf(
  completable: Completable,
  { given, operands }: Completion,
  context: CommandContext,
): Promise<Candidate[]> {
  switch (completable.kind) {
    case 'word':
      return [completable];
    case 'setting-keys':
      return optionKeys.map((value) => ({ value, about: '' }));
    case 'setting-values':
      return valuesOfSetting(operands[0] ?? '').map((value) => ({ value, about: '' }));
    case 'easyconfigs':
      return listEasyconfigs(await settingsFor(given, context), context);
    case 'modules':
      return listModules(await settingsFor(given, context));
    default:
      return [];
  }
}

/** The values that a setting can have, where they can be counted. */
function valuesOfSetting(name: string): string[] {
  const { schema } = nameSetting(name);
  if (schema instanceof z.ZodBoolean) return ['true', 'false'];
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

/** With what flags on the line say. */
function settingsFor(given: ReadonlyMap<string, string>, context: CommandContext): Promise<Settings> {
  const flags = [...given].map(([flag, value]) => [
    flag.replace(/^--/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  const values: SettingsValues = settingsFlags(Object.fromEntries(flags));
  const { environment, cwd, toolDir } = context;
  return readSettings({ environment, cwd, toolDir, flags: values });
}

/** By file name alone: that is how they are found. Names that a line cannot hold are left out. */
async function listEasyconfigs(settings: Settings, context: CommandContext): Promise<Candidate[]> {
  const { here, along } = await findEasyconfigs({ cwd: context.cwd, directories: easyconfigPath(context, settings) });
  const names = [...new Set([...here, ...along].map((path) => basename(path)))].toSorted();
  return names.filter((name) => !/[\t\n]/.test(name)).map((value) => ({ value, about: '' }));
}

async function listModules({ prefix, morePrefixes }: Settings): Promise<Candidate[]> {
  const records = (await Promise.all([prefix, ...morePrefixes].map((each) => readRecords(each, 'but-files')))).flat();
  return [...new Set(records.flatMap(({ record }) => record?.moduleName ?? []))].map((value) => ({ value, about: '' }));
}
