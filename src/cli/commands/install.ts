import { applyPlan } from '../../apply/apply-plan.ts';
import { readRecord } from '../../apply/record.ts';
import { hasUserSoftware, hasVenv } from '../../apply/user-software.ts';
import { withInstallLock } from '../../apply/with-install-lock.ts';
import { discoverImage } from '../../discover/image.ts';
import { discoverRuntime, type Runtime } from '../../discover/runtime.ts';
import { injectChecksum } from '../../easyconfig/inject-checksum.ts';
import { isFile, realPath, statIfThere, writeFileWhole } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { hostPath, joinHost, modulePathOf } from '../../lib/paths.ts';
import { describePlan } from '../../plan/describe-step.ts';
import { placesOf } from '../../plan/places.ts';
import { planInstall } from '../../plan/plan-install.ts';
import type { Plan } from '../../plan/types.ts';
import { resolveInstall } from '../../resolve/resolve-install.ts';
import type { ImageSource, ResolvedInstall } from '../../resolve/types.ts';
import { namesOfScripts } from '../../scripts/names.ts';
import { readScriptTexts } from '../../scripts/read-scripts.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';
import { type LoadedEasyconfig, loadEasyconfig, unresolvable } from '../load-easyconfig.ts';
import { commandNames } from '../program.ts';

export interface InstallFlags {
  readonly dryRun?: boolean;
  readonly rebuild?: boolean;
  readonly force?: boolean;
  readonly image?: string;
  readonly injectChecksums?: boolean;
  readonly wait?: boolean;
}

/** An easyconfig with what it becomes here. */
interface Resolved {
  readonly loaded: LoadedEasyconfig;
  readonly install: ResolvedInstall;
  readonly runtime: Runtime;
}

/** Installs each easyconfig in turn; all of them are read and resolved before the first is installed. */
export async function install(
  names: readonly string[],
  flags: InstallFlags,
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const settings = await readSettingsOf(context, settingsFlags);
  checkPrefix(settings);
  if (flags.image !== undefined && names.length > 1)
    throw new CtinstallError('usage', '`--image` goes with one easyconfig', {
      hint: 'install them one by one, or use `--image-dir <dir>`',
    });
  const resolved: Resolved[] = [];
  for (const name of names) resolved.push(await resolveNamed(name, settings, context));
  if (flags.injectChecksums === true) {
    for (const target of resolved) await injectChecksumOf(target, flags, settings, context);
    return;
  }
  if (settings.enforceChecksums) for (const { loaded, install } of resolved) requireChecksum(loaded, install);
  const plans: Plan[] = [];
  for (const target of resolved) {
    const { install } = target;
    if (flags.dryRun === true) {
      const plan = await makePlan(target, flags, settings, context);
      plans.push(plan);
      if (!context.isJson) for (const line of describePlan(plan)) context.print(line);
      continue;
    }
    const places = placesOf(settings.prefix, install.name, install.fullVersion);
    await withInstallLock(places, { ...context, waits: flags.wait !== false }, async () => {
      const isRebuild = flags.rebuild === true || flags.force === true;
      if (!isRebuild && (await isInstalled(install))) {
        context.reporter.report({
          event: 'note',
          message: `${install.moduleName} is installed already; \`--rebuild\` installs it again`,
        });
        return;
      }
      const plan = await makePlan(target, flags, settings, context);
      context.reporter.report({ event: 'note', message: `installing ${install.moduleName} in ${install.installDir}` });
      await applyPlan(plan, context);
    });
    printHowToLoad(install, settings, context);
  }
  if (flags.dryRun === true && context.isJson) context.print(JSON.stringify(plans, undefined, 2));
}

