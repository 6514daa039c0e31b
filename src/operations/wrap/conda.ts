import { hostPath } from '../../lib/paths.ts';
import { findBase, requireBase } from './base.ts';
import { requireList } from './list-file.ts';
import type { Wrap } from './types.ts';
import { readWrappers } from './wrappers.ts';

/** A conda environment, made inside a base image and packed. */
export const wrapConda: Wrap = async (request) => {
  const { flags, name, version, versionsuffix, command, context } = request;
  const asked = requireBase(request);
  const file = await requireList(request, 'conda');
  const program = flags.condaProgram === undefined ? undefined : hostPath(flags.condaProgram, context.cwd);
  const base = await findBase(asked, request);
  const prefix = `/user-software/conda/${name}`;
  return {
    wrapped: {
      ...{ name, version, versionsuffix, command, image: base.image, binds: base.binds },
      about: `${name}, a conda environment wrapped from ${file.path}`,
      python: { conda: { name, file: file.written, ...(program === undefined ? {} : { program }) } },
      userSoftware: { pack: true },
      wrappers: readWrappers(flags.wrappers ?? [`${prefix}/bin`]),
    },
    image: base.asked,
    made: base.made,
  };
};
