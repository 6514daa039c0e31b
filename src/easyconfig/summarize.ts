import { formatValue } from '../lib/format.ts';
import type { Extended } from './extend.ts';
import { fileNameOf, fullVersionOf, normalizeEasyconfig } from './normalize.ts';
import { parseEasyconfig, validateEasyconfig } from './parse.ts';
import { readPlainYaml } from './plain-yaml.ts';
import { easyconfigSchema } from './schema.ts';
import { replaceTemplates } from './templates.ts';
import type { Easyconfig, Issue } from './types.ts';

/** What a search shows of an easyconfig, and looks in. */
export interface EasyconfigSummary {
  readonly name: string;
  readonly version: string;
  readonly versionsuffix: string;
  /** One line: what the software is. May be empty. */
  readonly about: string;
  /** All that the easyconfig says of the software: in lower case, with single blanks. */
  readonly words: string;
}

/** The summary of an easyconfig, or its fault; both where only its file name is wrong. */
export interface SummarizedEasyconfig {
  readonly summary: EasyconfigSummary | undefined;
  /** One line that begins with the path, and the place in the file where there is one. */
  readonly fault: string | undefined;
}

/** Longest line that says what a software is, in characters. */
const mostAbout = 100;

/** Summarises the text of an easyconfig that lies at `path`. Never throws for a fault of the text. */
export function summarizeEasyconfig(path: string, text: string): SummarizedEasyconfig {
  const { easyconfig, issues } = readQuickly(text) ?? parse(text);
  if (easyconfig === undefined) return { summary: undefined, fault: describeFirst(path, issues) };
  return summarizeRead(path, easyconfig);
}

function summarizeRead(path: string, easyconfig: Easyconfig): SummarizedEasyconfig {
  const wanted = fileNameOf(easyconfig);
  return {
    summary: summarize(easyconfig),
    fault: path.endsWith(`/${wanted}`)
      ? undefined
      : `${path}: describes ${easyconfig.name}; by its name and version it should be called \`${wanted}\``,
  };
}

/** The same for one that extends others. */
export function summarizeExtended(path: string, extended: Extended): SummarizedEasyconfig {
  const { easyconfig, issues } =
    extended.text === undefined
      ? { easyconfig: undefined, issues: extended.issues }
      : validateEasyconfig(extended.yaml);
  if (easyconfig !== undefined) return summarizeRead(path, normalizeEasyconfig(easyconfig));
  return { summary: undefined, fault: describeFirst(issues[0]?.place.in?.name ?? path, issues) };
}

interface Read {
  readonly easyconfig: Easyconfig | undefined;
  readonly issues: readonly Issue[];
}

/** Most easyconfigs need no whole YAML parser to be read; for all others, and for every fault, undefined. */
function readQuickly(text: string): Read | undefined {
  const value = readPlainYaml(text);
  if (value === undefined) return undefined;
  const { data } = easyconfigSchema.safeParse(value);
  return data === undefined ? undefined : { easyconfig: normalizeEasyconfig(data), issues: [] };
}

function parse(text: string): Read {
  const { easyconfig, issues } = parseEasyconfig(text);
  return { easyconfig: easyconfig && normalizeEasyconfig(easyconfig), issues };
}

function summarize(easyconfig: Easyconfig): EasyconfigSummary {
  const { name, version, versionsuffix } = easyconfig;
  const values = { name, version, versionsuffix, installdir: '%(installdir)s' };
  const whatis = easyconfig.whatis.map((line) => replaceTemplates(line, values));
  const description = replaceTemplates(easyconfig.description, values);
  const module = `${name}/${fullVersionOf(easyconfig)}`;
  return {
    name,
    version,
    versionsuffix,
    about: formatValue(describeInOneLine(whatis, description), mostAbout),
    words: [module, fileNameOf(easyconfig), ...whatis, description, ...insideOf(easyconfig)]
      .join(' ')
      .replace(/\s+/g, ' ')
      .toLowerCase(),
  };
}

/** Commands, and packages as far as they are named. */
function insideOf({ wrappers, extensions, venv }: Easyconfig): string[] {
  const commands = wrappers.flatMap((wrapper) => (wrapper.kind === 'command' ? [wrapper.name] : []));
  const packages = venv?.requirements?.kind === 'list' ? venv.requirements.lines : [];
  return [...commands, ...extensions, ...packages];
}

/** The `Description:` among EasyBuild's `whatis` lines, or one with no such word; else the first line of the description. */
function describeInOneLine(whatis: readonly string[], description: string): string {
  const said = whatis.find((line) => /^description:/i.test(line)) ?? whatis.find((line) => !/^\w+:/.test(line)) ?? '';
  const lines = [said.replace(/^description:/i, ''), ...description.split('\n')].map((line) => line.trim());
  return lines.find((line) => line !== '') ?? '';
}

function describeFirst(path: string, issues: readonly Issue[]): string {
  const [first] = issues;
  if (first === undefined) return path;
  const { place, message } = first;
  const more = issues.length - 1;
  return `${path}:${place.line}:${place.column}: ${message}${more > 0 ? ` (and ${more} more fault${more === 1 ? '' : 's'})` : ''}`;
}
