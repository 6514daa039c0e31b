import { Readable } from 'node:stream';
import { withoutSecrets } from '../../../conda/channels.ts';
import { decompress } from '../../../host/decompress.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import type { HostPath } from '../../../lib/paths.ts';
import { readIndex } from './read-index.ts';
import type { CondaContext } from './types.ts';

/** A channel with one package of it: `repodata.json` by subdir. @throws CtinstallError `fetch-failed` */
export async function readRecordsOf(
  name: string,
  {
    channel,
    platforms,
    cache,
  }: { readonly channel: string; readonly platforms: readonly string[]; readonly cache: HostPath },
  context: CondaContext,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const subdir of platforms) {
    const whole = await readRepodata(`${channel}/${subdir}`, cache, context);
    const of = (key: string): unknown =>
      Object.fromEntries(Object.entries(asMap(whole[key])).filter(([, record]) => asMap(record).name === name));
    const part = { info: { subdir }, packages: of('packages'), 'packages.conda': of('packages.conda') };
    found.set(subdir, JSON.stringify(part));
  }
  return found;
}

async function readRepodata(
  place: string,
  cache: HostPath,
  context: CondaContext,
): Promise<Readonly<Record<string, unknown>>> {
  const packed = await readIndex(`${place}/repodata.json.zst`, cache, context);
  const unpacked =
    packed === undefined ? await readIndex(`${place}/repodata.json`, cache, context) : await unpack(packed, context);
  if (unpacked === undefined || unpacked.length === 0) return {};
  try {
    return asMap(JSON.parse(unpacked.toString()));
  } catch (error) {
    throw new CtinstallError('fetch-failed', `\`${withoutSecrets(place)}/repodata.json\` cannot be read`, {
      details: [error instanceof Error ? error.message : String(error)],
    });
  }
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

async function unpack(packed: Buffer, { environment }: CondaContext): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of await decompress(Readable.from([packed]), 'zstd', { path: environment.PATH }))
    all.push(piece);
  return Buffer.concat(all);
}
