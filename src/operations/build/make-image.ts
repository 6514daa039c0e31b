import { basename } from 'node:path';
import { isOfLayers } from '../../easyconfig/image-source.ts';
import { isDirectory, makeDirectory, readTextIfThere, writeFileWhole } from '../../host/files.ts';
import { run } from '../../host/run.ts';
import { syncEarly } from '../../host/sync-early.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import type { Base } from './base.ts';
import { copyBase, type HashedBase, withHash } from './copy-base.ts';
import { renderEnvironment } from './environment.ts';
import { finishSif, hashAppended, readMoved } from './finish-sif.ts';
import { isOfRoot } from './inputs.ts';
import { addLabels, type Labels } from './labels.ts';
import { placeholderOfSha256, writeLateText } from './late-text.ts';
import { makeInputs } from './make-inputs.ts';
import { addToSquashfs } from './pack.ts';
import type { BuildPlan, Making } from './plan.ts';
import { shownBase, topOf } from './plan-build.ts';
import { recordObject } from './read-record.ts';
import { makeSbom } from './sbom.ts';
import { step } from './step.ts';
import type { BuildInput, BuildRecord } from './types.ts';
import { environmentFile, recordName, runtimeDirectory, verify } from './verify.ts';

/** Makes an image: at `part` it is whole, verified and on disk when this returns. */
export function makeImage(part: HostPath, making: Making, context: Context): Promise<BuildRecord> {
  const { base } = making.plan;
  const options = { expected: making.options.baseSha256, signal: context.signal };
  return withHash(base, options, (hashed) => makeOf(hashed, part, making, context));
}

async function makeOf(hashed: HashedBase, part: HostPath, making: Making, context: Context): Promise<BuildRecord> {
  const { plan, work } = making;
  const { base, own } = plan;
  const { reporter } = context;
  const layer = joinHost(work, 'layer');
  await makeDirectory(joinHost(layer, own));
  await makeDirectory(joinHost(work, 'sources'));
  const made = await makeInputs(layer, making, context);
  const time = Math.max(plan.time, made.newest);
  if (base.image.descriptors.some(({ type }) => type === 'signature'))
    reporter.report({
      event: 'note',
      message: `the signature of ${base.file} does not hold for what is added: it is left out`,
    });
  await copyBase(hashed, part, context);
  const copied = syncEarly(part);
  const descriptionOf = (sha256: string): Description => describe(sha256, { plan, inputs: made.inputs }, context);
  const placeholder = placeholderOfSha256();
  await writeDescription(layer, { plan, inputs: made.inputs, ...descriptionOf(placeholder) }, context);
  const title = `add files to ${basename(plan.to)}`;
  const { record, json } = await step(reporter, title, async () => {
    const target = { file: part, offset: base.image.rootFileSystem.offset };
    const stored = [`${own}/${recordName}`, ...(isOfLayers(base.file) ? [] : [`${runtimeDirectory}/labels.json`])];
    const packing = { directories: directoriesOf(layer, plan), replaces: [runtimeDirectory], stored, time, title };
    const changedFrom = await addToSquashfs(
      { ...target, shown: shownBase(base, making.options) },
      { ...packing, work: joinHost(work, 'sources') },
      context,
    );
    const text = await hashed.sha256();
    await writeLateText(part, { placeholder, text, count: stored.length, from: changedFrom });
    const description = descriptionOf(text);
    await copied;
    const appended = syncEarly(part);
    const [sbom, uuid] = await Promise.all([
      makeSbom(
        target,
        { name: nameOf(base, made.inputs), base: base.path, runtime: made.runtime, work, time },
        context,
      ),
      hashAppended(part, { image: base.image, baseSha256: text, changedFrom }),
    ]);
    await appended;
    const added = [{ type: 'generic-json', name: recordObject, data: Buffer.from(description.json) } as const, sbom];
    const moved = await readMoved(base.path, base.image, description.labels);
    await finishSif(part, { image: base.image, added, ...moved, time, hash: uuid });
    return description;
  });
  await step(reporter, 'verify the image', () => verify(part, { json, own, work, base }, context));
  return record;
}

interface Description {
  readonly record: BuildRecord;
  readonly json: string;
  readonly labels: Labels;
}

function describe(
  sha256: string,
  { plan, inputs }: { readonly plan: BuildPlan; readonly inputs: readonly BuildInput[] },
  { toolVersion }: Context,
): Description {
  const { base, own, mksquashfs } = plan;
  const record: BuildRecord = {
    form: 1,
    directory: `/${own}`,
    ctinstall: toolVersion,
    mksquashfs,
    base: { file: base.file, sha256 },
    inputs,
  };
  const labels: Labels = {
    'ctinstall.build.version': toolVersion,
    'ctinstall.build.base': isOfLayers(base.file) ? base.file : `${base.file}@sha256:${sha256}`,
  };
  return { record, json: `${JSON.stringify(record, null, 2)}\n`, labels };
}

/** By the names that they get in the root of the image. */
function directoriesOf(layer: HostPath, { own, files }: BuildPlan): Map<string, HostPath> {
  const directories = new Map(
    [own, runtimeDirectory, ...files.map(topOf)].map((name) => [name, joinHost(layer, name)]),
  );
  for (const each of files.filter(isOfRoot)) directories.set(topOf(each), each.from);
  return directories;
}

/** The same whatever the image is called: the same inputs give the same bytes. */
function nameOf(base: Base, inputs: readonly BuildInput[]): string {
  return `${base.file} with ${inputs.flatMap(({ from }) => from).join(', ')}`;
}

/** The record; and the base's runtime directory, with a script that finds what was added, and labels. */
async function writeDescription(
  layer: HostPath,
  { plan, inputs, json, labels }: Description & { readonly plan: BuildPlan; readonly inputs: readonly BuildInput[] },
  { environment, signal }: Context,
): Promise<void> {
  const { base, own } = plan;
  await writeFileWhole(joinHost(layer, own, recordName), json, 0o644);
  const offset = String(base.image.rootFileSystem.offset);
  const flags = ['-q', '-n', '-f', '-no-xattrs', '-d', layer, '-o', offset];
  await run(['unsquashfs', ...flags, base.path, runtimeDirectory], { env: environment, signal });
  const directory = joinHost(layer, runtimeDirectory);
  await makeDirectory(joinHost(directory, 'env'));
  const programs: string[] = [];
  for (const { path } of inputs) {
    const here = plan.files.find((each) => each.path === path)?.from ?? joinHost(layer, path);
    if (await isDirectory(joinHost(here, 'bin'))) programs.push(`${path}/bin`);
  }
  await writeFileWhole(joinHost(directory, 'env', environmentFile(own)), renderEnvironment(inputs, programs), 0o755);
  const file = joinHost(directory, 'labels.json');
  await writeFileWhole(file, addLabels(await readTextIfThere(file), labels), 0o644);
}
