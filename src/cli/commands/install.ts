import { announceModule } from '../../apply/announce-module.ts';
import { applyPlan } from '../../apply/apply-plan.ts';
import { readRecord } from '../../apply/record.ts';
import { withInstallLock } from '../../apply/with-install-lock.ts';
import type { EasyconfigCommand } from '../../easyconfig/types.ts';
import { isFile } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand, formatValue } from '../../lib/format.ts';
import { runPooled } from '../../lib/pool.ts';
import { describePlan } from '../../plan/describe-step.ts';
import { placesOf } from '../../plan/places.ts';
import type { Plan } from '../../plan/types.ts';
import { describeError } from '../../report/describe-error.ts';
import { labelled } from '../../report/labelled.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';
import { type ImageOptions, planTarget, resolveTarget, type Target } from '../install-target.ts';
import { printHowToLoad, reportKept } from '../report-install.ts';
import { fetchImages, injectChecksums } from './install-images.ts';

export interface InstallFlags {
  readonly dryRun?: boolean;
  readonly rebuild?: boolean;
  readonly force?: boolean;
  readonly default?: boolean;
  readonly image?: string;
  readonly fetch?: string;
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
  const settings = await readSettingsOf(context, settingsFlags);
  checkPrefix(settings);
  const jobs = readJobs(flags.jobs);
  if (flags.image !== undefined && names.length > 1)
    throw new CtinstallError('usage', '`--image` goes with one easyconfig', {
      hint: 'install them one by one, or use `--image-dir <dir>`',
    });
  const image: ImageOptions = { asked: flags.image, settings };
  const targets: Target[] = [];
  for (const name of names) targets.push(await resolveTarget(name, settings, context));
  if (flags.injectChecksums === true) return injectChecksums(targets, image, context);
  if (settings.enforceChecksums) for (const target of targets) requireChecksum(target);
  if (flags.fetch !== undefined) return fetchImages(targets, flags.fetch, image, context);
  if (flags.dryRun === true) return printPlans(targets, image, context);
  if (flags.allowHostCommands !== true) for (const target of targets) refuseHostCommands(target);
  await runPooled(targets, jobs, {
    work: async (target) => {
      const own =
        jobs === 1 ? context : { ...context, reporter: labelled(context.reporter, target.install.moduleName) };
      await installTarget(target, flags, image, own);
      printHowToLoad(target.install, settings, own);
    },
    onLaterError: (error) => context.reporter.report({ event: 'warning', message: describeLaterError(error) }),
  });
}

async function installTarget(
  target: Target,
  flags: InstallFlags,
  image: ImageOptions,
  context: CommandContext,
): Promise<void> {
  const { install } = target;
  const places = placesOf(install.prefix, install.name, install.fullVersion);
  const locking = { ...context, waits: flags.wait !== false, forceUnlock: flags.forceUnlock === true };
  await withInstallLock(places, locking, async () => {
    const isRebuild = flags.rebuild === true || flags.force === true;
    const isDefault = flags.default === true;
    if (!isRebuild && (await isInstalled(target))) {
      if (isDefault) await announceModule(places, { ...context, isDefault });
      return context.reporter.report({
        event: 'note',
        message: `${install.moduleName} is installed already${isDefault ? ', and the default version now' : ''}; \`--rebuild\` installs it again`,
      });
    }
    const plan = await planTarget(target, image, context);
    context.reporter.report({ event: 'note', message: `installing ${install.moduleName} in ${install.installDir}` });
    await reportKept(plan, await applyPlan(plan, { ...context, isDefault }), context);
  });
}

async function printPlans(targets: readonly Target[], image: ImageOptions, context: CommandContext): Promise<void> {
  const plans: Plan[] = [];
  for (const target of targets) plans.push(await planTarget(target, image, context));
  if (context.isJson) return context.print(JSON.stringify(plans, undefined, 2));
  for (const plan of plans) for (const line of describePlan(plan)) context.print(line);
}

function readJobs(text = '1'): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new CtinstallError('usage', `\`--jobs ${formatValue(text)}\` is not a number of installs`, {
    hint: 'such as `--jobs 4`',
  });
}

function requireChecksum({ loaded: { path }, install: { image } }: Target): void {
  if (image.sha256 === undefined)
    throw new CtinstallError(
      'checksum-missing',
      `\`${path}\` gives no SHA-256 of its image, and checksums are enforced`,
      {
        hint: `if you trust the image that you have: ctinstall install --inject-checksums ${formatCommand([path])}`,
      },
    );
}

/** The first error ends the command; the others are told before it. */
function describeLaterError(error: unknown): string {
  if (!(error instanceof CtinstallError)) throw error;
  return describeError(error)
    .join('\n')
    .replace(/^error: /, '');
}

/** A recipe can come from anyone: nothing of it runs outside the container unless the user says so. */
function refuseHostCommands({ loaded, install }: Target): void {
  const onHost = ({ host }: EasyconfigCommand): boolean => host;
  const commands = [...install.postInstall, ...install.sanityCheckCommands].filter(onHost);
  if (commands.length > 0)
    throw new CtinstallError('host-commands', `\`${loaded.path}\` wants to run commands outside the container`, {
      details: commands.map(({ command }) => `  ${formatValue(command, 500)}`),
      hint: 'if you trust them: `--allow-host-commands`; `--dry-run` shows all that would be done',
    });
}

async function isInstalled({ install }: Target): Promise<boolean> {
  return (await readRecord(install.installDir))?.record !== undefined && (await isFile(install.modulefile));
}
