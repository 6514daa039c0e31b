import { describeBadImageSource, schemeOf } from '../../easyconfig/image-source.ts';
import { makeDirectory, removeTree } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import { fetchImage } from '../../runtime/fetch-image.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { pinToDigest } from './registry-digest.ts';
import { baseOf } from './remains.ts';
import { step } from './step.ts';

/** A base to build on. */
export interface FoundBase {
  /** A file, or the name of one in an image directory. */
  readonly file: string;
  /** Where it was brought from, without secrets: `docker://example.org/python:3.12@sha256:…`. */
  readonly address?: string;
}

/** Whether a base is none that lies here. @throws CtinstallError `usage` for an address that is none */
export function isAddress(asked: string): boolean {
  if (schemeOf(asked) === undefined) return false;
  const bad = describeBadImageSource(asked);
  if (bad === undefined) return true;
  throw new CtinstallError('usage', `\`--base ${formatValue(maskSecrets(asked))}\` ${bad}`);
}

export interface FetchBaseOptions {
  readonly asked: string;
  /** The image that is to be made: the base is brought beside it, and is gone when the work is done. */
  readonly to: HostPath;
  readonly settings: Settings;
}

/** Brings a base that lies elsewhere by the container runtime, and does some work with it. @throws CtinstallError `runtime-missing`, `fetch-failed` */
export async function withBase<T>(
  { asked, to, settings }: FetchBaseOptions,
  work: (base: FoundBase) => Promise<T>,
  context: Context,
): Promise<T> {
  if (!isAddress(asked)) return work({ file: asked });
  const { environment, signal, cwd, reporter } = context;
  const runtime = await requireRuntime(settings, context);
  const place = await baseOf(to);
  const file = joinHost(place, 'base.sif');
  try {
    await makeDirectory(place);
    const address = await step(reporter, `fetch ${maskSecrets(asked)}`, async () => {
      const pinned = await pinToDigest(asked, context);
      const places = { to: file, base: cwd, work: joinHost(place, 'work') };
      await fetchImage({ source: pinned.source, ...places, runtime, environment, signal, log: () => undefined });
      return pinned.recorded;
    });
    return await work({ file, address: maskSecrets(address) });
  } finally {
    await removeTree(place);
  }
}

export async function requireRuntime({ runtime }: Settings, { environment }: Context): Promise<string> {
  const found = await discoverRuntime(runtime, environment);
  if (found.kind !== 'missing') return found.value.path;
  throw new CtinstallError('runtime-missing', `no container runtime: tried ${found.tried.join(' and ')}`, {
    hint: 'it brings the base: load a module with Apptainer or Singularity',
  });
}
