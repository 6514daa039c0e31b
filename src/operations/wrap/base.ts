import type { Wrapped } from '../../easyconfig/render-wrapped.ts';
import { lstatIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import { makeHostRoot } from '../../squashfs/make-host-root.ts';
import { findWrappedImage } from './image.ts';
import type { WrapRequest } from './types.ts';

export interface Base {
  readonly image: Wrapped['image'];
  readonly asked: HostPath | undefined;
  readonly binds: readonly HostPath[];
  /** Files that were made beside the easyconfig, and were not there before. */
  readonly made: readonly HostPath[];
}

/** What something runs from: an image, or with `host` the host's own root, as an image of its own beside the easyconfig. */
export async function findBase(base: string, request: WrapRequest): Promise<Base> {
  if (base !== 'host') return { ...(await findWrappedImage(base, request)), binds: [], made: [] };
  const { name, version, versionsuffix, beside, context } = request;
  const file = `${name}-${version}${versionsuffix}-host.squashfs`;
  const asked = joinHost(beside, file);
  const isNew = (await lstatIfThere(asked)) === undefined;
  const binds = await makeHostRoot(asked, context);
  return { image: { file, mode: 'copy' }, asked, binds, made: isNew ? [asked] : [] };
}

/** @throws CtinstallError `usage` where none is named */
export function requireBase({ flags: { base } }: WrapRequest): string {
  if (base !== undefined) return base;
  throw new CtinstallError('usage', 'nothing says which image it runs from', {
    hint: '`--base <image>`, or `--base host` for the root of this machine',
  });
}
