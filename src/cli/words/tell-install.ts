import { formatCommand } from '../../lib/format.ts';
import type { InstallTold, TellInstall } from '../../operations/install/told.ts';
import { describePlan } from '../../plan/describe-step.ts';
import type { Reporter } from '../../report/types.ts';
import type { CommandContext } from '../command-context.ts';
import { describeResults, summaryEvent } from './describe-results.ts';
import { printChanges } from './print-changes.ts';

/** Prints what comes of installs, as lines or as JSON. */
export function tellInstall(context: CommandContext): TellInstall {
  const { isJson, print } = context;
  return (told, reporter) => {
    if (told.kind === 'changes') printChanges(told.changes, context);
    else if (isJson) print(jsonOf(told));
    else for (const line of linesOf(told, reporter)) print(line);
  };
}

type Told = Exclude<InstallTold, { kind: 'changes' }>;

function jsonOf(told: Told): string {
  switch (told.kind) {
    case 'installed': {
      const { install, modulePath, isModulePathInUse } = told;
      return JSON.stringify({ event: 'installed', ...install, modulePath, isModulePathInUse });
    }
    case 'summary':
      return JSON.stringify(summaryEvent(told.results));
    case 'planned':
      return JSON.stringify(told.plans, undefined, 2);
    default: {
      const { kind, ...rest } = told;
      return JSON.stringify({ event: kind, ...rest });
    }
  }
}

function* linesOf(told: Told, reporter: Reporter): Iterable<string> {
  const note = (message: string): void => reporter.report({ event: 'note', message });
  switch (told.kind) {
    case 'installed':
      if (told.isInSummary) return;
      note('To use it:');
      // Only where the module path is not in use yet.
      if (!told.isModulePathInUse) yield `module use ${formatCommand([told.modulePath])}`;
      yield `module load ${told.install.moduleName}`;
      return;
    case 'summary':
      yield* describeResults(told.results);
      if (told.unusedModulePaths.length > 0 && told.results.some(({ outcome }) => outcome === 'installed'))
        note(`To use them: module use ${formatCommand(told.unusedModulePaths)}`);
      return;
    case 'fetched':
      yield told.isNew ? `fetched ${told.image}` : `${told.image} is there already`;
      return;
    case 'checksum':
      yield `${told.easyconfig}: ${told.image} has SHA-256 ${told.sha256}`;
      return;
    case 'planned':
      yield* told.plans.flatMap(describePlan);
  }
}
