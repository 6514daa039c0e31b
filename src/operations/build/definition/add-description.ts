import { basename } from 'node:path';
import { discoverImageContents } from '../../../discover/image.ts';
import type { Definition } from '../../../formats/definition/types.ts';
import { withFileReader } from '../../../host/file-reader.ts';
import { isFile } from '../../../host/files.ts';
import { hashFile } from '../../../host/hash-file.ts';
import { lookUpProgram } from '../../../host/look-up.ts';
import { writePieces } from '../../../host/write-pieces.ts';
import type { SifImage } from '../../../image/types.ts';
import { type AddedObject, extendSif } from '../../../image/write-sif.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { type HostPath, hostPath } from '../../../lib/paths.ts';
import { sha256Of } from '../../../records/record.ts';
import type { Context } from '../../context.ts';
import { readEpoch } from '../epoch.ts';
import { recordObject } from '../read-record.ts';
import { makeSbom } from '../sbom.ts';
import type { BuildRecord } from '../types.ts';
import type { DefinitionOptions } from './definition-options.ts';

export interface Described {
  readonly from: DefinitionOptions['from'];
  readonly definition: Definition;
  /** Which way it was built, in words. */
  readonly builder: string;
  readonly runtime: string | undefined;
  /** A directory of its own. */
  readonly work: HostPath;
}

/**
 * Adds to a new image what it was made of and which packages are in it, as objects of the SIF: its files stay as they are.
 * Without the squashfs tools the packages are not known.
 */
export async function addDescription(
  part: HostPath,
  described: Described,
  context: Context,
): Promise<BuildRecord | undefined> {
  const { image } = await discoverImageContents(part);
  if (image.kind !== 'sif' || !('rootFileSystem' in image) || image.descriptorsFree < 2) return undefined;
  const record = await makeRecord(described, context);
  const data = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
  const added: AddedObject[] = [{ type: 'generic-json', name: recordObject, data }];
  const list = await listPackages(part, image, { described, record, context });
  await addObjects(part, image, list === undefined ? added : [...added, list]);
  return record;
}

async function makeRecord({ from, definition, builder }: Described, context: Context): Promise<BuildRecord> {
  const [stage] = definition.stages.slice(-1);
  const { bootstrap = '', from: base = '' } = stage?.base ?? {};
  const path = hostPath(base, context.cwd);
  const isHere = bootstrap === 'localimage' && (await isFile(path));
  const input =
    'definition' in from
      ? {
          ...{ kind: 'definition' as const, from: [basename(from.definition), ...from.buildArg], path: '/' },
          sha256: { [basename(from.definition)]: sha256Of(definition.text) },
        }
      : { kind: 'packages' as const, from: from.packages, path: '/' };
  return {
    form: 1,
    ctinstall: context.toolVersion,
    builder,
    base: isHere
      ? { file: basename(path), sha256: await hashFile(path, context.signal) }
      : { file: bootstrap === 'localimage' ? basename(base) : `${bootstrap}: ${base}` },
    inputs: [input],
  };
}

/** What cannot be listed does no harm to the image. */
async function listPackages(
  part: HostPath,
  { rootFileSystem: { offset, squashfs }, created }: SifImage,
  { described, record, context }: { described: Described; record: BuildRecord; context: Context },
): Promise<AddedObject | undefined> {
  if (squashfs === undefined || (await lookUpProgram('unsquashfs', context.environment.PATH)) === undefined)
    return undefined;
  const { runtime, work } = described;
  const name = `${record.base.file} with ${record.inputs.flatMap(({ from }) => from).join(', ')}`;
  const time = readEpoch(context.environment) ?? created ?? 0;
  try {
    return await makeSbom({ file: part, offset }, { name, base: part, runtime, work, time }, context);
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
    context.reporter.report({ event: 'note', message: `the packages in the image are not listed: ${error.message}` });
    return undefined;
  }
}

async function addObjects(file: HostPath, image: SifImage, added: readonly AddedObject[]): Promise<void> {
  const { descriptors, rootFileSystem: root, dataOffset, modified = 0 } = image;
  const { pieces, end } = await withFileReader(file, async (reader) => {
    const front = await reader.read(0, dataOffset);
    const behind = descriptors.filter(({ offset }) => offset > root.offset).toSorted((a, b) => a.offset - b.offset);
    const kept: { id: number; data: Uint8Array }[] = [];
    for (const { id, offset, size } of behind) kept.push({ id, data: await reader.read(offset, size) });
    const size = descriptors.find(({ id }) => id === root.id)?.size ?? 0;
    const identity = { uuid: front.slice(48, 64), time: modified };
    const all = extendSif(front, { ...identity, root: { id: root.id, size }, kept, dropped: [], added });
    return { pieces: all, end: root.offset + size };
  });
  const size = pieces.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes.length), end);
  await writePieces(file, pieces, { size });
}
