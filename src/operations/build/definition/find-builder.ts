import { type BuildFacts, discoverBuildFacts } from '../../../discover/build-facts.ts';
import type { Definition } from '../../../formats/definition/types.ts';
import { writeFileWhole } from '../../../host/files.ts';
import { lookUpProgram } from '../../../host/look-up.ts';
import { withTemporaryDirectory } from '../../../host/temporary.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../../lib/paths.ts';
import { discoverRuntime, type Runtime } from '../../../runtime/runtime.ts';
import { runtimeVariable } from '../../../runtime/runtime-environment.ts';
import type { Settings } from '../../../settings/types.ts';
import type { Context } from '../../context.ts';
import { buildInTree } from '../proot/build-in-tree.ts';
import { refuseStages, runsScripts } from '../proot/refuse-stages.ts';
import { temporaryName } from '../remains.ts';
import { chooseRuntimeWay, chooseTreeWay, type RuntimeWay, type TreeWay, type WayChoice } from './choose-way.ts';
import { type RuntimeBuild, runBuild } from './run-build.ts';
import { unpackBases } from './unpack-bases.ts';

type Place = Pick<RuntimeBuild, 'part' | 'work' | 'keepLog'>;

/** What builds a definition file here. */
export interface Builder {
  /** One line: which way it is, and what that cannot do. */
  readonly says: string;
  /** For the record of the image. */
  readonly name: string;
  /** The program of the container runtime, if there is one. */
  readonly runtime: string | undefined;
  readonly build: (place: Place, context: Context) => Promise<void>;
}

interface Wish {
  readonly asked: WayChoice | undefined;
  readonly runtime: Settings['runtime'];
  /** By proot commands run with all rights of the user. */
  readonly mayUseProot: boolean;
}

/** The runtime where it can, else ctinstall itself with proot. @throws CtinstallError `build-impossible`, `runtime-missing`, `definition-invalid` */
export async function findBuilder(definition: Definition, wish: Wish, context: Context): Promise<Builder> {
  const found = await findRuntime(wish.runtime, context);
  if (wish.asked !== 'proot' && 'way' in found && found.way.kind === 'runtime') {
    const { runtime, facts, way } = found;
    return {
      says: `\`${runtime.name}\` builds it ${way.says}`,
      name: [runtime.flavour, runtime.version].filter((part) => part !== undefined).join(' '),
      runtime: runtime.path,
      build: (place, now) => buildByRuntime(definition, { ...place, runtime, facts, flags: way.flags }, now),
    };
  }
  const proot = await lookUpProgram('proot', context.environment.PATH);
  const way = chooseTreeWay({ proot, runsScripts: runsScripts(definition.stages) });
  if (wish.asked === 'runtime' || way.kind === 'none')
    throw wish.asked === 'proot' ? impossible('proot', way) : lackOf(found);
  if (!wish.mayUseProot && way.proot !== undefined)
    throw new CtinstallError('host-commands', 'here the definition file is built by `proot`, which is no sandbox', {
      hint: 'if you trust its commands as your own: `--allow-host-commands`',
    });
  await refuseStages(definition.stages, context.cwd);
  const runtime = 'tried' in found ? undefined : found.runtime.path;
  return {
    says: way.says,
    name: way.proot === undefined ? 'ctinstall' : 'ctinstall with proot',
    runtime,
    build: (place, now) => buildByTree(definition, { ...place, proot: way.proot, found }, now),
  };
}

type FoundRuntime =
  | { readonly tried: readonly string[] }
  | { readonly runtime: Runtime; readonly facts: BuildFacts; readonly way: RuntimeWay };

async function findRuntime(wanted: Settings['runtime'], { environment, signal }: Context): Promise<FoundRuntime> {
  const found = await discoverRuntime(wanted, environment);
  if (found.kind === 'missing') return { tried: found.tried };
  const runtime = found.value;
  const facts = await discoverBuildFacts(runtime.path, { environment, root: hostPath('/'), signal });
  return { runtime, facts, way: chooseRuntimeWay(runtime.flavour, facts) };
}

function lackOf(found: FoundRuntime): CtinstallError {
  if ('tried' in found)
    return new CtinstallError('runtime-missing', `no container runtime: tried ${found.tried.join(', ')}`, {
      hint: 'load its module, or name it with `--runtime <program>`',
    });
  return impossible(found.runtime.name, found.way);
}

function impossible(builder: string, way: RuntimeWay | TreeWay): CtinstallError {
  const { why, hint } = way.kind === 'none' ? way : { why: 'it was not asked for', hint: undefined };
  return new CtinstallError('build-impossible', `\`${builder}\` cannot build a definition file here: ${why}`, { hint });
}

async function buildByRuntime(
  definition: Definition,
  build: Omit<RuntimeBuild, 'from' | 'facts'> & { readonly facts: BuildFacts },
  context: Context,
): Promise<void> {
  const { runtime, facts } = build;
  const from = joinHost(build.work, 'image.def');
  await inTreePlace(build.work, context, async (work) => {
    await writeFileWhole(from, await unpackBases(definition, { runtime, facts, work }, context), 0o600);
    await runBuild({ ...build, from }, context);
  });
}

interface TreePlace extends Place {
  readonly proot: string | undefined;
  readonly found: FoundRuntime;
}

async function buildByTree(
  definition: Definition,
  { part, work, keepLog, proot, found }: TreePlace,
  context: Context,
): Promise<void> {
  // What the image begins with may be in a registry: that needs the runtime, but no namespaces.
  const fetch = async (from: string, sif: HostPath): Promise<void> => {
    if ('tried' in found) throw lackOf(found);
    const { runtime, facts } = found;
    await runBuild({ from, part: sif, work, flags: [], runtime, facts, keepLog }, context);
  };
  await inTreePlace(work, context, (place) =>
    buildInTree(part, { definition, proot, work: place, keepLog, fetch }, context),
  );
}

/** A directory for unpacked images, which have many files: where the user wants those of the runtime to be. */
async function inTreePlace(work: HostPath, context: Context, use: (place: HostPath) => Promise<void>): Promise<void> {
  const parent = runtimeVariable(context.environment, 'TMPDIR') ?? joinHost(work, 'tmp');
  await withTemporaryDirectory(parent, (directory) => use(hostPath(directory)), await temporaryName());
}
