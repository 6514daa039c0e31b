import { makeDirectory } from '../../host/files.ts';
import { makeSymbolicLink } from '../../host/links.ts';
import { withTemporaryDirectory } from '../../host/temporary.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath } from '../../lib/paths.ts';
import type { MpiRun } from '../../mpi/comparison.ts';
import { decideMpi } from '../../mpi/decide.ts';
import { chooseTestProgram, testPrograms } from '../../mpi/test-program.ts';
import type { HostFacts, LookedAtMpi, MpiDecision, MpiReplace, WantedMpi } from '../../mpi/types.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { prefixesOf } from '../installed/all-prefixes.ts';
import { findInstalled } from '../installed/find-installed.ts';
import { lookForMpi, readMpiFacts } from './fit-install.ts';
import { findInstalledImage, readOwnWishes } from './fit-installed.ts';
import { runTest, writeTestProgram } from './run-test.ts';
import { findTestLauncher } from './test-launcher.ts';

export interface TestMpiOptions {
  readonly module: string;
  readonly nodes: number;
  readonly ranks: number;
  /** Seconds that a run may take. */
  readonly seconds: number;
  readonly settings: SettingsValues;
}

/** Two runs of one program in one image. */
export interface MpiComparison {
  readonly module: string;
  readonly container: MpiRun;
  readonly host: MpiRun;
  readonly way: MpiDecision['way'];
}

/** Runs a ping-pong with the container's MPI, and with the host's. @throws CtinstallError `mpi-unfit` where the host's does not fit */
export async function testMpi(options: TestMpiOptions, context: Context): Promise<MpiComparison> {
  const settings = await readSettingsOf(context, options.settings);
  const { installDir, record } = await findInstalled(options.module, prefixesOf(settings), context);
  const { image: recorded } = record;
  if (recorded === undefined)
    throw new CtinstallError('mpi-unfit', `${record.moduleName} has no image to run a test in`, {
      hint: 'name a module with an image',
    });
  const centralImages = settings.imageDirs.map((directory) => hostPath(recorded.file, directory));
  const image = await findInstalledImage({ installDir, centralImages }, record);
  const runtime = await discoverRuntime(settings.runtime, context.environment);
  if (image === undefined) throw new CtinstallError('image-not-found', `the image of ${record.moduleName} is gone`);
  if (runtime.kind === 'missing')
    throw new CtinstallError('runtime-missing', `no container runtime: tried ${runtime.tried.join(' and ')}`);
  const facts = await readMpiFacts({ settings, runtime: runtime.value.path }, context);
  const looked = await lookForMpi(image, facts, context);
  const [own] = looked.image?.mpis ?? [];
  if (looked.image === undefined || own === undefined)
    throw new CtinstallError(
      'mpi-unfit',
      `${record.moduleName} has no MPI to be tested${looked.image === undefined ? `: ${looked.why}` : ''}`,
    );
  // Where all nodes of a job see it: the current directory, as for the output of jobs.
  return withTemporaryDirectory(context.cwd, async (directory) => {
    const wishes = await readOwnWishes(installDir);
    const decideFor = (replace: MpiReplace) =>
      decide({ ...wishes, replace, origin: 'mpi test' }, { facts, looked, directory });
    const [none, host] = [decideFor('none'), decideFor('auto')];
    if (host.way === 'none')
      throw new CtinstallError(
        'mpi-unfit',
        `there is nothing to compare: ${host.refused.map(({ way, why }) => `\`${way}\` does not fit, as ${why}`).join('; ')}`,
        { hint: host.refused[0]?.hint },
      );
    const program = chooseTestProgram(looked.image, options.ranks);
    if (program === undefined)
      throw new CtinstallError(
        'mpi-unfit',
        `${record.moduleName} has nothing to test its MPI with: looked for ${testPrograms}`,
      );
    await makeLinks(`${directory}/links`, host);
    const launcher = await findTestLauncher(options, { facts, image: looked.image, context });
    const start = { options, launcher, program, runtime: runtime.value.path, image, directory };
    await writeTestProgram(start, context);
    const product = host.way === 'mpi' ? host.host?.product : undefined;
    const run = (decision: MpiDecision, name: string, version: string) =>
      runTest({ ...start, decision, name, version }, context);
    const container = await run(none, "container's", own.name);
    return {
      module: record.moduleName,
      way: host.way,
      container,
      host: await run(host, "host's", product ?? own.name),
    };
  });
}

function decide(
  wanted: WantedMpi,
  { facts, looked, directory }: { facts: HostFacts; looked: LookedAtMpi; directory: string },
): MpiDecision {
  const decided = decideMpi(wanted, facts, looked, { linksDirectory: `${directory}/links`, bound: [] });
  if (decided.decision === undefined)
    throw new CtinstallError('mpi-unfit', decided.refused.why, { hint: decided.refused.hint });
  return decided.decision;
}

async function makeLinks(directory: string, { links }: MpiDecision): Promise<void> {
  await makeDirectory(directory);
  for (const { name, target } of links) await makeSymbolicLink(target, `${directory}/${name}`);
}
