import { describeBadDirectory, describeBadUserSoftwarePath } from '../../easyconfig/rules.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { requirePackable } from '../../squashfs/require-packable.ts';
import { findBase } from './base.ts';
import type { Wrap, WrapRequest } from './types.ts';
import { defaultWrappersOf, readWrappersIn } from './wrappers.ts';

/** An installation on disk: packed into one file, and seen at its own path in a base image, or in the host's own root. */
export const wrapDirectory: Wrap = async (request) => {
  const { what, flags, name, version, versionsuffix, command, context } = request;
  const directory = hostPath(what, context.cwd);
  const at = placeOf(directory, request);
  await requirePackable(directory);
  const wrappers = await readWrappersIn(directory, at, flags.wrappers ?? (await defaultWrappersOf(directory)));
  const base = await findBase(flags.base ?? 'host', request);
  return {
    wrapped: {
      ...{ name, version, versionsuffix, command, wrappers },
      about: `${name}, wrapped from the directory ${directory}`,
      image: base.image,
      // What is bound at its place would hide it.
      binds: base.binds.filter((place) => place !== at && !place.startsWith(`${at}/`)),
      userSoftware: { path: at, from: directory },
    },
    image: base.asked,
    made: base.made,
    packed: directory,
  };
};

/** Where it is seen in the container. @throws CtinstallError `usage` where that cannot be */
function placeOf(directory: HostPath, { what, flags, settings }: WrapRequest): HostPath {
  if (flags.mask === true && flags.at !== undefined)
    throw new CtinstallError('usage', '`--mask` does not go with `--at`', { hint: 'leave out one of them' });
  if (settings.prefix === directory || settings.prefix.startsWith(`${directory}/`))
    throw new CtinstallError('usage', `\`${directory}\` has the prefix \`${settings.prefix}\` in it`, {
      hint: 'install elsewhere, with `--prefix <dir>`: it would be packed into itself',
    });
  const badFrom = describeBadDirectory(directory);
  if (badFrom !== undefined)
    throw new CtinstallError('usage', `the directory \`${formatValue(what)}\` ${badFrom}`, { hint: 'rename it' });
  const at = flags.at ?? directory;
  const bad = describeBadUserSoftwarePath(at);
  if (bad !== undefined)
    throw new CtinstallError('usage', `nothing can be seen at \`${formatValue(at)}\` in the container: it ${bad}`, {
      hint: 'name another place, such as `--at /opt/prog`',
    });
  return hostPath(at);
}
