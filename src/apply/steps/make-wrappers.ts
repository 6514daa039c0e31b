import { lstatIfThere, writeFileWhole } from '../../host/files.ts';
import { makeSymbolicLink } from '../../host/links.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import { lookMark } from '../../plan/plan-wrappers.ts';
import type { MakeWrappersStep } from '../../plan/steps/make-wrappers.ts';
import { sha256Of } from '../../records/record.ts';
import { isCompanion } from '../../resolve/wrapper-companions.ts';
import { type JudgedNames, judgeNames } from '../../resolve/wrapper-names.ts';
import { runInContainer } from '../../runtime/run-in-container.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer, StepWork } from '../types.ts';

export const makeWrappers: StepDoer<'make-wrappers'> = { apply: linkPrograms };

/** What every wrapper is a link to, beside it. */
const target = 'in-container';

/**
 * Makes the wrappers that a recipe names, and one for each executable of the directories it names.
 * @throws CtinstallError `sanity-check-failed` where the image has not got what is named
 */
async function linkPrograms(step: MakeWrappersStep, work: StepWork): Promise<void> {
  const said = parseLook(step.look === undefined ? '' : await runInContainer(step.look, work));
  const { programs } = said;
  const directories = step.directories.map(({ from }) => from);
  requirePrograms({
    ...said,
    empty: directories.filter((from) => !programs.some((program) => program.startsWith(`${from}/`))),
    aliases: aliasesOf(step.commands),
  });
  await noteLocales(said.locales, work);
  const companions = said.companions.filter((name) => isCompanion(name, step.commands));
  const named = [...step.commands.map(({ name }) => name), ...companions];
  const found = step.directories.flatMap(({ from, except }) =>
    programs
      .filter((program) => program.startsWith(`${from}/`))
      .map((program) => program.slice(from.length + 1))
      .filter((name) => !except.includes(name)),
  );
  const all = [...new Set([...named, ...found])];
  const judged = judgeNames(all, step.never);
  const refused = judged.refused.flatMap(({ names }) => names);
  const made = all.filter((name) => !refused.includes(name));
  const taken: string[] = [];
  for (const name of made) {
    const path = joinHost(step.bin, name);
    if ((await lstatIfThere(path)) === undefined) await link(target, path, work);
    else if (found.includes(name)) taken.push(name);
  }
  const own = { why: 'a script of ctinstall has that name', names: taken };
  if (step.look !== undefined) tellOfNames({ ...judged, refused: [...judged.refused, own] }, work);
  if (step.onPath === undefined) return;
  const { directory, links } = step.onPath;
  const onPath = new Map([
    ...links.map((each) => [each.name, each.file] as const),
    ...made.map((name) => [name, name] as const),
  ]);
  for (const [name, file] of onPath) await link(`../bin/${file}`, joinHost(directory, name), work);
}

/** What nobody asked for by name is not left out, or put in the way, in silence. */
function tellOfNames({ refused, behindShell, beforeSystem }: JudgedNames, { reporter }: StepWork): void {
  for (const { names, why } of refused)
    if (names.length > 0) reporter.report({ event: 'note', message: `no wrapper for ${listOf(names)}: ${why}` });
  if (behindShell.length > 0)
    reporter.report({
      event: 'note',
      message: `wrappers called as what the shell has of its own, which it runs instead: ${listOf(behindShell)}`,
    });
  if (beforeSystem.length > 0)
    reporter.report({
      event: 'warning',
      message: `with the module loaded these wrappers come before the system's own programs: ${listOf(beforeSystem)}`,
      hint: 'to leave them out: `except: […]` beside `from` in the easyconfig',
    });
}

const mostListed = 10;

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).map((name) => `\`${formatValue(name)}\``);
  return [...shown, ...(names.length > mostListed ? [`${names.length - mostListed} more`] : [])].join(', ');
}

/** Wrappers look there which locales of the host mean something in the container. */
async function noteLocales(locales: readonly string[], { plan, measured }: StepWork): Promise<void> {
  const known = locales.filter((name) => /^[\w.@-]+$/.test(name));
  if (known.length === 0) return;
  const path = joinHost(plan.staging, '.ctinstall', 'locales');
  const text = `${known.join(' ')}\n`;
  await writeFileWhole(path, text, 0o644);
  measured.files.push(await measureFile(plan.staging, path, { sha256: sha256Of(text) }));
}

async function link(to: string, path: HostPath, { plan, measured }: StepWork): Promise<void> {
  await makeSymbolicLink(to, path);
  measured.files.push({ ...(await measureFile(plan.staging, path, {})), link: to });
}

/**
 * Programs and directories of wrappers that are not there.
 * @throws CtinstallError `sanity-check-failed` where there are any
 */
export function requirePrograms({
  missing,
  noDirectories,
  empty,
  aliases = [],
}: Pick<Looked, 'missing' | 'noDirectories'> & {
  /** Directories with nothing to run in them, those that are not there included. */
  readonly empty: readonly string[];
  /** Programs that wrappers of other names start. */
  readonly aliases?: readonly string[];
}): void {
  const faults = [
    ...missing.map((program) => `\`${program}\` of \`wrappers\` is not in the image`),
    ...noDirectories.map((directory) => `the directory \`${directory}\` of \`wrappers\` is not in the image`),
    ...empty
      .filter((directory) => !noDirectories.includes(directory))
      .map((directory) => `there is nothing to run in the directory \`${directory}\` of \`wrappers\``),
  ];
  const [first, ...rest] = faults;
  if (first === undefined) return;
  const scripts = ['start-shell'];
  const isAlias = aliases.some((command) => missing.includes(command));
  throw new CtinstallError('sanity-check-failed', first, {
    details: rest,
    hint:
      (isAlias ? undefined : missing.flatMap((name) => didYouMean(name, scripts) ?? [])[0]) ??
      'fix `wrappers` in the easyconfig; `ctinstall new <image>` shows what an image has',
  });
}

/** Programs that have a wrapper of another name. */
export function aliasesOf(commands: MakeWrappersStep['commands']): string[] {
  return commands.filter(({ name, command }) => name !== command).map(({ command }) => command);
}

/** What a look into the image showed. */
interface Looked {
  readonly missing: readonly string[];
  readonly noDirectories: readonly string[];
  readonly programs: readonly string[];
  readonly locales: readonly string[];
  /** Other names of programs, such as `python3` of `python`. */
  readonly companions: readonly string[];
}

export function parseLook(text: string): Looked {
  const lines = text.split('\n').flatMap((line) => {
    const [mark, kind = '', ...value] = line.split('\t');
    return mark === lookMark ? [{ kind, value: value.join('\t') }] : [];
  });
  const allOf = (kind: string): string[] => lines.flatMap((line) => (line.kind === kind ? line.value : []));
  return {
    missing: allOf('missing'),
    noDirectories: allOf('no-directory'),
    programs: allOf('program'),
    locales: allOf('locale'),
    companions: allOf('companion'),
  };
}
