import { checkSlurm } from '../../discover/slurm.ts';
import { isFile } from '../../host/files.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { ambiguousThing, type Finding, foundThing, missingThing, unusableThing } from '../../lib/finding.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { fitLibfabric, fitMpi, hintForMissing } from '../../mpi/fit.ts';
import { anyImage, type HostFacts, type HostSet, type LookedAtMpi } from '../../mpi/types.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';
import { findInstalled, type Installed } from '../installed/find-installed.ts';
import { lookForMpi, readMpiFacts } from './fit-install.ts';
import { findInstalledImage, readKeptMpi, readOwnWishes } from './fit-installed.ts';
import { readSavedMpi } from './saved-mpi.ts';

/** How an install stands to the MPI of the host. */
export interface MpiOfInstall {
  readonly module: string;
  /** The way it was given, if it was given one. */
  readonly way: string | undefined;
  /** What would fit now, where that was asked for. */
  readonly fits: readonly { readonly way: string; readonly why: string; readonly isFit: boolean }[] | undefined;
}

export interface FoundOfMpi {
  readonly findings: readonly Finding[];
  readonly installs: readonly MpiOfInstall[];
  readonly facts: HostFacts;
}

/** What this machine has of MPI; and of installs what they were given, or of those that are named what fits them. */
export async function findMpi(
  { modules, settings: flags }: { modules: readonly string[]; settings: SettingsValues },
  context: Context,
): Promise<FoundOfMpi> {
  const settings = await readSettingsOf(context, flags, { needsPrefix: modules.length > 0 });
  const machine = { environment: context.environment, root: hostPath('/'), signal: context.signal };
  const [facts, slurm, launchers] = await Promise.all([
    readMpiFacts({ settings, runtime: settings.runtime ?? 'singularity' }, context),
    checkSlurm(machine),
    findLaunchers(context),
  ]);
  const prefixes = prefixesOf(settings);
  const named = await Promise.all(modules.map((name) => findInstalled(name, prefixes, context)));
  const all: Installed[] =
    named.length > 0
      ? named
      : (await readAllRecords(prefixes, context)).flatMap(({ installDir, record }) =>
          record === undefined ? [] : { installDir, record },
        );
  const installs: MpiOfInstall[] = [];
  for (const each of all)
    installs.push({
      module: each.record.moduleName,
      way: (await readKeptMpi(each.installDir))?.way,
      fits: named.length === 0 ? undefined : await findFits(each, { facts, settings, context }),
    });
  return {
    facts,
    installs,
    findings: [describeHost(facts), ...(await describeTrace(context)), describeFabric(facts), launchers, slurm],
  };
}

async function findFits(
  { installDir, record }: Installed,
  { facts, settings, context }: { facts: HostFacts; settings: Settings; context: Context },
): Promise<NonNullable<MpiOfInstall['fits']>> {
  const looked = await lookAtInstalled({ installDir, record }, { facts, settings, context });
  const { never, glibc } = await readOwnWishes(installDir);
  return (
    [
      ['mpi', fitMpi],
      ['libfabric', fitLibfabric],
    ] as const
  ).map(([way, fitsHere]) => {
    if (never.includes(way)) return { way, why: 'its easyconfig refuses it (`never`)', isFit: false };
    const fit = fitsHere(facts, looked, glibc);
    return { way, why: fit.why, isFit: fit.kind === 'fit' };
  });
}

async function lookAtInstalled(
  { installDir, record }: Installed,
  { facts, settings, context }: { facts: HostFacts; settings: Settings; context: Context },
): Promise<LookedAtMpi> {
  const { image } = record;
  if (image === undefined) return anyImage;
  const centralImages = settings.imageDirs.map((directory): HostPath => hostPath(image.file, directory));
  const path = await findInstalledImage({ installDir, centralImages }, record);
  return path === undefined ? { image: undefined, why: 'its image is gone' } : lookForMpi(path, facts, context);
}

function describeSet({ main, libraries, plugins }: HostSet): string {
  const more = plugins.length === 0 ? '' : `, loads more from ${plugins.map(({ path }) => path).join(' and ')}`;
  return `${main.path}, ${libraries.length} libraries with all that it is linked with${more}`;
}

function describeHost({ mpi }: HostFacts): Finding {
  const what = 'host MPI';
  if (mpi.state === 'found') return foundThing(what, `${mpi.mpi.product}: ${describeSet(mpi.mpi)}`, [mpi.mpi.how]);
  if (mpi.state === 'missing') return missingThing(what, mpi.tried, { hint: hintForMissing(mpi.tried) });
  return ambiguousThing(what, mpi.candidates.join(' and '), mpi.tried, {
    hint: 'name one: ctinstall settings set mpi_library <path>',
  });
}

/** A line only where one was kept. */
async function describeTrace(context: Context): Promise<Finding[]> {
  const { trace } = await readSavedMpi(context);
  if (trace === undefined) return [];
  const there = await Promise.all(trace.libraries.map(({ path }) => isFile(path)));
  const gone = trace.libraries.filter((_, index) => there[index] === false).map(({ path }) => path);
  const hint = 'after an update of the system: ctinstall mpi trace --save -- <command>';
  if (gone.length > 0)
    return [unusableThing('traced run', `gone since: ${gone.join(', ')}`, [trace.command], { hint })];
  return [foundThing('traced run', `${trace.libraries.length} libraries of ${trace.main}`, [trace.command])];
}

function describeFabric({ libfabric, devices }: HostFacts): Finding {
  const what = 'fabric';
  const network = devices.length === 0 ? 'no device of a fast network' : devices.join(', ');
  if (libfabric === undefined)
    return missingThing(what, ['`libfabric.so.1`'], { value: `${network}, and no libfabric` });
  return foundThing(what, `${network}; libfabric: ${describeSet(libfabric)}`, []);
}

async function findLaunchers({ environment }: Context): Promise<Finding> {
  const names = ['srun', 'mpiexec', 'mpirun', 'flux', 'palsd', 'jsrun'];
  const paths = await Promise.all(names.map((name) => lookUpProgram(name, environment.PATH)));
  const found = paths.filter((path) => path !== undefined);
  if (found.length === 0)
    return missingThing(
      'launcher',
      names.map((name) => `\`${name}\``),
    );
  return foundThing('launcher', found.join(', '), []);
}
