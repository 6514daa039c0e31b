import { makeDirectory, readTextIfThere, removeEmptyDirectory, removeFile, writeFileWhole } from '../../host/files.ts';
import { run } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { kernelNameOf, parseKernelInstall, renderKernelSpec } from '../../scripts/kernel-spec.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { findNamedOrLoaded, type Installed } from '../installed/find-installed.ts';

export interface KernelOptions {
  /** The loaded one, where none is named. */
  readonly module: string | undefined;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  readonly name?: string;
  readonly displayName?: string;
  readonly python: string;
  readonly directory?: string;
  readonly remove?: boolean;
  readonly force?: boolean;
  /** Hears of what was written, before it is tried. */
  readonly tell: (kernel: Kernel) => void;
}

export interface Kernel {
  readonly name: string;
  readonly directory: HostPath;
  /** Its file. */
  readonly path: HostPath;
  readonly installDir: HostPath;
}

/** Writes a kernel of Jupyter that runs the Python of an install, or removes it. */
export async function kernel(options: KernelOptions, context: Context): Promise<Kernel> {
  const installed = await findNamedOrLoaded(options.module, await readSettingsOf(context, options.settings), context);
  const name = options.name ?? kernelNameOf(installed.record.moduleName);
  if (!/^[A-Za-z0-9._-]+$/.test(name) || /^\.+$/.test(name))
    throw new CtinstallError('usage', `\`${formatValue(name)}\` is no name of a kernel`, {
      hint: 'letters, digits, `.`, `_` and `-`',
    });
  const directory = joinHost(kernelsDirectory(options, context), name);
  const path = joinHost(directory, 'kernel.json');
  const there = await readTextIfThere(path);
  if (there !== undefined && parseKernelInstall(there) === undefined && options.force !== true)
    throw new CtinstallError('usage', `\`${path}\` is a kernel that ctinstall did not write`, {
      hint: 'choose another name with `--name`, or replace it with `--force`',
    });
  const { installDir, record } = installed;
  const made = { name, directory, path, installDir };
  if (options.remove === true) {
    await removeKernel(directory, there !== undefined);
    return made;
  }
  const displayName = options.displayName ?? record.moduleName;
  await makeDirectory(directory);
  const text = renderKernelSpec({ installDir, moduleName: record.moduleName, displayName, python: options.python });
  await writeFileWhole(path, text, 0o644);
  options.tell(made);
  await warnWithoutIpykernel(installed, options.python, context);
  return made;
}

/** Where Jupyter looks for kernels of the user's (jupyter_core, `jupyter_data_dir`). */
function kernelsDirectory({ directory }: KernelOptions, { cwd, environment }: Context): HostPath {
  if (directory !== undefined) return hostPath(directory, cwd);
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME, HOME } = environment;
  if (JUPYTER_DATA_DIR) return joinHost(hostPath(JUPYTER_DATA_DIR, cwd), 'kernels');
  if (XDG_DATA_HOME) return joinHost(hostPath(XDG_DATA_HOME, cwd), 'jupyter', 'kernels');
  if (HOME) return joinHost(hostPath(HOME, cwd), '.local', 'share', 'jupyter', 'kernels');
  throw new CtinstallError('usage', 'where Jupyter looks for kernels is not known: HOME is not set', {
    hint: 'name the directory with `--directory`',
  });
}

async function removeKernel(directory: HostPath, isThere: boolean): Promise<void> {
  if (!isThere)
    throw new CtinstallError('not-installed', `there is no kernel in \`${directory}\``, {
      hint: 'see what there are with `jupyter kernelspec list`',
    });
  await removeFile(joinHost(directory, 'kernel.json'));
  await removeEmptyDirectory(directory);
}

/** The kernel is written all the same: the package may be installed afterwards. */
async function warnWithoutIpykernel(
  { installDir, record }: Installed,
  python: string,
  { environment, signal, reporter }: Context,
): Promise<void> {
  const program = joinHost(installDir, 'bin', 'in-container');
  const result = await run([program, python, '-c', 'import ipykernel'], { env: environment, signal });
  if (result.exitCode === 0) return;
  const lacksIt = /No module named '?ipykernel/.test(result.stderr);
  reporter.report({
    event: 'warning',
    message: lacksIt
      ? `the Python of ${record.moduleName} has no ipykernel: the kernel will not start`
      : `\`${python}\` of ${record.moduleName} could not be tried: ${formatValue(result.stderr.trim().split('\n').at(-1) ?? '', 200)}`,
    hint: lacksIt
      ? `install it: ${program} ${python} -m pip install ipykernel`
      : 'name its Python with `--python <command>`',
  });
}
