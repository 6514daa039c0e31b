import { applyPlan } from '../../apply/apply-plan.ts';
import { checkModulefile } from '../../apply/steps/check-modulefile.ts';
import { lstatIfThere, readTextIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath, joinHost } from '../../lib/paths.ts';
import { placesOf } from '../../plan/places.ts';
import { planRegenerate } from '../../plan/plan-regenerate.ts';
import type { RecordedEasyconfig } from '../../plan/planned-record.ts';
import type { MakeWrappersStep } from '../../plan/steps/make-wrappers.ts';
import type { Plan } from '../../plan/types.ts';
import { type FindAreas, findOtherModulefiles } from '../../records/other-modulefiles.ts';
import { type InstallRecord, readRecord } from '../../records/record.ts';
import { openSoftware } from '../../records/software-permissions.ts';
import type { DirectoryBits, ResolvedInstall } from '../../resolve/types.ts';
import { readScriptTexts } from '../../scripts/read-scripts.ts';
import type { Settings } from '../../settings/types.ts';
import { withInstallLock } from '../../transaction/with-install-lock.ts';
import type { Context } from '../context.ts';
import { withKeptGpu } from '../gpu/fit-gpu.ts';
import { type LoadedEasyconfig, recordedEasyconfig } from '../install/load-easyconfig.ts';
import type { Target } from '../install/types.ts';
import { fitInstalled } from '../mpi/fit-installed.ts';
import { findWrappers } from './find-wrappers.ts';
import type { Change } from './types.ts';

export interface RegenerateOptions {
  readonly dryRun?: boolean;
  /** Whether console scripts that the user installed get wrappers. */
  readonly updatesWrappers?: boolean;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
  /** Where it is one of many installs: what is the same for all of them. */
  readonly areasOf?: FindAreas;
}

/**
 * Writes modulefile and scripts of an install anew and leaves all else; with `dryRun` only gathers what would change, and
 * refuses what would be refused. Gives the changes.
 * @throws CtinstallError `not-installed` where there is no install with a record
 */
export async function regenerateTarget(
  resolved: Target,
  flags: RegenerateOptions,
  { settings, context }: { settings: Settings; context: Context },
): Promise<readonly Change[]> {
  const install = await withKeptGpu(await fitInstalled(resolved, settings, context));
  const target = { ...resolved, install };
  const { prefix, name, fullVersion, moduleName, modulefile } = target.install;
  if (flags.dryRun === true) return tryTarget(target, flags, context);
  const places = placesOf(prefix, name, fullVersion, modulefile);
  const { directories } = target.install.policy;
  const locking = { ...context, directories, waits: flags.wait !== false, forceUnlock: flags.forceUnlock === true };
  return withInstallLock(places, locking, async () => {
    const plan = await planOf(target, flags, context);
    const changes = await findChanges(plan, flags);
    const isChanged = changes.length > 0;
    if (isChanged) await applyPlan(plan, { ...context, areasOf: flags.areasOf });
    if (directories !== undefined) await openForOthers(target, directories, context);
    context.reporter.report({
      event: 'note',
      message: isChanged ? `rewrote the modulefile and scripts of ${moduleName}` : `${moduleName} is as it should be`,
    });
    return changes;
  });
}

/** A member of the group whose umask is stricter may have installed packages past the wrappers. */
async function openForOthers(
  { install: { installDir, moduleName } }: Target,
  bits: DirectoryBits,
  { reporter, signal }: Context,
): Promise<void> {
  const count = await openSoftware(installDir, bits, signal);
  if (count === 0) return;
  const message = `gave ${count} ${count === 1 ? 'file or directory' : 'files and directories'} of the user software of ${moduleName} the permissions of the prefix`;
  reporter.report({ event: 'note', message });
}

