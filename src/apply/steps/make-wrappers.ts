import { lstatIfThere, writeFileWhole } from '../../host/files.ts';
import { makeSymbolicLink } from '../../host/links.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import { lookMark } from '../../plan/plan-wrappers.ts';
import type { MakeWrappersStep } from '../../plan/steps/make-wrappers.ts';
import { sha256Of } from '../../records/record.ts';
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
  const said = step.look === undefined ? [] : parse(await runInContainer(step.look, work));
  const allOf = (kind: string): string[] => said.flatMap((line) => (line.kind === kind ? line.value : []));
  const programs = allOf('program');
  requireAll(step, { missing: allOf('missing'), noDirectories: allOf('no-directory'), programs });
  await noteLocales(allOf('locale'), work);
  const named = step.commands.map(({ name }) => name);
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

function requireAll(
  { commands, directories }: MakeWrappersStep,
  found: { missing: readonly string[]; noDirectories: readonly string[]; programs: readonly string[] },
): void {
  const faults = [
    ...found.missing.map((program) => `\`${program}\` of \`wrappers\` is not in the image`),
    ...found.noDirectories.map((directory) => `the directory \`${directory}\` of \`wrappers\` is not in the image`),
    ...directories.flatMap(({ from }) =>
      found.noDirectories.includes(from) || found.programs.some((program) => program.startsWith(`${from}/`))
        ? []
        : [`there is nothing to run in the directory \`${from}\` of \`wrappers\``],
    ),
  ];
  const [first, ...rest] = faults;
  if (first === undefined) return;
  const scripts = ['start-shell'];
  const isAlias = commands.some(({ name, command }) => name !== command && found.missing.includes(command));
  throw new CtinstallError('sanity-check-failed', first, {
    details: rest,
    hint:
      (isAlias ? undefined : found.missing.flatMap((name) => didYouMean(name, scripts) ?? [])[0]) ??
      'mend `wrappers` in the easyconfig; `ctinstall new <image>` shows what an image has',
  });
}

function parse(text: string): { kind: string; value: string }[] {
  return text.split('\n').flatMap((line) => {
    const [mark, kind = '', ...value] = line.split('\t');
    return mark === lookMark ? [{ kind, value: value.join('\t') }] : [];
  });
}