/** settings → discover → resolve, for one easyconfig. */
async function resolveNamed(name: string, settings: Settings, context: CommandContext): Promise<Resolved> {
  const loaded = await loadEasyconfig(name, settings, context, commandNames);
  const runtime = await discoverRuntime(settings.runtime, context.environment);
  const scripts = { runscripts: namesOfScripts('runscripts'), wrappers: namesOfScripts('bin') };
  const resolved = resolveInstall(loaded.easyconfig, settings, {
    runtime: runtime.kind === 'found' ? runtime.value.name : 'singularity',
    scripts,
  });
  if (resolved.install === undefined) throw unresolvable(loaded, resolved.issues);
  if (runtime.kind === 'missing')
    throw new CtinstallError('runtime-missing', `no container runtime: tried ${runtime.tried.join(' and ')}`, {
      hint: 'load its module (`module spider singularity`), or name it with `--runtime <program>`',
    });
  return { loaded, install: resolved.install, runtime: runtime.value };
}

async function makePlan(
  { loaded, install, runtime }: Resolved,
  flags: InstallFlags,
  settings: Settings,
  context: CommandContext,
): Promise<Plan> {
  const previous = await readRecord(install.installDir);
  const image = await findImage({ loaded, install }, flags, settings, context);
  return planInstall(install, {
    toolVersion: context.toolVersion,
    runtime,
    image,
    easyconfigText: loaded.text,
    scriptTexts: await readScriptTexts(context.toolDir),
    previousFiles: previous?.record?.files.map(({ path }) => path) ?? [],
    hasUserSoftware: await hasUserSoftware(install.installDir),
    hasVenv: install.venv !== undefined && (await hasVenv(install.installDir, install.venv.name)),
  });
}

async function findImage(
  { loaded, install }: Pick<Resolved, 'loaded' | 'install'>,
  flags: InstallFlags,
  settings: Settings,
  context: CommandContext,
): Promise<ImageSource> {
  const previous = await readRecord(install.installDir);
  return discoverImage({
    easyconfig: loaded.path,
    file: install.image.file,
    asked: flags.image === undefined ? undefined : hostPath(flags.image, context.cwd),
    directories: settings.imageDirs,
    cwd: context.cwd,
    installed: previous === undefined ? undefined : joinHost(install.installDir, install.image.file),
  });
}

/** `--inject-checksums`: the hash of the image that would be installed now, into the file that was found. */
async function injectChecksumOf(
  target: Resolved,
  flags: InstallFlags,
  settings: Settings,
  context: CommandContext,
): Promise<void> {
  const { path, text } = target.loaded;
  const image = await findImage(target, flags, settings, context);
  const sha256 = await hashFile(image.path, context.signal);
  if (sha256 !== target.install.image.sha256) {
    const file = await realPath(path);
    await writeFileWhole(file, injectChecksum(text, sha256), ((await statIfThere(file))?.mode ?? 0o644) & 0o777);
  }
  if (context.isJson) context.print(JSON.stringify({ event: 'checksum', easyconfig: path, image: image.path, sha256 }));
  else context.print(`${path}: ${image.path} has SHA-256 ${sha256}`);
}

function requireChecksum({ path }: LoadedEasyconfig, { image }: ResolvedInstall): void {
  if (image.sha256 === undefined)
    throw new CtinstallError(
      'checksum-missing',
      `\`${path}\` gives no SHA-256 of its image, and checksums are enforced`,
      {
        hint: `if you trust the image that you have: ctinstall install --inject-checksums ${formatCommand([path])}`,
      },
    );
}

async function isInstalled(install: ResolvedInstall): Promise<boolean> {
  return (await readRecord(install.installDir))?.record !== undefined && (await isFile(install.modulefile));
}

/** What to type next. `module use` only where the module path is not in use yet. */
function printHowToLoad(install: ResolvedInstall, settings: Settings, context: CommandContext): void {
  const modulePath = modulePathOf(settings.prefix);
  const isInUse = (context.environment.MODULEPATH ?? '').split(':').includes(modulePath);
  if (context.isJson) {
    const { moduleName, installDir, modulefile } = install;
    context.print(
      JSON.stringify({
        event: 'installed',
        moduleName,
        installDir,
        modulefile,
        modulePath,
        isModulePathInUse: isInUse,
      }),
    );
    return;
  }
  context.reporter.report({ event: 'note', message: 'To use it:' });
  if (!isInUse) context.print(`module use ${formatCommand([modulePath])}`);
  context.print(`module load ${install.moduleName}`);
}
