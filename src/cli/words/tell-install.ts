import { formatCommand } from '../../lib/format.ts';
import type { InstallTold, TellInstall } from '../../operations/install/told.ts';
import { describePlan, describePlanShortly } from '../../plan/describe-step.ts';
import type { Reporter } from '../../report/types.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument, printEvent } from '../json/print.ts';
import { describeResults, summaryEvent } from './describe-results.ts';
import { digestOf } from './digest-draft.ts';
import { printChanges } from './print-changes.ts';

/** Prints what comes of installs, as lines or as JSON. */
export function tellInstall(context: CommandContext): TellInstall {
  const { isJson, isColoured, print } = context;
  return (told, reporter) => {
    if (told.kind === 'changes') printChanges(told.changes, context);
    else if (isJson) printJson(told, context);
    else for (const line of linesOf(told, { ...context, reporter, isColoured: isColoured.stdout })) print(line);
  };
}

type Told = Exclude<InstallTold, { kind: 'changes' }>;

function printJson(told: Told, context: CommandContext): void {
  switch (told.kind) {
    case 'installed': {
      const { install, kind: event, isInSummary: _, ...place } = told;
      printEvent('installed', { event, ...install, ...place }, context);
      return;
    }
    case 'summary':
      printEvent('summary', summaryEvent(told.results), context);
      return;
    case 'planned':
      printDocument('install --dry-run', told.plans, context);
      return;
    case 'fetched': {
      const { kind, ...rest } = told;
      printEvent(kind, { event: kind, ...rest }, context);
      return;
    }
    case 'checksum': {
      const { kind, ...rest } = told;
      printEvent(kind, { event: kind, ...rest }, context);
      return;
    }
  }
}

interface Telling {
  readonly reporter: Reporter;
  readonly isTrace: boolean;
  readonly isColoured: boolean;
}

function* linesOf(told: Told, { reporter, isTrace, isColoured }: Telling): Iterable<string> {
  const note = (message: string): void => reporter.report({ event: 'note', message });
  switch (told.kind) {
    case 'installed':
      if (told.isInSummary) return;
      note('To use it:');
      // Only where the module path is not in use yet.
      if (!told.isModulePathInUse) yield `module use ${formatCommand([told.modulePath])}`;
      yield `module load ${told.install.moduleName}`;
      if (!told.isModulePathInUseLater) note(describeLater([told.modulePath], told));
      return;
    case 'summary':
      yield* describeResults(told.results, isColoured);
      if (told.unusedModulePaths.length > 0 && told.results.some(({ outcome }) => outcome === 'installed'))
        note(`To use them: module use ${formatCommand(told.unusedModulePaths)}`);
      if (told.laterUnusedModulePaths.length > 0 && told.results.some(({ outcome }) => outcome === 'installed'))
        note(describeLater(told.laterUnusedModulePaths, told));
      return;
    case 'drafted':
      note([`${told.isNew ? 'A first draft' : 'The draft'}, ${told.easyconfig}:`, ...digestOf(told.text)].join('\n'));
      return;
    case 'fetched':
      yield told.isNew ? `fetched ${told.image}` : `${told.image} is there already`;
      return;
    case 'checksum':
      yield `${told.easyconfig}: ${told.image} has SHA-256 ${told.sha256}`;
      return;
    case 'planned':
      yield* told.plans.flatMap(isTrace ? describePlan : describePlanShortly);
  }
}

function describeLater(modulePaths: readonly string[], { startFile }: { readonly startFile: string }): string {
  return `In new sessions it may not be found: put \`module use ${formatCommand(modulePaths)}\` into ${startFile}`;
}
