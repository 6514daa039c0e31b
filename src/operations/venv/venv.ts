import { readRequirements } from '../../discover/requirements.ts';
import { describeBadPipOption } from '../../easyconfig/requirements.ts';
import { scriptPattern } from '../../easyconfig/rules.ts';
import { isFile, readText } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { planListingVenvs, planMakingVenv, planRequirements } from '../../plan/plan-venv.ts';
import { lookMark } from '../../plan/plan-wrappers.ts';
import type { RunInContainerStep } from '../../plan/steps/run-in-container.ts';
import { readRecord, sha256Of } from '../../records/record.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import { findUv } from '../../runtime/find-uv.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { withUserSoftwareLock } from '../../transaction/user-software-lock.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { resolveLoaded } from '../install/install-target.ts';
import { parseLoaded } from '../install/load-easyconfig.ts';
import { findNamedOrLoaded, type Installed } from '../installed/find-installed.ts';
import { createVenv, listVenvs, markOf, removeVenv, runIn, type Venv } from './venvs.ts';

/** What every operation on virtual environments is given. */
export interface VenvRequest {
  /** The loaded one, where none is named. */
  readonly module: string | undefined;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
}

export interface ChangeVenvOptions extends VenvRequest {
  readonly name?: string;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

export interface CreateVenvOptions extends ChangeVenvOptions {
  readonly requirements?: string;
  readonly pipOption?: readonly string[];
  readonly systemSitePackages?: boolean;
}

export interface RemoveVenvOptions extends ChangeVenvOptions {
  /** Asks whether it is to be removed. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** A virtual environment that was made or removed. */
export interface ChangedVenv {
  readonly module: string;
  readonly name: string;
  /** False where an earlier run had done it. */
  readonly isNew: boolean;
}

export interface ListedVenv extends Venv {
  /** Whether the module takes it unless told otherwise. */
  readonly isDefault: boolean;
}

/** Makes a virtual environment in the user software of an install. */
export async function createVenvOf(options: CreateVenvOptions, context: Context): Promise<ChangedVenv> {
  const settings = await readSettingsOf(context, options.settings);
  const installed = await findNamedOrLoaded(options.module, settings, context);
  const name = requireName(options);
  const { installDir, record } = installed;
  for (const option of options.pipOption ?? []) {
    const bad = describeBadPipOption(option);
    if (bad !== undefined) throw new CtinstallError('usage', `\`--pip-option ${formatValue(option)}\` ${bad}`);
  }
  const read = await readRequirements(
    {
      requirements: options.requirements === undefined ? undefined : { kind: 'file', path: options.requirements },
      pipOptions: options.pipOption ?? [],
    },
    context.cwd,
  );
  const requirements = { ...read, uv: await findUv(context) };
  const { install } = await resolveInstalled(installed, settings, context);
  const showsPackages = options.systemSitePackages !== false;
  let isNew = true;
  await withLock(installed, { options, context }, async () => {
    await requireUnpacked(installed);
    const image = await findImage(installed);
    const place = { image, directory: joinHost(installDir, 'user-software'), runscripts: runscriptsOf(context) };
    const installer = install.venv?.installer ?? 'auto';
    const steps: RunInContainerStep[] = [
      planMakingVenv(install, { name, showsPackages }, place),
      ...(requirements.text.trim() === ''
        ? []
        : [planRequirements(install, { name, installer, requirements, file: markOf(installDir, name) }, place)]),
    ];
    // Not as it is: in an option for pip there may be a password.
    const madeOf = `${sha256Of(JSON.stringify({ ...read, showsPackages }))}\n`;
    const work = { installDir, name, requirements: requirements.text, madeOf, steps };
    isNew = await createVenv(work, runContextOf(context));
  });
  return { module: record.moduleName, name, isNew };
}

/** The virtual environments of an install, packed or not. */
export async function listVenvsOf({ module, settings: overrides }: VenvRequest, context: Context) {
  const settings = await readSettingsOf(context, overrides);
  const installed = await findNamedOrLoaded(module, settings, context);
  const { installDir, record } = installed;
  const venvs = (await isPacked(installDir))
    ? await listPacked(installed, settings, context)
    : await listVenvs(installDir);
  return venvs.map(({ name, isWhole }): ListedVenv => ({ name, isDefault: name === record.venv, isWhole }));
}

/** Undefined where it is not to be removed after all. */
export async function removeVenvOf(options: RemoveVenvOptions, context: Context): Promise<ChangedVenv | undefined> {
  const installed = await findNamedOrLoaded(options.module, await readSettingsOf(context, options.settings), context);
  const { installDir, record } = installed;
  const name = requireName(options);
  await requireUnpacked(installed);
  if ((await options.confirm?.(`remove the virtual environment ${name} of ${record.moduleName}?`)) === false)
    return undefined;
  await withLock(installed, { options, context }, async () => {
    await requireUnpacked(installed);
    await removeVenv({ installDir, name });
  });
  return { module: record.moduleName, name, isNew: true };
}

function requireName({ name }: ChangeVenvOptions): string {
  if (name !== undefined && scriptPattern.test(name)) return name;
  throw new CtinstallError('usage', name === undefined ? 'no name is given' : `\`${formatValue(name)}\` is no name`, {
    hint: 'such as `--name mine`: letters, digits and `.`, `_`, `+`, `-`',
  });
}

/** What is packed can be read only. */
async function requireUnpacked({ installDir, record }: Installed): Promise<void> {
  if (!(await isPacked(installDir))) return;
  throw new CtinstallError('command-failed', `the user software of ${record.moduleName} is packed, and read-only`, {
    hint: `unpack it: ctinstall squashfs unmake ${record.moduleName}`,
  });
}

function isPacked(installDir: HostPath): Promise<boolean> {
  return isFile(joinHost(installDir, 'user-software.squashfs'));
}

function withLock(
  { installDir }: Installed,
  { options, context }: { readonly options: ChangeVenvOptions; readonly context: Context },
  work: () => Promise<void>,
): Promise<void> {
  const locking = {
    ...context,
    waits: options.wait !== false,
    forceUnlock: options.forceUnlock === true,
    onWait: (holder: string) => context.reporter.report({ event: 'note', message: `waiting for ${holder}` }),
  };
  return withUserSoftwareLock(installDir, locking, async () => {
    // It may have been uninstalled while this waited.
    if ((await readRecord(installDir)) === undefined)
      throw new CtinstallError('not-installed', `nothing is installed in \`${installDir}\` any more`);
    await work();
  });
}

/** From the easyconfig that was kept, and the settings of now. */
async function resolveInstalled({ installDir }: Installed, settings: Settings, context: Context) {
  const path = joinHost(installDir, '.ctinstall', 'easyconfig.yaml');
  return resolveLoaded(parseLoaded(path, await readText(path)), settings, context);
}

/** @throws CtinstallError `image-not-found` */
async function findImage({ installDir, record }: Installed): Promise<HostPath> {
  const { image } = record;
  const own = image === undefined ? [] : [joinHost(installDir, image.file), image.source];
  const places = [...own, ...record.centralImages].filter((path) => path.startsWith('/'));
  for (const path of places) if (await isFile(path)) return hostPath(path);
  throw new CtinstallError('image-not-found', `the image of ${record.moduleName} is gone`, {
    hint: `install it again: ctinstall --rebuild ${record.moduleName}`,
  });
}

async function listPacked(installed: Installed, settings: Settings, context: Context): Promise<Venv[]> {
  const { install }: { install: ResolvedInstall } = await resolveInstalled(installed, settings, context);
  const directory = joinHost(installed.installDir, 'user-software');
  const place = { image: await findImage(installed), directory, runscripts: runscriptsOf(context) };
  const said = await runIn(planListingVenvs(install, place), runContextOf(context));
  return said.split('\n').flatMap((line) => {
    const [mark, name] = line.split('\t');
    return mark === lookMark && name !== undefined ? { name, isWhole: true } : [];
  });
}

/** Those of ctinstall itself: what it runs by them needs nothing of an install. */
function runscriptsOf({ toolDir }: Context): HostPath {
  return joinHost(toolDir, 'runscripts');
}

function runContextOf({ environment, signal }: Context) {
  return { environment, signal, log: () => undefined };
}
