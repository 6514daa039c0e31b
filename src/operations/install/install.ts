import { requireModulesCommand } from '../../discover/modules-command.ts';
import { withTemporaryDirectory } from '../../host/temporary.ts';
import { type HostPath, hostPath, ownEasyconfigsOf } from '../../lib/paths.ts';
import type { Plan } from '../../plan/types.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { refuseCheckout } from '../../settings/read-checkout.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { regenerateTarget } from '../regenerate/regenerate-target.ts';
import type { Change } from '../regenerate/types.ts';
import { findAdoptable } from './adopt.ts';
import { chooseEasyconfig } from './choose-easyconfig.ts';
import { type Drafted, type DraftOptions, draftImage, isImageArgument } from './draft-image.ts';
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
  /** Asks whether the draft of an image is to be installed; all are where it is left out. */
  readonly confirmDraft?: DraftOptions['confirmDraft'];
  /** What the module of an image is to be called. */
  readonly named?: DraftOptions['named'];
  readonly dryRun?: boolean;
  readonly rebuild?: boolean;
  readonly force?: boolean;
  readonly default?: boolean;
  readonly image?: string;
  /** Install dir of another tool whose user software is taken over. */
  readonly adopt?: string;
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
  await refuseCheckout(settings, context.environment);
  const images: string[] = [];
  for (const name of options.easyconfigs) if (await isImageArgument(name, context)) images.push(name);
  const where = { settings, context };
  if (images.length === 0) return installAll(options, new Map(), where);
  const draftIn = async (directory: HostPath): Promise<void> => {
    const drafted = await draftAll(images, { ...options, directory }, where);
    const easyconfigs = options.easyconfigs.filter((name) => !images.includes(name) || drafted.has(name));
    if (easyconfigs.length > 0) await installAll({ ...options, easyconfigs }, drafted, where);
  };
  if (options.dryRun !== true) return draftIn(ownEasyconfigsOf(settings.prefix));
  // It leaves nothing behind.
  await withTemporaryDirectory(context.environment.TMPDIR || '/tmp', (directory) => draftIn(hostPath(directory)));
}

/** Those that the user agreed to, by what was named. */
async function draftAll(
  images: readonly string[],
  options: DraftOptions,
  where: { settings: Settings; context: Context },
): Promise<ReadonlyMap<string, Drafted>> {
  const all = new Map<string, Drafted>();
  for (const image of images) {
    const drafted = await draftImage(image, options, where);
    if (drafted !== undefined) all.set(image, drafted);
  }
  return all;
}

async function installAll(
  options: InstallOptions,
  drafted: ReadonlyMap<string, Drafted>,
  { settings, context }: { settings: Settings; context: Context },
): Promise<void> {
  const before: ResolvedInstall[] = [];
  const resolutions = await resolveEach(
    await readRequests(options, drafted, context),
    { settings, context },
    async (name, where, { variant, image }) => {
      const chosen = await chooseEasyconfig(name, where, image !== undefined);
      const wanted = { ...variant, version: variant.version ?? chosen.version };
      const target = await resolveTarget(chosen.easyconfig, where, wanted);
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

const nothingDone = 'nothing was done: fix them, or leave them out; `--keep-going` goes on with the others';

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
  const { postInstall, sanityCheckCommands, buildDependencies, modulesTool } = target.install;
  const loading = [...sanityCheckCommands, ...(buildDependencies.length === 0 ? [] : postInstall)];
  if (loading.some(({ host }) => host)) requireModulesCommand(environment, modulesTool);
}

async function regenerateAll(
  requested: readonly Requested[],
  options: InstallOptions,
  context: Context,
): Promise<void> {
  const changes: Change[] = [];
  for (const { target, settings, context: there } of requested)
    changes.push(...(await regenerateTarget(target, options, { settings, context: there })));
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
    const isTrusted = options.allowHostCommands === true;
    await fetchImages(targets, { to: options.fetch, replaces, isTrusted, settings, tell: options.tell }, context);
  } else if (options.dryRun === true) {
    if (options.adopt !== undefined) await tellOfAdoption(options.adopt, requested, context);
    options.tell({ kind: 'planned', plans: await planAll(requested) }, context.reporter);
  } else return false;
  return true;
}

async function tellOfAdoption(
  from: string,
  requested: readonly Requested[],
  { cwd, reporter }: Context,
): Promise<void> {
  for (const { target } of requested) {
    const { from: directory, isElsewhere } = await findAdoptable(hostPath(from, cwd), target.install);
    reporter.report({
      event: 'note',
      message: `would ${isElsewhere ? 'copy' : 'take over'} the user software of ${directory} first`,
    });
  }
}

async function readRequests(
  options: InstallOptions,
  drafted: ReadonlyMap<string, Drafted>,
  context: Context,
): Promise<InstallRequest[]> {
  const variant = variantOfFlags(options);
  const rebuild = options.rebuild === true || options.force === true;
  const isDefault = options.default === true;
  const buildsAnew = options.force === true;
  const { easyconfigs: names, image, stack } = options;
  if (stack === undefined)
    return names.map((name) => {
      const draft = drafted.get(name);
      const request = requestOf(draft?.easyconfig ?? name, variant, context);
      return { ...request, image: draft?.image ?? image, rebuild, buildsAnew, isDefault };
    });
  return requestsOfStack(await readStack(stack, context), variant).map((request) => ({
    ...request,
    rebuild: request.rebuild || rebuild,
    buildsAnew,
    isDefault: request.isDefault || isDefault,
  }));
}

async function planAll(requested: readonly Requested[]): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const { target, request, settings, context } of requested)
    plans.push(await planTarget(target, { asked: request.image, buildsAnew: request.buildsAnew, settings }, context));
  return plans;
}
