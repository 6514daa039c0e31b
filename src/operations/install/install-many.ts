import { discoverModulePathUse } from '../../discover/module-path-use.ts';
import { CtinstallError, exitStatusOf } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { modulePathOf } from '../../lib/paths.ts';
import { runPooled } from '../../lib/pool.ts';
import { describeError } from '../../report/describe-error.ts';
import { labelled } from '../../report/labelled.ts';
import type { Context } from '../context.ts';
import { type Done, type InstallOneOptions, installOne } from './install-one.ts';
import { describePlace, warnOfMissingBinds } from './report-install.ts';
import { isResolved, type Requested, type Resolution, type Unresolved } from './resolve-requests.ts';
import type { TellInstall } from './told.ts';
import type { InstallResult } from './types.ts';

export interface InstallManyOptions {
  readonly jobs: number;
  /** Whether what comes after one that failed is installed all the same. */
  readonly keepsGoing: boolean;
  /** Whether a table at the end tells what became of each. */
  readonly hasSummary: boolean;
  readonly flags: InstallOneOptions;
  readonly tell: TellInstall;
}

/**
 * Installs what was asked for, at most `jobs` at a time. After a failure no further one is begun, unless `keepsGoing`. What
 * could not be resolved has failed before the first is begun.
 * @throws CtinstallError the first that went wrong, or with a summary one with the worst exit status of all
 */
export async function installMany(
  resolutions: readonly Resolution[],
  options: InstallManyOptions,
  context: Context,
): Promise<void> {
  const results = resolutions.map(firstResult);
  for (const each of resolutions) if (!isResolved(each)) reportUnresolved(each, context);
  const toInstall = [...resolutions.entries()].flatMap(([at, one]) => (isResolved(one) ? [{ at, one }] : []));
  const installing = runPooled(toInstall, options.jobs, {
    work: async ({ at, one }) => {
      const started = performance.now();
      const note = (done: Done, error?: CtinstallError): void => {
        const { target } = one;
        const seconds = (performance.now() - started) / 1000;
        results[at] = { module: target.install.moduleName, easyconfig: target.loaded.path, ...done, seconds, error };
      };
      try {
        note(await installAndTell(one, options));
      } catch (error) {
        if (!options.hasSummary || !(error instanceof CtinstallError)) throw error;
        note({ outcome: 'failed', differs: [] }, error);
        if (error.code === 'interrupted') throw error;
        reportFailure(error, one);
        if (!options.keepsGoing) throw error;
      }
    },
    onLaterError: (error) => {
      if (!options.hasSummary || !(error instanceof CtinstallError))
        context.reporter.report({ event: 'warning', message: describeLaterError(error) });
    },
  });
  if (!options.hasSummary) return installing;
  const thrown = await installing.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown !== undefined && !(thrown instanceof CtinstallError)) throw thrown;
  await tellSummary(results, resolutions.filter(isResolved), { tell: options.tell, context });
  if (thrown?.code === 'interrupted') throw thrown;
  throwWorst(results);
}

function firstResult(resolution: Resolution): InstallResult {
  const none = { differs: [], seconds: undefined, error: undefined };
  if (isResolved(resolution)) {
    const { install, loaded } = resolution.target;
    return { module: install.moduleName, easyconfig: loaded.path, outcome: 'not-tried', ...none };
  }
  const { request, error } = resolution;
  return { ...none, module: formatLine(request.easyconfig), easyconfig: request.easyconfig, outcome: 'failed', error };
}

function reportUnresolved({ request, error }: Unresolved, { reporter }: Context): void {
  const { code, message, hint, details } = error;
  labelled(reporter, formatLine(request.easyconfig)).report({ event: 'failed', code, message, hint, details });
}

async function installAndTell(one: Requested, { jobs, hasSummary, flags, tell }: InstallManyOptions) {
  const { target, settings, context } = one;
  const own = jobs === 1 ? context : { ...context, reporter: labelled(context.reporter, target.install.moduleName) };
  const outcome = await installOne({ ...one, context: own }, flags);
  await warnOfMissingBinds(target.install, own);
  tell({ ...(await describePlace(target.install, settings, own)), isInSummary: hasSummary }, own.reporter);
  return outcome;
}

function reportFailure({ code, message, hint, details }: CtinstallError, { target, context }: Requested): void {
  labelled(context.reporter, target.install.moduleName).report({ event: 'failed', code, message, hint, details });
}

async function tellSummary(
  results: readonly InstallResult[],
  requested: readonly Requested[],
  { tell, context }: { readonly tell: TellInstall; readonly context: Context },
): Promise<void> {
  const paths = [...new Set(requested.map(({ settings }) => modulePathOf(settings.prefix)))];
  const uses = await Promise.all(paths.map((path) => discoverModulePathUse(path, context.environment)));
  const unusedModulePaths = paths.filter((_, at) => uses[at]?.isInUse === false);
  const laterUnusedModulePaths = paths.filter((_, at) => uses[at]?.isInUseLater === false);
  const startFile = uses[0]?.startFile ?? '';
  tell({ kind: 'summary', results, unusedModulePaths, laterUnusedModulePaths, startFile }, context.reporter);
}

function throwWorst(results: readonly InstallResult[]): void {
  const failed = results.flatMap(({ error }) => error ?? []);
  const [worst] = failed.toSorted((a, b) => exitStatusOf[b.code] - exitStatusOf[a.code]);
  if (worst === undefined) return;
  const left = results.filter(({ outcome }) => outcome === 'not-tried').length;
  throw new CtinstallError(worst.code, `${failed.length} of ${results.length} easyconfigs could not be installed`, {
    hint:
      left > 0
        ? `${left} ${left === 1 ? 'was' : 'were'} not tried: \`--keep-going\` goes on after a failure`
        : undefined,
  });
}

/** The first error ends the command; the others are told before it. */
function describeLaterError(error: unknown): string {
  if (!(error instanceof CtinstallError)) throw error;
  return describeError(error)
    .join('\n')
    .replace(/^error: /, '');
}
