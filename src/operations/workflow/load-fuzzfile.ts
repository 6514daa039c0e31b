import { decodeText } from '../../easyconfig/decode.ts';
import { describeIssues } from '../../easyconfig/describe-issue.ts';
import type { Issue } from '../../easyconfig/types.ts';
import { parseFuzzfile } from '../../formats/fuzzfile/parse.ts';
import { hasActions, renderTemplate } from '../../formats/fuzzfile/template/render-template.ts';
import { parseValues, readValue, type TemplateValues } from '../../formats/fuzzfile/template/values.ts';
import type { Workflow } from '../../formats/fuzzfile/types.ts';
import { statIfThere } from '../../host/files.ts';
import { readUpTo } from '../../host/read-up-to.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatBytes, formatLine, formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { hostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

export interface LoadedFuzzfile {
  /** As it is run, after a template is filled in. */
  readonly text: string;
  readonly workflow: Workflow;
  /** Lines that say what of the file has no effect here. */
  readonly notes: readonly string[];
}

const mostBytes = 4 * 2 ** 20;

export interface TemplateOptions {
  /** `NAME=VALUE`, for a template. */
  readonly set?: readonly string[] | undefined;
  /** The file of values; `values.yaml` beside the template if none is named. */
  readonly values?: string | undefined;
}

/**
 * Reads and checks a Fuzzfile; a template is filled in first.
 * @throws CtinstallError `fuzzfile-invalid` with all of its faults, each with its place
 */
export async function loadFuzzfile(
  file: string,
  options: TemplateOptions,
  { cwd }: Pick<Context, 'cwd'>,
): Promise<LoadedFuzzfile> {
  const written = await readText(file, 'name a Fuzzfile', cwd);
  const values = hasActions(written) ? await readValues(file, options, cwd) : undefined;
  const given = (options.set ?? []).length > 0 ? '--set' : options.values === undefined ? undefined : '--values';
  if (values === undefined && given !== undefined)
    throw new CtinstallError('usage', `\`${formatLine(file)}\` is no template: \`${given}\` has nothing to set`);
  const text = values === undefined ? written : fillIn(file, written, values);
  const name = values === undefined ? file : `${file} (filled in)`;
  const { workflow, notes, issues } = parseFuzzfile(text);
  if (workflow === undefined) {
    if (values === undefined && hasActions(written))
      throw new CtinstallError('fuzzfile-invalid', `\`${formatLine(file)}\` is a template: it has \`{{ }}\``, {
        hint: 'give it values: a `values.yaml` beside it, `--values FILE` or `--set NAME=VALUE`',
      });
    throw faultsOf(name, text, issues);
  }
  const lines = notes.map(({ message, place }) => `${formatLine(name)}:${place.line}:${place.column}: ${message}`);
  return { text, workflow, notes: lines };
}

function faultsOf(file: string, text: string, issues: readonly Issue[]): CtinstallError {
  const count = issues.length === 1 ? 'a fault' : `${issues.length} faults`;
  return new CtinstallError('fuzzfile-invalid', `\`${formatLine(file)}\` has ${count}`, {
    details: describeIssues(file, text, issues),
  });
}

/** By chance and by the clock, as templates want it: what comes of it is kept with the run. */
function fillIn(file: string, text: string, values: TemplateValues): string {
  const rendered = renderTemplate(text, values, { now: Math.floor(Date.now() / 1000), random: Math.random });
  if (rendered.text === undefined) throw faultsOf(file, text, rendered.issues);
  return rendered.text;
}

/** Undefined where nothing says that the file is a template. */
async function readValues(
  file: string,
  { set = [], values }: TemplateOptions,
  cwd: string,
): Promise<TemplateValues | undefined> {
  const path = values === undefined ? hostPath('../values.yaml', hostPath(file, cwd)) : hostPath(values, cwd);
  const isThere = (await statIfThere(path))?.isFile() === true;
  if (!isThere && values === undefined && set.length === 0) return undefined;
  const text = isThere || values !== undefined ? await readText(path, 'name a file of values', cwd) : 'values: []';
  const parsed = parseValues(text);
  if (parsed.values === undefined) throw faultsOf(path, text, parsed.issues);
  return { ...parsed.values, ...readSet(set, parsed.values) };
}

function readSet(set: readonly string[], known: TemplateValues): TemplateValues {
  const names = Object.keys(known);
  return Object.fromEntries(
    set.map((word) => {
      const [, name = '', value = ''] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word) ?? [];
      if (name === '') throw new CtinstallError('usage', `\`--set ${formatValue(word)}\` is not \`NAME=VALUE\``);
      if (names.length > 0 && !names.includes(name))
        throw new CtinstallError('usage', `the template has no value \`${name}\``, {
          hint: didYouMean(name, names) ?? `it has: ${names.join(', ')}`,
        });
      return [name, readValue(value, known[name])];
    }),
  );
}

async function readText(file: string, wanted: string, cwd: string): Promise<string> {
  const bytes = await readUpTo(hostPath(file, cwd), mostBytes);
  const fault = (what: string, hint?: string): CtinstallError =>
    new CtinstallError('fuzzfile-invalid', `\`${formatLine(file)}\` ${what}`, { hint });
  if (bytes === 'no-file') throw fault('is no file that can be read', wanted);
  if (bytes === 'too-large') throw fault(`has more than ${formatBytes(mostBytes)}`);
  const decoded = decodeText(bytes);
  if (decoded.text === undefined) throw fault(decoded.fault, decoded.hint);
  return decoded.text;
}
