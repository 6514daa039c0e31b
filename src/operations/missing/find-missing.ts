import { searchEasyconfig } from '../../discover/easyconfigs.ts';
import { differencesOf } from '../../easyconfig/differences.ts';
import { fullVersionOf } from '../../easyconfig/normalize.ts';
import type { Easyconfig } from '../../easyconfig/types.ts';
import type { VariantRequest } from '../../easyconfig/variant-changes.ts';
import { isFile, readTextIfThere } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, type InstallDir, installDirOf, joinHost } from '../../lib/paths.ts';
import { type InstallRecord, type ReadRecord, readRecord } from '../../records/record.ts';
import { moduleNameFor } from '../../resolve/module-name.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, easyconfigPath, readSettingsOf } from '../context.ts';
import {
  type InstallRequest,
  requestOf,
  requestsOfStack,
  type VariantFlags,
  variantOfFlags,
} from '../install/install-request.ts';
import { type LoadedEasyconfig, loadEasyconfig } from '../install/load-easyconfig.ts';
import { isResolved, type Resolution, requireAll, resolveEach, type Unresolved } from '../install/resolve-requests.ts';
import { isStack } from '../install/stack.ts';
import { stackOf } from '../install/stack-read.ts';

export type State = 'installed' | 'missing' | 'differs' | 'faulty';

export interface Found {
  /** Undefined where its easyconfig has a fault. */
  readonly module: string | undefined;
  readonly easyconfig: string;
  readonly state: State;
  /** Why it is not as it should be. */
  readonly why: string | undefined;
}

interface Wanted {
  readonly loaded: LoadedEasyconfig;
  readonly install: { readonly moduleName: string; readonly installDir: InstallDir };
}

interface Where {
  readonly settings: Settings;
  readonly context: Context;
}

export interface MissingOptions extends VariantFlags {
  /** Easyconfigs and stacks. */
  readonly names: readonly string[];
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  /** Hears of all that was looked for, those included that are there. */
  readonly tell: (found: readonly Found[]) => void;
}

/**
 * Finds out which easyconfigs, named or in stacks, are not installed, or are installed from something else, or have a fault.
 * @throws CtinstallError at the end, with all that is wrong with those at fault
 */
export async function findMissing(
  { names, settings: overrides, tell, ...variant }: MissingOptions,
  context: Context,
): Promise<void> {
  const settings = await readSettingsOf(context, overrides);
  const load = async (name: string, where: Where, { variant }: { variant: VariantRequest }): Promise<Wanted> => {
    const loaded = await loadEasyconfig(name, where, { variant });
    const { easyconfig } = loaded;
    const installDir = installDirOf(settings.prefix, easyconfig.name, fullVersionOf(easyconfig));
    return { loaded, install: { moduleName: moduleNameFor(easyconfig, settings), installDir } };
  };
  const resolutions: Resolution<Wanted>[] = [];
  for (const each of await requestsOfAll(names, variantOfFlags(variant), { settings, context }))
    resolutions.push(...('error' in each ? [each] : await resolveEach(each, { settings, context }, load)));
  const found: Found[] = [];
  for (const each of resolutions)
    found.push(isResolved(each) ? await lookAt(each.target, settings, context) : describeFaulty(each));
  tell(found);
  requireAll(resolutions, 'the others were looked for');
}

function describeFaulty({ request, error }: Unresolved): Found {
  return {
    module: undefined,
    easyconfig: formatLine(request.easyconfig),
    state: 'faulty',
    why: formatLine(error.message),
  };
}

/** For each name what it asks for. */
async function requestsOfAll(
  names: readonly string[],
  variant: VariantRequest,
  where: Where,
): Promise<(InstallRequest[] | Unresolved)[]> {
  const all: (InstallRequest[] | Unresolved)[] = [];
  for (const name of names)
    try {
      all.push(await requestsOf(name, variant, where));
    } catch (error) {
      if (!(error instanceof CtinstallError)) throw error;
      all.push({ request: { easyconfig: name, place: undefined }, error });
    }
  return all;
}

/** A file that is a list is a stack. */
async function requestsOf(
  name: string,
  variant: VariantRequest,
  { settings, context }: Where,
): Promise<InstallRequest[]> {
  const { path, text } = await searchEasyconfig(name, {
    cwd: context.cwd,
    home: context.environment.HOME,
    directories: easyconfigPath(context, settings),
  });
  return isStack(text) ? requestsOfStack(stackOf(path, text), variant) : [requestOf(name, variant, context)];
}

async function lookAt(
  { loaded, install }: Wanted,
  { prefix, morePrefixes }: Settings,
  context: Context,
): Promise<Found> {
  const found = { module: install.moduleName, easyconfig: loaded.path };
  const { name } = loaded.easyconfig;
  let read: ReadRecord | undefined;
  for (const each of [prefix, ...morePrefixes])
    read ??= await readRecord(installDirOf(each, name, fullVersionOf(loaded.easyconfig)));
  if (read === undefined) return { ...found, state: 'missing', why: undefined };
  if (read.record === undefined) return { ...found, state: 'missing', why: read.fault };
  if (!(await isFile(read.record.modulefile)))
    return { ...found, state: 'missing', why: `its modulefile \`${formatLine(read.record.modulefile)}\` is gone` };
  const why =
    (await describeOtherImage(read, loaded.easyconfig, context)) ??
    describeOtherEasyconfig(
      await readTextIfThere(joinHost(read.installDir, '.ctinstall', 'easyconfig.yaml')),
      loaded.easyconfig,
    );
  return { ...found, state: why === undefined ? 'installed' : 'differs', why };
}

async function describeOtherImage(
  { installDir, record }: { readonly installDir: HostPath; readonly record: InstallRecord },
  { image }: Easyconfig,
  { signal }: Context,
): Promise<string | undefined> {
  const sha256 = image?.sha256;
  if (sha256 === undefined) return undefined;
  if (record.image === undefined) return 'it was installed without an image';
  const installed = record.image.sha256 ?? (await hashOwnImage(joinHost(installDir, record.image.file), signal));
  if (installed === sha256) return undefined;
  return installed === undefined
    ? 'the easyconfig gives a SHA-256 of the image now, and the image was installed without one'
    : `its image has SHA-256 ${installed}, not ${sha256}`;
}

/** The record has none where the easyconfig gave none at the install. */
async function hashOwnImage(path: HostPath, signal: AbortSignal | undefined): Promise<string | undefined> {
  return (await isFile(path)) ? hashFile(path, signal) : undefined;
}

/** A checksum has been compared with that of the image. */
function describeOtherEasyconfig(keptText: string | undefined, now: Easyconfig): string | undefined {
  const other = differencesOf(keptText, now, now.image?.sha256);
  if (other === undefined) return 'the easyconfig that it was installed from is not kept, or cannot be read';
  return other.length === 0 ? undefined : `installed from another easyconfig (${other.join(', ')})`;
}
