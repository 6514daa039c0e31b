import { announceModule } from '../../apply/announce-module.ts';
import { applyPlan } from '../../apply/apply-plan.ts';
import { differencesOf } from '../../easyconfig/differences.ts';
import { isFile, readTextIfThere, removeFile } from '../../host/files.ts';
import { formatLine } from '../../lib/format.ts';
import { hostPath, joinHost } from '../../lib/paths.ts';
import { placesOf } from '../../plan/places.ts';
import { type InstallRecord, readRecord } from '../../records/record.ts';
import type { Reporter } from '../../report/types.ts';
import type { Settings } from '../../settings/types.ts';
import { withInstallLock } from '../../transaction/with-install-lock.ts';
import type { Context } from '../context.ts';
import { fitGpu } from '../gpu/fit-gpu.ts';
import { regenerateTarget } from '../regenerate/regenerate-target.ts';
import { adopt, findAdoptable } from './adopt.ts';
import type { AdoptedCopy } from './adopt-copy.ts';
import { buildImage, findChangedInputs } from './build-image.ts';
import { planTarget } from './install-target.ts';
import { makeCondaEnvironment } from './make-conda-environment.ts';
import { reportKept } from './report-install.ts';
import type { Requested } from './resolve-requests.ts';
import type { Outcome, Target } from './types.ts';

export interface InstallOneOptions {
  readonly allowHostCommands?: boolean;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
  /** Install dir of another tool whose user software is taken over. */
  readonly adopt?: string;
}

/** What became of it, and in which fields an install that is there is other than its easyconfig. */
export interface Done {
  readonly outcome: Outcome;
  readonly differs: readonly string[];
}

/** Installs one easyconfig, unless it is there and no rebuild was asked for. */
export async function installOne(
  { request, target, settings, context }: Requested,
  flags: InstallOneOptions,
): Promise<Done> {
  const { install } = target;
  const { isDefault } = request;
  const places = placesOf(install.prefix, install.name, install.fullVersion, install.modulefile);
  const { directories } = install.policy;
  const locking = { ...context, directories, waits: flags.wait !== false, forceUnlock: flags.forceUnlock === true };
  let isFetched = false;
  const done = await withInstallLock(places, locking, async (): Promise<Done> => {
    const takeBack = flags.adopt === undefined ? undefined : await adoptFrom(flags.adopt, places, { target, context });
    const record = request.rebuild ? undefined : await findInstalled(target);
    if (record !== undefined) {
      if (isDefault) await announceModule(places, { ...context, isDefault });
      const differs = await findDifferences(target, record, { settings, context });
      const is = `${install.moduleName} is installed already${isDefault ? ', and the default version now' : ''}`;
      context.reporter.report({ event: 'note', message: `${is}; ${describeRebuild(target, record, differs)}` });
      return { outcome: 'already-installed', differs };
    }
    try {
      isFetched = await installNow({ request, target, settings, context }, flags);
      return { outcome: 'installed', differs: [] };
    } catch (error) {
      await takeBack?.();
      throw error;
    }
  });
  if (isFetched) await fitFetched(target, { settings, context });
  return done;
}

/** Only now is the image here to be looked into. The module is to tell what it has for GPUs. */
async function fitFetched(
  target: Target,
  { settings, context }: { readonly settings: Settings; readonly context: Context },
): Promise<void> {
  const { install } = target;
  if (install.image === undefined) return;
  const fitted = await fitGpu(install, joinHost(install.installDir, install.image.file), context);
  const { cuda, rocm } = fitted.imageGpu ?? {};
  if (cuda === undefined && rocm === undefined) return;
  const reporter: Reporter = { report: (event) => event.event === 'warning' && context.reporter.report(event) };
  await regenerateTarget({ ...target, install: fitted }, {}, { settings, context: { ...context, reporter } });
}

/** Gives whether the image was fetched or built only now. */
async function installNow(
  { request, target, settings, context }: Requested,
  { allowHostCommands = false }: InstallOneOptions,
): Promise<boolean> {
  const { install } = target;
  const { image: asked, buildsAnew, isDefault } = request;
  const plan = await planTarget(target, { asked, buildsAnew, settings }, context);
  context.reporter.report({ event: 'note', message: `installing ${install.moduleName} in ${install.installDir}` });
  const building = { settings, isTrusted: allowHostCommands };
  const applied = await applyPlan(plan, {
    ...context,
    isDefault,
    buildImage: (step) => buildImage(step, building, context),
    makeCondaEnvironment: (step, running) => makeCondaEnvironment(step, { settings, running }, context),
  });
  await reportKept(plan, applied, context);
  if (plan.steps.some(({ kind }) => kind === 'build-image')) return true;
  const fetched = plan.steps.find((step) => step.kind === 'fetch-image');
  // The install has it now.
  if (fetched?.brought !== undefined) await removeFile(fetched.brought);
  return fetched !== undefined && fetched.brought === undefined;
}

async function adoptFrom(
  from: string,
  { installDir, staging }: Pick<AdoptedCopy, 'installDir' | 'staging'>,
  { target: { install }, context }: { readonly target: Target; readonly context: Context },
): Promise<() => Promise<void>> {
  const found = await findAdoptable(hostPath(from, context.cwd), install);
  const takeBack = await adopt(found, { installDir, staging }, context);
  const told = found.isElsewhere
    ? `copied the user software of ${found.from}, which is on another file system and has it still: remove it there when you need it no more`
    : `took over the user software of ${found.from}, which has it no more`;
  context.reporter.report({ event: 'note', message: told });
  return takeBack;
}

async function findInstalled({ install }: Target): Promise<InstallRecord | undefined> {
  const record = (await readRecord(install.installDir))?.record;
  return record !== undefined && (await isFile(install.modulefile)) ? record : undefined;
}

/** What the easyconfig says now and did not say at the install. */
async function findDifferences(
  target: Target,
  { image }: InstallRecord,
  where: { settings: Settings; context: Context },
): Promise<readonly string[]> {
  const { install, loaded } = target;
  const kept = await readTextIfThere(joinHost(install.installDir, '.ctinstall', 'easyconfig.yaml'));
  const differs = differencesOf(kept, loaded.easyconfig, image?.sha256) ?? [];
  const inputs = await findChangedInputs(target, image?.inputs, where);
  return [...differs, ...inputs.map((name) => `${formatLine(name)}, of which the image is built`)];
}

/** Another easyconfig may be of the same name and version. */
function describeRebuild({ loaded }: Target, { easyconfig }: InstallRecord, differs: readonly string[]): string {
  if (differs.length === 0) return '`--rebuild` installs it again';
  const isOther = easyconfig !== undefined && easyconfig.path !== loaded.path;
  const from = isOther ? `from \`${formatLine(easyconfig.path)}\`, of which this easyconfig ` : '';
  return `${from}differs: ${differs.join(', ')}; \`--rebuild\` applies it`;
}
