import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type CommandContext, readSettingsOf } from '../../operations/context.ts';
import { fetchImages, injectChecksums } from '../../operations/install/install-images.ts';
import { installMany } from '../../operations/install/install-many.ts';
import { refuseHostCommands, requireChecksum } from '../../operations/install/install-refusals.ts';
import {
  type InstallRequest,
  requestOf,
  requestsOfStack,
  type VariantFlags,
  variantOfFlags,
} from '../../operations/install/install-request.ts';
import { planTarget, resolveTarget } from '../../operations/install/install-target.ts';
import { isResolved, type Requested, requireAll, resolveEach } from '../../operations/install/resolve-requests.ts';
import { readStack } from '../../operations/install/stack-read.ts';
import type { Target } from '../../operations/install/types.ts';
import { withWritablePrefix } from '../../operations/install/writable-prefix.ts';
import { type Change, printChanges, regenerateTarget } from '../../operations/regenerate/regenerate-target.ts';
import { describePlan } from '../../plan/describe-step.ts';
import type { Plan } from '../../plan/types.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';

export interface InstallFlags extends VariantFlags {
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
  readonly jobs?: string;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

/**
 * Installs the easyconfigs; all of them are read and resolved before the first is installed. With `--keep-going` those that
 * cannot be resolved fail like those that cannot be installed.
 */
export async function install(
  names: readonly string[],
  flags: InstallFlags,
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  checkFlags(names, flags);
  const jobs = readJobs(flags.jobs);
  const settings = await withWritablePrefix(await readSettingsOf(context, settingsFlags), context);
  checkPrefix(settings);
  const resolutions = await resolveEach(
    await readRequests(names, flags, context),
    { settings, context },
    async (name, where, variant) => {
      const target = await resolveTarget(name, where, variant);
      checkTarget(target, flags, settings);
      return target;
    },
  );
  const keepsGoing = flags.keepGoing === true;
  const requested = keepsGoing ? resolutions.filter(isResolved) : requireAll(resolutions, nothingDone);
  const isDone = await doInstead(requested, flags, { settings, context });
  if (isDone) return void requireAll(resolutions, 'the others were done');
  const hasSummary = flags.stack !== undefined || keepsGoing;
  await installMany(resolutions, { jobs, keepsGoing, hasSummary, flags }, context);
}

const nothingDone = 'nothing was done: mend them, or leave them out; `--keep-going` goes on with the others';

/** What a recipe may not do, unless the flags ask for something that it does not matter for. */
function checkTarget(target: Target, flags: InstallFlags, { enforceChecksums }: Settings): void {
  if (flags.injectChecksums === true || flags.moduleOnly === true) return;
  if (enforceChecksums) requireChecksum(target);
  const installs = flags.fetch === undefined && flags.dryRun !== true;
  if (installs && flags.allowHostCommands !== true) refuseHostCommands(target);
}

async function regenerateAll(
  requested: readonly Requested[],
  flags: InstallFlags,
  context: CommandContext,
): Promise<void> {
  const changes: Change[] = [];
  for (const { target, context: there } of requested) changes.push(...(await regenerateTarget(target, flags, there)));
  if (flags.dryRun === true) printChanges(changes, context);
}

/** Does what the flags ask for in place of an install; says whether that was so. */
async function doInstead(
  requested: readonly Requested[],
  flags: InstallFlags,
  { settings, context }: { settings: Settings; context: CommandContext },
): Promise<boolean> {
  if (flags.injectChecksums === true)
    for (const { target, request, settings: own, context: there } of requested)
      await injectChecksums([target], { asked: request.image, settings: own }, there);
  else if (flags.moduleOnly === true) await regenerateAll(requested, flags, context);
  else if (flags.fetch !== undefined) {
    const replaces = flags.rebuild === true || flags.force === true;
    const targets = requested.map(({ target }) => target);
    await fetchImages(targets, { to: flags.fetch, replaces, settings }, context);
  } else if (flags.dryRun === true) await printPlans(requested, context);
  else return false;
  return true;
}

/** What contradicts itself is refused before anything is read. */
function checkFlags(names: readonly string[], flags: InstallFlags): void {
  const refuse = (message: string, hint: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  if (names.length === 0 && flags.stack === undefined)
    refuse('no easyconfig is named', 'name one, or a list of them with `--stack stack.yaml`');
  if (names.length > 0 && flags.stack !== undefined)
    refuse('easyconfigs are named beside a stack', 'put them into the stack, or install them on their own');
  if (flags.image !== undefined && (names.length > 1 || flags.stack !== undefined))
    refuse('`--image` goes with one easyconfig', 'install them one by one, or use `--image-dir <dir>`');
  if (flags.injectChecksums === true && (flags.set !== undefined || flags.tryVersion !== undefined))
    refuse('`--inject-checksums` writes into the easyconfig as it is', 'leave out `--set` and `--try-version`');
}

async function readRequests(
  names: readonly string[],
  flags: InstallFlags,
  context: CommandContext,
): Promise<InstallRequest[]> {
  const variant = variantOfFlags(flags);
  const rebuild = flags.rebuild === true || flags.force === true;
  const isDefault = flags.default === true;
  const { image, stack } = flags;
  if (stack === undefined)
    return names.map((name) => ({ ...requestOf(name, variant, context), image, rebuild, isDefault }));
  return requestsOfStack(await readStack(stack, context), variant).map((request) => ({
    ...request,
    rebuild: request.rebuild || rebuild,
    isDefault: request.isDefault || isDefault,
  }));
}

async function printPlans(requested: readonly Requested[], context: CommandContext): Promise<void> {
  const plans: Plan[] = [];
  for (const { target, request, settings, context: own } of requested)
    plans.push(await planTarget(target, { asked: request.image, settings }, own));
  if (context.isJson) return context.print(JSON.stringify(plans, undefined, 2));
  for (const plan of plans) for (const line of describePlan(plan)) context.print(line);
}

function readJobs(text = '1'): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new CtinstallError('usage', `\`--jobs ${formatValue(text)}\` is not a number of installs`, {
    hint: 'such as `--jobs 4`',
  });
}
