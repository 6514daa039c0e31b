import { readPipWords } from '../../easyconfig/requirements.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { hostPath } from '../../lib/paths.ts';
import { findBase, requireBase } from './base.ts';
import { requireList } from './list-file.ts';
import { isPackageList, localPackageOf, splitPip } from './pip-packages.ts';
import type { Wrap, WrapRequest } from './types.ts';
import { readWrappers } from './wrappers.ts';

/** A virtual environment with Python packages, made inside a base image and packed. */
export const wrapPip: Wrap = async (request) => {
  const { flags, name, version, versionsuffix, command } = request;
  const asked = requireBase(request);
  const { requirements, from, options } = await readPackages(request);
  const base = await findBase(asked, request);
  return {
    wrapped: {
      ...{ name, version, versionsuffix, command, image: base.image, binds: base.binds },
      about: `${name}, Python packages wrapped from ${from}`,
      python: {
        venv: { name, requirements, ...(options.length === 0 ? {} : { pip_options: options }) },
      },
      userSoftware: { pack: true },
      wrappers: readWrappers(flags.wrappers ?? [`/user-software/venv/${name}/bin`]),
    },
    image: base.asked,
    made: base.made,
  };
};

/** What is installed: a requirements file, or packages by their names or paths. @throws CtinstallError `usage`, `filesystem` */
async function readPackages(request: WrapRequest) {
  const { what, context } = request;
  if (await isPackageList(what, context)) {
    const { options, ...split } = splitPip([what, ...request.options]);
    // The easyconfig lies elsewhere.
    const packages = split.packages.map((each) => localPackageOf(each, context.cwd) ?? each);
    return { requirements: packages, from: packages.join(', '), options: pathsFromHere(options, request) };
  }
  const file = await requireList(request, 'pip');
  const [extra] = splitPip(request.options).packages;
  if (extra !== undefined)
    throw new CtinstallError('usage', `\`${formatValue(extra)}\` is named beside a requirements file`, {
      hint: 'put it into the file; options for pip follow `--`',
    });
  return { requirements: file.written, from: file.path, options: pathsFromHere(request.options, request) };
}

/** Paths among them begin here; those of an easyconfig begin beside it. */
function pathsFromHere(options: readonly string[], { beside, context: { cwd } }: WrapRequest): string[] {
  if (beside === cwd) return [...options];
  return readPipWords(options).map(({ before, path }) => (path === undefined ? before : before + hostPath(path, cwd)));
}
