import { applyPlan } from '../../apply/apply-plan.ts';
import { checkModulefile } from '../../apply/steps/check-modulefile.ts';
import { readTextIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import { placesOf } from '../../plan/places.ts';
import { planRegenerate } from '../../plan/plan-regenerate.ts';
import type { Plan } from '../../plan/types.ts';
import { findOtherModulefiles } from '../../records/other-modulefiles.ts';
import { readRecord } from '../../records/record.ts';
import { openSoftware } from '../../records/software-permissions.ts';
import type { DirectoryBits } from '../../resolve/types.ts';
import { readScriptTexts } from '../../scripts/read-scripts.ts';
import { withInstallLock } from '../../transaction/with-install-lock.ts';
import type { Context } from '../context.ts';
import type { Target } from '../install/types.ts';
import type { Change } from './types.ts';

export interface RegenerateOptions {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

/**
 * Writes modulefile and scripts of an install anew and leaves all else; with `dryRun` only gathers what would change, and
 * refuses what would be refused. Gives the changes.
 * @throws CtinstallError `not-installed` where there is no install with a record
 */
export async function regenerateTarget(
  target: Target,
  flags: RegenerateOptions,
  context: Context,
): Promise<readonly Change[]> {
  const { prefix, name, fullVersion, moduleName, modulefile } = target.install;
  if (flags.dryRun === true) return tryTarget(target, context);
  const places = placesOf(prefix, name, fullVersion, modulefile);
  const { directories } = target.install.policy;
  const locking = { ...context, directories, waits: flags.wait !== false, forceUnlock: flags.forceUnlock === true };
  return withInstallLock(places, locking, async () => {
    const plan = await planOf(target, context);
    const changes = await findChanges(plan);
    const isChanged = changes.length > 0;
    if (isChanged) await applyPlan(plan, context);
    if (directories !== undefined) await openForOthers(target, directories, context);
    context.reporter.report({
      event: 'note',
      message: isChanged
        ? `wrote the modulefile and scripts of ${moduleName} anew`
        : `${moduleName} is as it should be`,
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
  const message = `gave ${count} files and directories of the user software of ${moduleName} the permissions of the prefix`;
  reporter.report({ event: 'note', message });
}

async function tryTarget(target: Target, context: Context): Promise<readonly Change[]> {
  const plan = await planOf(target, context);
  const changes = await findChanges(plan);
  const content = plan.steps.find((step) => step.kind === 'write-modulefile')?.content;
  if (changes.length > 0 && content !== undefined)
    for (const step of plan.steps) if (step.kind === 'check-modulefile') await checkModulefile(content, step, context);
  if (changes.length === 0)
    context.reporter.report({ event: 'note', message: `${target.install.moduleName} is as it should be` });
  return changes;
}

async function planOf({ loaded, install, runtime }: Target, context: Context): Promise<Plan> {
  const record = (await readRecord(install.installDir))?.record;
  if (record === undefined)
    throw new CtinstallError('not-installed', `\`${install.moduleName}\` is not installed`, {
      hint: 'install it: that writes its modulefile too',
    });
  const { sha256 } = record.image;
  return planRegenerate(
    install,
    {
      toolVersion: context.toolVersion,
      runtime,
      easyconfigText: loaded.text,
      scriptTexts: await readScriptTexts(context.toolDir),
    },
    { image: { ...record.image, sha256 }, files: record.files, retired: record.retired },
  );
}

/** Files whose text is another; the record, which tells the time, is none of them. */
async function findChanges(plan: Plan): Promise<Change[]> {
  const changes: Change[] = [];
  for (const step of plan.steps) {
    if (step.kind !== 'write-file' && step.kind !== 'write-modulefile') continue;
    const path =
      step.kind === 'write-file' ? joinHost(plan.installDir, step.path.slice(plan.staging.length + 1)) : step.path;
    const before = await readTextIfThere(path);
    if (before !== step.content) changes.push({ path, before, after: step.content });
  }
  const leftovers = plan.steps.find((step) => step.kind === 'remove-leftovers')?.files ?? [];
  // Under another naming scheme, or for another modules tool, the modulefile moves away.
  const moved = await findOtherModulefiles(plan.installDir, plan.modulefile);
  for (const path of [...leftovers.map((file) => joinHost(plan.installDir, file)), ...moved]) {
    const before = await readTextIfThere(path);
    if (before !== undefined) changes.push({ path, before, after: undefined });
  }
  return changes;
}
