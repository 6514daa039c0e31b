import { isDirectory, listDirectory } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { containerPath, type HostPath, joinHost } from '../../lib/paths.ts';
import { runInContainer } from '../../runtime/run-in-container.ts';
import type { Context } from '../context.ts';

export interface CompileOptions {
  readonly image: HostPath;
  /** Program; undefined where there is none. */
  readonly runtime: string | undefined;
  readonly layer: HostPath;
  readonly own: string;
  /** A directory of its own. */
  readonly work: HostPath;
}

/**
 * What packages bring compiled stays. The rest holds for ever: in the image it cannot be compiled again. Nothing of the modules
 * is run; some are templates, which cannot be compiled.
 */
const program = `import compileall, py_compile, sys
compileall.compile_dir(sys.argv[1], quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)`;

/**
 * Compiles the Python modules of a conda environment that no package brings compiled (those of `noarch` packages), by the
 * environment's own Python in the base: else each start of a program would do so. Where that Python does not run it is told.
 */
export async function compileModules(options: CompileOptions, context: Context): Promise<void> {
  const { image, runtime, layer, own, work } = options;
  const environment = { directory: joinHost(layer, own, 'conda'), prefix: `/${own}/conda` };
  const running = { environment: context.environment, signal: context.signal, log: () => undefined };
  const compile = (argv: Argv) =>
    runInContainer(
      {
        kind: 'run-in-container',
        purpose: 'compile Python modules',
        ...{ runtime: runtime ?? '', image, binds: [], mountPoints: [] },
        work: joinHost(work, 'compile-home'),
        userSoftware: { directory: joinHost(work, 'none'), container: containerPath('/user-software'), access: 'ro' },
        staged: [{ host: joinHost(layer, own), container: containerPath(`/${own}`), access: 'rw' }],
        // Sets would be written in another order each time.
        environment: { PYTHONHASHSEED: '0' },
        argv,
      },
      running,
    );
  await compileEach(environment, runtime === undefined ? undefined : compile, context);
}

type Argv = readonly [string, ...string[]];

/** The same by a run in the container of the caller's; undefined where there is no container runtime. */
export async function compileEach(
  { directory, prefix }: { readonly directory: HostPath; readonly prefix: string },
  compile: ((argv: Argv) => Promise<unknown>) | undefined,
  context: Context,
): Promise<void> {
  const python = `${prefix}/bin/python`;
  for (const { name } of await listDirectory(joinHost(directory, 'lib')).catch(() => [])) {
    const packages = joinHost(directory, 'lib', name, 'site-packages');
    if (!/^python\d+\.\d+$/.test(name) || !(await isDirectory(packages))) continue;
    if (compile === undefined) tellOf('there is no container runtime', context);
    else
      await compile([python, '-S', '-s', '-c', program, `${prefix}/lib/${name}/site-packages`]).catch(
        (error: unknown) => {
          if (!(error instanceof CtinstallError) || error.code !== 'command-failed') throw error;
          tellOf('the Python of the environment does not run in this image', context);
        },
      );
  }
}

function tellOf(why: string, { reporter }: Context): void {
  reporter.report({
    event: 'note',
    message: `modules of \`noarch\` Python packages are not compiled, and load more slowly: ${why}`,
  });
}
