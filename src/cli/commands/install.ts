import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { describePlan } from '../../plan/describe-step.ts';
import type { Plan } from '../../plan/types.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';
import {
  type InstallRequest,
  type Requested,
  requestOf,
  requestsOfStack,
  resolveRequests,
  type VariantFlags,
  variantOfFlags,
} from '../install-request.ts';
import { planTarget, resolveTarget } from '../install-target.ts';
import { regenerateTarget } from '../regenerate-target.ts';
import { readStack } from '../stack-read.ts';
import { withWritablePrefix } from '../writable-prefix.ts';
import { fetchImages, injectChecksums } from './install-images.ts';
import { installMany } from './install-many.ts';
import { refuseHostCommands, requireChecksum } from './install-refusals.ts';

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

/** Installs the easyconfigs; all of them are read and resolved before the first is installed. */
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
  const requested = await resolveRequests(
    await readRequests(names, flags, context),
    { settings, context },
    resolveTarget,
  );
  const targets = requested.map(({ target }) => target);
  if (flags.injectChecksums === true) {
    for (const { target, request, settings: own, context: there } of requested)
      await injectChecksums([target], { asked: request.image, settings: own }, there);
    return;
  }
  if (flags.moduleOnly === true) {
    for (const { target, context: there } of requested) await regenerateTarget(target, flags, there);
    return;
  }
  if (settings.enforceChecksums) for (const target of targets) requireChecksum(target);
  if (flags.fetch !== undefined) return fetchImages(targets, flags.fetch, { asked: undefined, settings }, context);
  if (flags.dryRun === true) return printPlans(requested, context);
  if (flags.allowHostCommands !== true) for (const target of targets) refuseHostCommands(target);
  const [keepsGoing, hasSummary] = [flags.keepGoing === true, flags.stack !== undefined || flags.keepGoing === true];
  await installMany(requested, { jobs, keepsGoing, hasSummary, flags }, context);
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
