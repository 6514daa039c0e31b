import type { BuiltFacts } from '../../easyconfig/image-facts.ts';
import { withFileReader } from '../../host/file-reader.ts';
import type { ImageDescription, SifContents } from '../../image/types.ts';
import type { HostPath } from '../../lib/paths.ts';
import { buildRecord } from './build-record.ts';
import type { BuildRecord } from './types.ts';

/** What the record is called among the objects of a SIF. */
export const recordObject = 'ctinstall-build.json';
const mostBytes = 1024 * 1024;

/**
 * What an image says it was built of, the newest first: one record for each time that `ctinstall build` added to it. Anyone may
 * have written them; what is no record is left out.
 */
export async function readBuildRecords(
  path: HostPath,
  image: ImageDescription | SifContents,
): Promise<readonly BuildRecord[]> {
  const objects = image.kind === 'sif' ? image.descriptors.filter(({ name }) => name === recordObject) : [];
  const records: BuildRecord[] = [];
  await withFileReader(path, async (reader) => {
    for (const { offset, size } of objects.toSorted((a, b) => b.offset - a.offset)) {
      if (size > mostBytes) continue;
      const parsed = buildRecord.safeParse(parseJson(Buffer.from(await reader.read(offset, size)).toString()));
      if (parsed.success) records.push(parsed.data);
    }
  });
  return records;
}

/** The newest of them, as far as a draft of an easyconfig wants to know it. */
export async function readBuiltFacts(
  path: HostPath,
  image: ImageDescription | SifContents,
): Promise<BuiltFacts | undefined> {
  const [newest] = await readBuildRecords(path, image);
  // With a definition file all that it says of itself is its own.
  if (newest?.inputs.some(({ kind }) => kind === 'definition') === true) return undefined;
  return newest && { on: newest.base.file, added: newest.inputs.flatMap(({ from }) => from) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
