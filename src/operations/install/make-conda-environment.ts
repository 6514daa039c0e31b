import { makeDirectory } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath } from '../../lib/paths.ts';
import type { MakeCondaStep } from '../../plan/steps/make-conda.ts';
import { type RunContext, runInContainer } from '../../runtime/run-in-container.ts';
import type { Settings } from '../../settings/types.ts';
import { compileEach } from '../build/compile-modules.ts';
import { createCondaEnvironment } from '../build/conda/create-environment.ts';
import { condaCacheOf, withCondaCache } from '../build/conda-cache.ts';
import { condaPlatforms } from '../build/conda-input.ts';
import { pipVariables } from '../build/pip.ts';
import type { Context } from '../context.ts';

/** As Node.js calls them; images for other machines do not run here. */
const platforms: Readonly<Record<string, (typeof condaPlatforms)[keyof typeof condaPlatforms]>> = {
  x64: condaPlatforms.amd64,
  arm64: condaPlatforms.arm64,
};

/** The lines of `pip:` are no words for a shell, and may hold options. */
const pipScript = `python=$1/bin/python; shift
printf '%s\\n' "$@" >/tmp/requirements.txt
exec "$python" -m pip install --no-cache-dir --disable-pip-version-check -r /tmp/requirements.txt`;

/**
 * Makes the conda environment of an install without any conda, as `ctinstall build --conda` makes that of an image.
 * @throws CtinstallError those of {@link createCondaEnvironment}, and `command-failed` of pip
 */
export async function makeCondaEnvironment(
  { conda, look, run }: MakeCondaStep,
  { settings, running }: { readonly settings: Settings; readonly running: RunContext },
  context: Context,
): Promise<void> {
  const { prefix, directory } = conda;
  const platform = platforms[process.arch];
  if (platform === undefined)
    throw new CtinstallError('image-architecture', `there are no conda packages for ${process.arch}`);
  const message = 'no conda in the image or here: ctinstall makes the environment itself';
  context.reporter.report({ event: 'note', message });
  const ask = ['sh', '-c', 'getconf GNU_LIBC_VERSION || true'] as const;
  const libc = await runInContainer({ ...look, purpose: 'look for the libc of the image', argv: ask }, running);
  const glibc = /^glibc (\d+\.\d+)/m.exec(libc)?.[1];
  const cache = condaCacheOf(settings.prefix);
  await makeDirectory(hostPath('..', directory));
  const { pip } = await withCondaCache(cache, () =>
    createCondaEnvironment({ file: conda.list, directory, prefix, cache, platform, glibc }, context),
  );
  const compile = { ...run, purpose: 'compile Python modules' };
  await compileEach({ directory, prefix }, (argv) => runInContainer({ ...compile, argv }, running), context);
  if (pip.length > 0)
    await runInContainer(
      {
        ...run,
        purpose: 'install its `pip:` packages',
        environment: { ...run.environment, ...Object.fromEntries(pipVariables(running.environment)) },
        argv: ['sh', '-c', pipScript, 'pip', prefix, ...pip],
      },
      running,
    );
}
