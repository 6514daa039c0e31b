import { readPipWords } from '../../easyconfig/requirements.ts';
import { hostPath } from '../../lib/paths.ts';
import { findBase, requireBase } from './base.ts';
import { requireList } from './list-file.ts';
import type { Wrap, WrapRequest } from './types.ts';
import { readWrappers } from './wrappers.ts';

/** A virtual environment with Python packages, made inside a base image and packed. */
export const wrapPip: Wrap = async (request) => {
  const { flags, name, version, versionsuffix, command } = request;
  const asked = requireBase(request);
  const file = await requireList(request, 'a `requirements.txt`');
  const base = await findBase(asked, request);
  const options = pipOptionsOf(request);
  return {
    wrapped: {
      ...{ name, version, versionsuffix, command, image: base.image, binds: base.binds },
      about: `${name}, Python packages wrapped from ${file.path}`,
      python: {
        venv: { name, requirements: file.written, ...(options.length === 0 ? {} : { pip_options: options }) },
      },
      userSoftware: { pack: true },
      wrappers: readWrappers(flags.wrappers ?? [`/user-software/venv/${name}/bin`]),
    },
    image: base.asked,
    made: base.made,
  };
};

/** Paths among them begin here; those of an easyconfig begin beside it. */
function pipOptionsOf({ options, beside, context: { cwd } }: WrapRequest): string[] {
  if (beside === cwd) return [...options];
  return readPipWords(options).map(({ before, path }) => (path === undefined ? before : before + hostPath(path, cwd)));
}
