import { endianness } from 'node:os';
import type { Definition, Script, Stage } from '../../../formats/definition/types.ts';
import { makeDirectory, removeFile, writeFileWhole } from '../../../host/files.ts';
import { commandError } from '../../../host/run.ts';
import { goArchitecture } from '../../../image/check-architecture.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { type HostPath, joinHost } from '../../../lib/paths.ts';
import type { Context } from '../../context.ts';
import { readEpoch } from '../epoch.ts';
import { requireSquashfsTools } from '../squashfs-tools.ts';
import { step } from '../step.ts';
import { copyStageFiles } from './copy-files.ts';
import { type Guest, runInGuest, withGuest } from './guest.ts';
import { packSif } from './pack-sif.ts';
import { postCommand, renderStageFiles, stageLabels } from './render-stage.ts';
import { renderInspection, takeWrittenLabels, writeStageFiles } from './stage-metadata.ts';
import { makeOwn, type UnpackOptions, unpackBase } from './unpack-base.ts';

export interface TreeBuild extends Pick<UnpackOptions, 'fetch'> {
  readonly definition: Definition;
  /** The program, needed where there is a `%post` or `%test`. */
  readonly proot: string | undefined;
  /** A directory of its own, for the trees. */
  readonly work: HostPath;
  /** Keeps what a failed script said; gives back where. */
  readonly keepLog: (text: string) => Promise<string>;
}

/**
 * Builds a definition file with no right but the user's: the base is unpacked, changed, and packed into a new SIF. Commands run
 * in it by proot.
 * @throws CtinstallError `build-impossible` before anything of the file runs, `command-failed`, `image-…`, `no-space`
 */
export async function buildInTree(part: HostPath, build: TreeBuild, context: Context): Promise<void> {
  await requireSquashfsTools(context);
  const { definition, work } = build;
  const epoch = readEpoch(context.environment);
  const facts = {
    architecture: goArchitecture(process.arch, endianness()),
    time: epoch ?? Math.floor(Date.now() / 1000),
  };
  const trees = new Map<string, HostPath>();
  let root = work;
  for (const [index, stage] of definition.stages.entries()) {
    const place = joinHost(work, `stage-${index}`);
    root = joinHost(place, 'root');
    await makeDirectory(place);
    await step(context.reporter, `unpack ${stage.base.from}`, () =>
      unpackBase(stage, { root, work: place, fetch: build.fetch }, context),
    );
    await copyStageFiles(stage, root, trees, context);
    await runStage(stage, { root, place, build, facts }, context);
    await makeOwn(root, context);
    if (stage.name !== undefined) trees.set(stage.name, root);
  }
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const objects = [
    { type: 'definition-file', name: 'Singularity', data: encode(definition.text) },
    { type: 'generic-json', name: 'inspect-metadata.json', data: encode(await renderInspection(root)) },
  ] as const;
  await step(context.reporter, 'pack the image', () =>
    packSif(part, { root, objects, ...facts, isReproducible: epoch !== undefined }, context),
  );
}

interface StageBuild {
  readonly root: HostPath;
  readonly place: HostPath;
  readonly build: TreeBuild;
  readonly facts: { readonly architecture: string; readonly time: number };
}

async function runStage(stage: Stage, { root, place, build, facts }: StageBuild, context: Context): Promise<void> {
  const { post, test } = stage.scripts;
  const finish = async (): Promise<void> => {
    const labels = stageLabels(stage, { ...facts, written: await takeWrittenLabels(root) });
    await writeStageFiles(root, renderStageFiles(stage, build.definition.text), labels);
  };
  if (post === undefined && test === undefined) return finish();
  if (build.proot === undefined) throw new Error('a script is to be run, and nothing runs it');
  await withGuest({ proot: build.proot, root, work: place }, context, async (guest) => {
    if (post !== undefined) await runPost(post, guest, build, context);
    await finish();
    if (test !== undefined) await runSection('test', ['/.singularity.d/test'], { guest, build }, context);
  });
}

async function runPost(post: Script, guest: Guest, build: TreeBuild, context: Context): Promise<void> {
  const script = '/.post.script';
  await writeFileWhole(joinHost(guest.root, script), post.text, 0o755);
  await runSection('post', postCommand(post, script), { guest, build }, context);
  await removeFile(joinHost(guest.root, script));
}

async function runSection(
  name: string,
  argv: readonly [string, ...string[]],
  { guest, build }: { readonly guest: Guest; readonly build: TreeBuild },
  context: Context,
): Promise<void> {
  const result = await step(context.reporter, `run %${name}`, () => runInGuest(guest, argv, context));
  if (result.exitCode === 0) return;
  const kept = await build.keepLog(`${result.stdout}${result.stderr}`);
  const { message, details } = commandError(argv, result, `\`%${name}\` in the image`);
  throw new CtinstallError('command-failed', message, { details, hint: `all that it said is in \`${kept}\`` });
}
