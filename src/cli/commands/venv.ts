import { readRequirements } from '../../discover/requirements.ts';
import { describeBadPipOption } from '../../easyconfig/requirements.ts';
import { scriptPattern } from '../../easyconfig/rules.ts';
import { isFile, readText } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { type CommandContext, readSettingsOf } from '../../operations/context.ts';
import { findUv, resolveLoaded } from '../../operations/install/install-target.ts';
import { parseLoaded } from '../../operations/install/load-easyconfig.ts';
import { prefixesOf } from '../../operations/installed/all-prefixes.ts';
import { findInstalled, findLoaded, type Installed } from '../../operations/installed/find-installed.ts';
import { createVenv, listVenvs, markOf, removeVenv, runIn, type Venv } from '../../operations/venv/venvs.ts';
import { planListingVenvs, planMakingVenv, planRequirements } from '../../plan/plan-venv.ts';
import { lookMark } from '../../plan/plan-wrappers.ts';
import type { RunInContainerStep } from '../../plan/steps/run-in-container.ts';
import { readRecord } from '../../records/record.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { withUserSoftwareLock } from '../../transaction/user-software-lock.ts';
import { confirm } from './uninstall.ts';

export interface VenvFlags {
  readonly name?: string;
  readonly requirements?: string;
  readonly pipOption?: readonly string[];
  readonly systemSitePackages?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

interface VenvContext {
  readonly flags: VenvFlags;
  readonly settings: Settings;
  readonly context: CommandContext;
}

/** `ctinstall venv create|list|remove [module]`. */
export async function venv(
  action: string,
  moduleName: string | undefined,
  flags: VenvFlags,
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const work = { create, list, remove }[action];
  if (work === undefined || !Object.hasOwn({ create, list, remove }, action))
    throw new CtinstallError('usage', `\`${formatValue(action)}\` is no action of \`ctinstall venv\``, {
      hint: 'the actions are `create`, `list` and `remove`',
    });
  const settings = await readSettingsOf(context, settingsFlags);
  const installed =
    moduleName === undefined
      ? await findLoaded(context)
      : await findInstalled(moduleName, prefixesOf(settings), context);
  await work(installed, { flags, settings, context });
}

async function create(installed: Installed, options: VenvContext): Promise<void> {
  const { flags, settings, context } = options;
  const name = requireName(flags);
  const { installDir, record } = installed;
  for (const option of flags.pipOption ?? []) {
    const bad = describeBadPipOption(option);
    if (bad !== undefined) throw new CtinstallError('usage', `\`--pip-option ${formatValue(option)}\` ${bad}`);
  }
  const read = await readRequirements(
    {
      requirements: flags.requirements === undefined ? undefined : { kind: 'file', path: flags.requirements },
      pipOptions: flags.pipOption ?? [],
    },
    context.cwd,
  );
  const requirements = { ...read, uv: await findUv(context) };
  const { install } = await resolveInstalled(installed, settings, context);
  await withLock(installed, options, async () => {
    await requireUnpacked(installed);
    const image = await findImage(installed);
    const place = { image, directory: joinHost(installDir, 'user-software'), runscripts: runscriptsOf(context) };
    const installer = install.venv?.installer ?? 'auto';
    const steps: RunInContainerStep[] = [
      planMakingVenv(install, { name, showsPackages: flags.systemSitePackages !== false }, place),
      ...(requirements.text.trim() === ''
        ? []
        : [planRequirements(install, { name, installer, requirements, file: markOf(installDir, name) }, place)]),
    ];
    await createVenv({ installDir, name, requirements: requirements.text, steps }, runContextOf(context));
  });
  tell({ event: 'venv-created', module: record.moduleName, name }, `created ${name}`, context);
  context.reporter.report({
    event: 'note',
    message: `to use it: CTINSTALL_VENV=${name} and load the module again: module load ${record.moduleName}`,
  });
}

async function list(installed: Installed, { settings, context }: VenvContext): Promise<void> {
  const { installDir, record } = installed;
  const venvs = (await isPacked(installDir))
    ? await listPacked(installed, settings, context)
    : await listVenvs(installDir);
  const rows = venvs.map(({ name, isWhole }) => ({ name, isDefault: name === record.venv, isWhole }));
  if (context.isJson) return context.print(JSON.stringify(rows, undefined, 2));
  for (const { name, isDefault, isWhole } of rows)
    context.print(
      `${formatValue(name)}${isDefault ? '  (default)' : ''}${isWhole ? '' : '  (not whole: it was stopped)'}`,
    );
}

async function remove(installed: Installed, options: VenvContext): Promise<void> {
  const { flags, context } = options;
  const { installDir, record } = installed;
  const name = requireName(flags);
  await requireUnpacked(installed);
  if (flags.yes !== true) await confirm(`remove the virtual environment ${name} of ${record.moduleName}?`, context);
  await withLock(installed, options, async () => {
    await requireUnpacked(installed);
    await removeVenv({ installDir, name });
  });
  tell({ event: 'venv-removed', module: record.moduleName, name }, `removed ${name}`, context);
}

function tell(event: object, line: string, { isJson, print }: CommandContext): void {
  print(isJson ? JSON.stringify(event) : line);
}

function requireName({ name }: VenvFlags): string {
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
  { flags, context }: VenvContext,
  work: () => Promise<void>,
): Promise<void> {
  const locking = {
    ...context,
    waits: flags.wait !== false,
    forceUnlock: flags.forceUnlock === true,
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
async function resolveInstalled({ installDir }: Installed, settings: Settings, context: CommandContext) {
  const path = joinHost(installDir, '.ctinstall', 'easyconfig.yaml');
  return resolveLoaded(parseLoaded(path, await readText(path)), settings, context);
}

/** @throws CtinstallError `image-not-found` */
async function findImage({ installDir, record }: Installed): Promise<HostPath> {
  const { file, source } = record.image;
  const places = [
    joinHost(installDir, file),
    ...[source, ...record.centralImages].filter((path) => path.startsWith('/')),
  ];
  for (const path of places) if (await isFile(path)) return hostPath(path);
  throw new CtinstallError('image-not-found', `the image of ${record.moduleName} is gone`, {
    hint: 'install it again: ctinstall --rebuild',
  });
}

async function listPacked(installed: Installed, settings: Settings, context: CommandContext): Promise<Venv[]> {
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
function runscriptsOf({ toolDir }: CommandContext): HostPath {
  return joinHost(toolDir, 'runscripts');
}

function runContextOf({ environment, signal }: CommandContext) {
  return { environment, signal, log: () => undefined };
}
