import { requireModulesCommand } from '../../discover/modules-command.ts';
import type { Plan } from '../../plan/types.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { regenerateTarget } from '../regenerate/regenerate-target.ts';
import type { Change } from '../regenerate/types.ts';
import { fetchImages, injectChecksums } from './install-images.ts';
import { installMany } from './install-many.ts';
import { refuseHostCommands, requireChecksum } from './install-refusals.ts';
import {
  type InstallRequest,
  requestOf,
  requestsOfStack,
  type VariantFlags,
  variantOfFlags,
} from './install-request.ts';
import { planTarget, resolveTarget } from './install-target.ts';
import { refuseAmongRequested } from './refuse-second-environment.ts';
import { isResolved, type Requested, requireAll, resolveEach } from './resolve-requests.ts';
import { readStack } from './stack-read.ts';
import type { TellInstall } from './told.ts';
import type { Target } from './types.ts';
import { warnOfLoaded } from './warn-of-loaded.ts';
import { warnOfModulesTool } from './warn-of-modules-tool.ts';
import { withWritablePrefix } from './writable-prefix.ts';

/** What is asked for: named as the flags of `ctinstall install`. */
export interface InstallOptions extends VariantFlags {
  readonly easyconfigs: readonly string[];
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  readonly tell: TellInstall;
  readonly dryRun?: boolean;
  readonly rebuild?: boolean;
  readonly force?: boolean;
  readonly default?: boolean;
  readonly image?: string;
  readonly fetch?: string;
  readonly stack?: string;
  readonly keepGoing?: boolean;
  readonly moduleOnly?: boolean;
  readonly injectChecksums?: boolean;
  readonly allowHostCommands?: boolean;
  /** How many at a time. */
  readonly jobs?: number;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

/**
 * Installs the easyconfigs; all of them are read and resolved before the first is installed. With `--keep-going` those that
 * cannot be resolved fail like those that cannot be installed.
 */
export async function install(options: InstallOptions, context: Context): Promise<void> {
  const settings = await withWritablePrefix(await readSettingsOf(context, options.settings), context);
  checkPrefix(settings);
  const before: ResolvedInstall[] = [];
  const resolutions = await resolveEach(
    await readRequests(options, context),
    { settings, context },
    async (name, where, variant) => {
      const target = await resolveTarget(name, where, variant);
      checkTarget(target, options, settings, context);
      const installs = options.injectChecksums !== true && options.fetch === undefined;
      if (installs) await refuseAmongRequested(target.install, before, { settings, context });
      before.push(target.install);
      return target;
    },
  );
  const keepsGoing = options.keepGoing === true;
  const requested = keepsGoing ? resolutions.filter(isResolved) : requireAll(resolutions, nothingDone);
  const installs = requested.map(({ target }) => target.install);
  if (options.fetch === undefined && options.injectChecksums !== true) await warnOfLoaded(installs, context);
  const isDone = await doInstead(requested, options, { settings, context });
  if (isDone) return void requireAll(resolutions, 'the others were done');
  await warnOfModulesTool(installs, context);
  const hasSummary = options.stack !== undefined || keepsGoing;
  await installMany(
    resolutions,
    { jobs: options.jobs ?? 1, keepsGoing, hasSummary, flags: options, tell: options.tell },
    context,
  );
}

const nothingDone = 'nothing was done: mend them, or leave them out; `--keep-going` goes on with the others';

/** What a recipe may not do, unless the options ask for something that it does not matter for. */
function checkTarget(
  target: Target,
  options: InstallOptions,
  { enforceChecksums }: Settings,
  { environment }: Context,
): void {
  if (options.injectChecksums === true || options.moduleOnly === true) return;
  if (enforceChecksums) requireChecksum(target);
  const installs = options.fetch === undefined && options.dryRun !== true;
  if (!installs) return;
  if (options.allowHostCommands !== true) refuseHostCommands(target);
  const { sanityCheckCommands, modulesTool } = target.install;
  if (sanityCheckCommands.some(({ host }) => host)) requireModulesCommand(environment, modulesTool);
}

async function regenerateAll(
  requested: readonly Requested[],
  options: InstallOptions,
  context: Context,
): Promise<void> {
  const changes: Change[] = [];
  for (const { target, context: there } of requested) changes.push(...(await regenerateTarget(target, options, there)));
  if (options.dryRun === true) options.tell({ kind: 'changes', changes }, context.reporter);
}

/** Does what the options ask for in place of an install; says whether that was so. */
async function doInstead(
  requested: readonly Requested[],
  options: InstallOptions,
  { settings, context }: { settings: Settings; context: Context },
): Promise<boolean> {
  if (options.injectChecksums === true)
    for (const { target, request, settings: own, context: there } of requested)
      await injectChecksums([target], { asked: request.image, settings: own, tell: options.tell }, there);
  else if (options.moduleOnly === true) await regenerateAll(requested, options, context);
  else if (options.fetch !== undefined) {
    const replaces = options.rebuild === true || options.force === true;
    const targets = requested.map(({ target }) => target);
    await fetchImages(targets, { to: options.fetch, replaces, settings, tell: options.tell }, context);
  } else if (options.dryRun === true)
    options.tell({ kind: 'planned', plans: await planAll(requested) }, context.reporter);
  else return false;
  return true;
}

async function readRequests(options: InstallOptions, context: Context): Promise<InstallRequest[]> {
  const variant = variantOfFlags(options);
  const rebuild = options.rebuild === true || options.force === true;
  const isDefault = options.default === true;
  const { easyconfigs: names, image, stack } = options;
  if (stack === undefined)
    return names.map((name) => ({ ...requestOf(name, variant, context), image, rebuild, isDefault }));
  return requestsOfStack(await readStack(stack, context), variant).map((request) => ({
    ...request,
    rebuild: request.rebuild || rebuild,
    isDefault: request.isDefault || isDefault,
  }));
}

async function planAll(requested: readonly Requested[]): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const { target, request, settings, context } of requested)
    plans.push(await planTarget(target, { asked: request.image, settings }, context));
  return plans;
}
