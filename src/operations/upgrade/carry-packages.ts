import { isFile } from '../../host/files.ts';
import { run } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import type { Installed } from '../installed/find-installed.ts';

/** What became of the packages that the user added to the virtual environment of the earlier version. */
export interface CarriedPackages {
  /** As pip takes them: `name==version`. */
  readonly carried: readonly string[];
  readonly failed: readonly FailedPackage[];
  /** The command that tries again with those that failed. */
  readonly again: string | undefined;
}

export interface FailedPackage {
  readonly name: string;
  /** What pip said. */
  readonly why: string;
}

/**
 * Installs into the virtual environment of the newer version what the earlier one has and it has not, by name and version,
 * with the pip of the module. All at once, so that pip weighs them together; where that fails, one by one.
 */
export async function carryPackages(from: Installed, to: Installed, context: Context): Promise<CarriedPackages> {
  if (from.record.venv === undefined || to.record.venv === undefined) return nothing;
  const [before, now] = [await listPackages(from, context), await listPackages(to, context)];
  const there = new Set(now.map(nameOf));
  const wanted = before.filter((each) => !there.has(nameOf(each)) && !ofPip.has(nameOf(each)));
  if (wanted.length === 0) return nothing;
  const names = formatCommand(wanted);
  if (await isFile(joinHost(to.installDir, 'user-software.squashfs'))) {
    const why = 'the user software of the new version is packed';
    const again = `ctinstall squashfs update ${to.record.moduleName} -- pip install ${names}`;
    return { carried: [], failed: wanted.map((name) => ({ name, why })), again };
  }
  context.reporter.report({ event: 'note', message: `carrying over ${wanted.join(', ')}` });
  if ((await pip(to, ['install', ...wanted], context)).exitCode === 0) return { ...nothing, carried: wanted };
  const carried: string[] = [];
  const failed: FailedPackage[] = [];
  for (const name of wanted) {
    const { exitCode, stderr } = await pip(to, ['install', name], context);
    if (exitCode === 0) carried.push(name);
    else failed.push({ name, why: wordsOf(stderr) });
  }
  const again = `module load ${to.record.moduleName}; pip install ${formatCommand(failed.map(({ name }) => name))}`;
  return { carried, failed, again: failed.length === 0 ? undefined : again };
}

const nothing: CarriedPackages = { carried: [], failed: [], again: undefined };

/** Each virtual environment has its own. */
const ofPip = new Set(['pip', 'setuptools', 'wheel']);

/** What is in the virtual environment itself, not what it shows of the image. @throws CtinstallError `command-failed` */
async function listPackages(install: Installed, context: Context): Promise<string[]> {
  const { exitCode, stdout, stderr } = await pip(install, ['list', '--local', '--format=freeze'], context);
  if (exitCode !== 0)
    throw new CtinstallError('command-failed', `the packages of ${install.record.moduleName} cannot be listed`, {
      details: [`  ${wordsOf(stderr)}`],
      hint: 'the new version is installed; add packages to it with its own pip',
    });
  return stdout.split('\n').filter((line) => /^[\w.-]+==\S+$/.test(line));
}

async function pip({ installDir, record }: Installed, args: readonly string[], { environment, signal }: Context) {
  const python = `${record.userSoftware}/venv/${record.venv}/bin/python`;
  const inContainer = joinHost(installDir, 'bin', 'in-container');
  // Another virtual environment that the session asks for is not meant.
  const env = { ...environment, CTINSTALL_VENV: undefined, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
  return run([inContainer, python, '-m', 'pip', ...args], { env, signal });
}

/** pip calls `Foo_Bar` and `foo-bar` one package. */
function nameOf(requirement: string): string {
  const [name = ''] = requirement.split('==');
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** What pip says of its failure: the first error, not what led there. */
function wordsOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => /^ERROR:/.test(line))?.replace(/^ERROR:\s*/, '') ??
    lines.findLast((line) => line !== '') ??
    'no word of why'
  );
}
