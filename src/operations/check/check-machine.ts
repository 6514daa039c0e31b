import { hostname, release, type } from 'node:os';
import { checkMorePrefixes, checkPrefixRoom } from '../../discover/check-prefix-room.ts';
import { checkSharing } from '../../discover/check-sharing.ts';
import { checkEasyconfigPath } from '../../discover/easyconfig-path.ts';
import { checkGpus } from '../../discover/gpus.ts';
import { checkHostMpi, type WantedMpi } from '../../discover/host-mpi.ts';
import { checkImageDirs } from '../../discover/image-dirs.ts';
import type { Machine } from '../../discover/machine.ts';
import { checkModulePath, checkModulesTool } from '../../discover/modules-tool.ts';
import { checkSite } from '../../discover/site-finding.ts';
import { checkSlurm } from '../../discover/slurm.ts';
import { checkSquashfsTools } from '../../discover/squashfs-tools.ts';
import { checkCoverage } from '../../discover/uncovered-paths.ts';
import { checkFuse, checkUserNamespaces } from '../../discover/user-namespaces.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type Finding, foundThing, stoppedBy } from '../../lib/finding.ts';
import { hostPath, modulePathOf } from '../../lib/paths.ts';
import { checkMounts, checkRuntime } from '../../runtime/check-runtime.ts';
import { probeMounts } from '../../runtime/mount-probe.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import { settingsPlaces } from '../../settings/files.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { detectPreset } from '../../settings/read.ts';
import { refuseCheckout } from '../../settings/read-checkout.ts';
import { findPrefixFault } from '../../settings/read-home.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, easyconfigPath, readSettingsOf } from '../context.ts';
import { checkGpuFit } from '../gpu/check-gpu-fit.ts';
import { requirePolicy } from '../install/site-policy.ts';
import { withWritablePrefix } from '../install/writable-prefix.ts';
import { checkFittedMpi } from '../mpi/check-fitted-mpi.ts';
import { checkBuilding } from './check-building.ts';

/** Finds out what this machine has and what is wrong with it. `overrides` count more than the files of settings. */
export async function checkMachine(overrides: SettingsValues, context: Context): Promise<readonly Finding[]> {
  const read = await readSettingsOf(context, overrides, { needsPrefix: false });
  const noPrefix = await findPrefixFault(read, context.environment);
  const settings = noPrefix === undefined ? await withWritablePrefix(read, context) : read;
  return lookAround(settings, context, noPrefix);
}

/** All findings, in the order of the page; what takes time is done at once. */
async function lookAround(
  settings: Settings,
  context: Context,
  noPrefix: CtinstallError | undefined,
): Promise<Finding[]> {
  const { environment, signal, cwd } = context;
  const machine: Machine = { environment, root: hostPath('/'), signal };
  const runtime = await discoverRuntime(settings.runtime, environment);
  const mounts = runtime.kind === 'found' ? probeMounts(runtime.value.path, machine, cwd) : undefined;
  const coverage = async (): Promise<Finding[]> => {
    const probe = await mounts;
    const shown = probe?.kind === 'tried' ? probe.shown : [];
    const covered = await checkCoverage({ cwd, environment, bindGroups: settings.bindGroups, shown });
    // Without a runtime nobody can say what it would show by itself.
    return runtime.kind === 'found' ? covered : covered.filter(({ state }) => state === 'found');
  };
  const groups = await Promise.all([
    [describeTool(context), checkRuntime(runtime)],
    mounts?.then(checkMounts) ?? [],
    checkUserNamespaces(machine),
    checkFuse(machine),
    checkSquashfsTools(machine),
    checkBuilding(runtime, machine),
    checkModulesTool(machine, settings.modulesTool),
    noPrefix === undefined ? checkModulePath(modulePathOf(settings.prefix), machine) : [],
    detectPreset(settingsPlaces(context), environment).then((detected) => checkSite(settings, detected)),
    noPrefix === undefined ? checkWholePrefix(settings, context) : [stoppedBy('prefix', noPrefix)],
    checkPolicy(settings, context),
    checkMorePrefixes(settings.morePrefixes),
    checkEasyconfigPath(easyconfigPath(context, settings), settings.easyconfigs, signal),
    checkImageDirs(settings.imageDirs),
    coverage(),
    checkSlurm(machine),
    checkHostMpi(machine, wantedMpiOf(settings)),
    checkGpus(machine),
    noPrefix === undefined ? checkFittedMpi(settings, context) : [],
    noPrefix === undefined ? checkGpuFit(settings, context) : [],
  ]);
  return groups.flat();
}

function wantedMpiOf({ hostMpi, origins }: Settings): WantedMpi | undefined {
  return hostMpi === undefined ? undefined : { family: hostMpi, origin: origins.host_mpi.join(', ') };
}

function describeTool({ toolVersion }: Context): Finding {
  return foundThing('ctinstall', `${toolVersion} on ${hostname()}`, [
    `Node.js ${process.versions.node}`,
    `${type()} ${release()}`,
    process.arch,
  ]);
}

async function checkWholePrefix(settings: Settings, { environment }: Context): Promise<Finding[]> {
  const { prefix, origins } = settings;
  return [
    ...(await checkPrefixPlace(settings, environment)),
    ...(await checkPrefixRoom(prefix, origins.prefix.join(', '))),
    ...(await checkSharing(settings)),
  ];
}

/** A line only where every install would be refused: for a hook that cannot run, or a group that is not the user's. */
async function checkPolicy(settings: Settings, context: Context): Promise<Finding[]> {
  try {
    await requirePolicy(settings, context);
    return [];
  } catch (error) {
    if (error instanceof CtinstallError) return [stoppedBy('site policy', error)];
    throw error;
  }
}

/** A line only where the path itself will not do. */
async function checkPrefixPlace(settings: Settings, environment: Context['environment']): Promise<Finding[]> {
  try {
    checkPrefix(settings);
    await refuseCheckout(settings, environment);
    return [];
  } catch (error) {
    if (error instanceof CtinstallError) return [stoppedBy('prefix', error)];
    throw error;
  }
}