async function tryTarget(target: Target, flags: RegenerateOptions, context: Context): Promise<readonly Change[]> {
  const plan = await planOf(target, flags, context);
  const changes = await findChanges(plan, flags);
  const content = plan.steps.find((step) => step.kind === 'write-modulefile')?.content;
  if (changes.length > 0 && content !== undefined)
    for (const step of plan.steps) if (step.kind === 'check-modulefile') await checkModulefile(content, step, context);
  if (changes.length === 0)
    context.reporter.report({ event: 'note', message: `${target.install.moduleName} is as it should be` });
  return changes;
}

async function planOf({ loaded, install, runtime }: Target, flags: RegenerateOptions, context: Context): Promise<Plan> {
  const record = (await readRecord(install.installDir))?.record;
  if (record === undefined)
    throw new CtinstallError('not-installed', `\`${install.moduleName}\` is not installed`, {
      hint: 'install it: that writes its modulefile too',
    });
  if (install.image !== undefined && record.image === undefined)
    throw new CtinstallError('usage', `\`${install.moduleName}\` was installed without an image`, {
      hint: 'install it again, with `--rebuild`',
    });
  const found = await findWrappers(install, record, flags.updatesWrappers === true);
  return planRegenerate(
    install,
    {
      toolVersion: context.toolVersion,
      runtime,
      easyconfig: easyconfigOf(loaded, install, record),
      easyconfigText: loaded.text,
      scriptTexts: await readScriptTexts(context.toolDir),
    },
    {
      image: record.image && { ...record.image, sha256: record.image.sha256 },
      files: record.files,
      retired: record.retired,
      centralImages: record.centralImages,
      found,
    },
  );
}

/** Written anew from the text that was kept, it stays what it was installed from. */
function easyconfigOf(
  loaded: LoadedEasyconfig,
  { installDir }: ResolvedInstall,
  { easyconfig }: InstallRecord,
): RecordedEasyconfig | undefined {
  const isKept = loaded.path === joinHost(installDir, '.ctinstall', 'easyconfig.yaml');
  if (!isKept) return recordedEasyconfig(loaded);
  return easyconfig && { ...easyconfig, path: hostPath(easyconfig.path) };
}

/** Files whose text is another; the record, which tells the time, is none of them. */
async function findChanges(plan: Plan, { areasOf }: RegenerateOptions): Promise<Change[]> {
  const changes: Change[] = [];
  const { moduleName: module } = plan;
  for (const step of plan.steps) {
    if (step.kind === 'make-wrappers') changes.push(...(await findNewWrappers(plan, step)));
    if (step.kind !== 'write-file' && step.kind !== 'write-modulefile') continue;
    const path =
      step.kind === 'write-file' ? joinHost(plan.installDir, step.path.slice(plan.staging.length + 1)) : step.path;
    const before = await readTextIfThere(path);
    if (before !== step.content)
      changes.push({ module, isModulefile: step.kind === 'write-modulefile', path, before, after: step.content });
  }
  const leftovers = plan.steps.find((step) => step.kind === 'remove-leftovers')?.files ?? [];
  // Under another naming scheme, or for another modules tool, the modulefile moves away.
  const moved = await findOtherModulefiles(plan.installDir, plan.modulefile, areasOf);
  for (const path of [...leftovers.map((file) => joinHost(plan.installDir, file)), ...moved]) {
    const before = await readTextIfThere(path);
    if (before !== undefined)
      changes.push({ module, isModulefile: moved.includes(path), path, before, after: undefined });
  }
  return changes;
}

async function findNewWrappers(
  { installDir, moduleName: module }: Plan,
  { commands }: Pick<MakeWrappersStep, 'commands'>,
): Promise<Change[]> {
  const paths = commands.map(({ name }) => joinHost(installDir, 'bin', name));
  const isThere = await Promise.all(paths.map(async (path) => (await lstatIfThere(path)) !== undefined));
  return paths
    .filter((_, at) => isThere[at] === false)
    .map((path) => ({ module, isModulefile: false, path, before: undefined, after: 'a link to in-container\n' }));
}
