import { basename } from 'node:path';
import { isDirectory, isFile, listDirectory, makeDirectory, readText, writeFileWhole } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { containerPath, type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { inCondaOfImage } from '../../plan/plan-venv.ts';
import type { RunInContainerStep } from '../../plan/steps/run-in-container.ts';
import type { Bind } from '../../resolve/types.ts';
import { findUv } from '../../runtime/find-uv.ts';
import { runInContainer } from '../../runtime/run-in-container.ts';
import type { Context } from '../context.ts';
import type { BuildInput } from './types.ts';

export interface PipOptions {
  /** Requirements files, and packages by their names. */
  readonly asked: readonly string[];
  /** Lines of the `pip:` section of a conda environment. */
  readonly ofConda: readonly string[];
  readonly wheels: string | undefined;
  readonly image: HostPath;
  readonly runtime: string;
  readonly layer: HostPath;
  readonly own: string;
  /** A directory for temporary files. */
  readonly work: HostPath;
}

/** Where the inputs are shown while pip runs, and what helps it. */
const inputs = '/ctinstall-inputs';
const runscripts = '/ctinstall-runscripts';
const uvInside = '/.ctinstall-uv';

/**
 * The virtual environment is the image's Python with more packages. Byte code is made to hold for ever: in the image files get
 * one time, by which Python would take it for old, and two builds would differ.
 */
const script = `set -eu
there=$1 requirements=$2 installer=$3 uv=$4; shift 4
# That of a conda environment, if one was made just now.
PATH="\${there%/*}/conda/bin:$PATH"
python=$(command -v python3 || command -v python) || { echo "the image has no python3 on its PATH" >&2; exit 3; }
"$python" -m venv --system-site-packages --without-pip "$there"
# One made of a Python that is in an environment itself sees only what is beneath that.
"$python" - "$there" <<'END'
import glob, os, site, sys
if sys.prefix != sys.base_prefix:
    for packages in glob.glob(os.path.join(sys.argv[1], "lib", "python*", "site-packages")):
        with open(os.path.join(packages, "_container.pth"), "w") as file:
            file.writelines("import site; site.addsitedir(%r)\\n" % each for each in site.getsitepackages())
END
if [ "$installer" = pip ] || ! { command -v uv >/dev/null || [ -n "$uv" ]; }; then
  "$python" -m pip --version >/dev/null || { echo "the Python of the image has no pip: $python" >&2; exit 3; }
fi
export PIP_NO_COMPILE=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1
${runscripts}/install-requirements "$there" "$requirements" "$installer" "$uv" "$@"
# Else sets would be written in another order each time.
PYTHONHASHSEED=0 "$there/bin/python" -m compileall -q -f --invalidation-mode unchecked-hash "$there/lib"
`;

/** What of this session pip needs to find its index. */
const passedOn =
  /^(PIP_(?!TARGET|PREFIX|ROOT|PYTHON|USER|REQUIRE_VIRTUALENV)\w+|(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY)$/;

/** The variables of this session by which a pip in a container finds its index. */
export function pipVariables(environment: Context['environment']): (readonly [name: string, value: string])[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    passedOn.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
}

/** Installs Python packages into a virtual environment in the layer, by the image's own Python. @throws CtinstallError `command-failed` */
export async function installPip(pip: PipOptions, context: Context): Promise<BuildInput> {
  const { asked, ofConda, wheels, image, runtime, layer, own, work } = pip;
  const path = `/${own}/python`;
  const shown = new Map<HostPath, string>();
  const show = (directory: HostPath): string => {
    if (/[:,\\"^]/.test(directory))
      throw new CtinstallError('usage', `\`${formatValue(directory)}\` cannot be shown in a container`, {
        hint: 'call the directory otherwise: without `:`, `,`, `^`, quotes or backslashes',
      });
    const place = shown.get(directory) ?? `${inputs}/${shown.size}`;
    shown.set(directory, place);
    return place;
  };
  const options: string[] = [];
  const lines = [...ofConda];
  let hasHashes = ofConda.some((line) => line.includes('--hash'));
  const sha256: Record<string, string> = {};
  for (const each of asked) {
    const file = hostPath(each, context.cwd);
    if (await isFile(file)) {
      if (/[\s"'#\\]/.test(basename(file)))
        throw new CtinstallError('usage', `\`${formatValue(each)}\` cannot be named in another requirements file`, {
          hint: 'call it otherwise: without blanks, `#`, quotes or backslashes',
        });
      lines.push(`-r ${show(hostPath('..', file))}/${basename(file)}`);
      hasHashes ||= /--hash/.test(await readText(file));
      sha256[each] = await hashFile(file, context.signal);
    } else if (/^-|\.txt$|^[./]/.test(each))
      throw new CtinstallError('usage', `there is no file \`${file}\``, {
        hint: 'name a requirements file, or a package',
      });
    else lines.push(each);
  }
  if (wheels !== undefined) {
    const directory = hostPath(wheels, context.cwd);
    if (!(await isDirectory(directory)))
      throw new CtinstallError('usage', `\`${directory}\` is no directory of wheels`);
    options.push('--no-index', '--find-links', show(directory));
  }
  await makeDirectory(joinHost(layer, own, 'python'));
  const requirements = joinHost(work, 'requirements');
  await makeDirectory(requirements);
  await writeFileWhole(joinHost(requirements, 'requirements.txt'), `${lines.join('\n')}\n`, 0o644);
  const passed = pipVariables(context.environment);
  // uv knows no variables of pip, and checks only the hashes that there are.
  const isForPip = hasHashes || passed.some(([name]) => name.startsWith('PIP_'));
  const uv = isForPip ? undefined : await findUv(context);
  await runPip(
    {
      kind: 'run-in-container',
      purpose: 'install Python packages',
      runtime,
      image,
      binds: uv === undefined ? [] : [showUv(uv)],
      work: joinHost(work, 'home'),
      userSoftware: { directory: joinHost(work, 'none'), container: containerPath('/user-software'), access: 'ro' },
      staged: [
        ...[...shown].map(([host, at]) => ({ host, container: containerPath(at), access: 'ro' as const })),
        { host: requirements, container: containerPath(`${inputs}/all`), access: 'ro' },
        { host: joinHost(context.toolDir, 'runscripts'), container: containerPath(runscripts), access: 'ro' },
        { host: joinHost(layer, own), container: containerPath(`/${own}`), access: 'rw' },
      ],
      mountPoints: [],
      environment: Object.fromEntries(passed),
      argv: [
        '/bin/sh',
        ...['-c', inCondaOfImage, 'sh', '/bin/sh', '-c', script, 'sh', path, `${inputs}/all/requirements.txt`],
        ...[isForPip ? 'pip' : 'auto', uv === undefined ? '' : uvInside, ...options],
      ],
      hintOnFailure:
        wheels === undefined
          ? 'the image needs Python with `venv` and `pip`; without an index, give wheels with `--wheels <dir>`'
          : 'the image needs Python with `venv` and `pip`; with `--wheels` all packages that are needed must be in the directory',
    },
    context,
  );
  return {
    kind: 'pip',
    from: [...ofConda, ...asked],
    path,
    packages: await listPackages(joinHost(layer, own, 'python')),
    sha256,
  };
}

function showUv(host: HostPath): Bind {
  return { host, container: containerPath(uvInside), access: 'ro', optional: true, origin: 'build' };
}

/** Of a failure the words of pip count, not how it was called. */
async function runPip(step: RunInContainerStep, { environment, signal }: Context): Promise<void> {
  try {
    await runInContainer(step, { environment, signal, log: () => undefined });
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code !== 'command-failed') throw error;
    const said = error.details.filter((line) => line.startsWith('  | '));
    const [, status] = /exit status (\d+)$/.exec(error.message) ?? [];
    // Where the container did not start, how it was to be started matters.
    if (status === undefined || status === '255' || said.length === 0) throw error;
    throw new CtinstallError('command-failed', 'the Python packages could not be installed', {
      details: said,
      hint: error.hint,
      cause: error,
    });
  }
}

/** `name==version` of what is installed in a virtual environment, by the directories that pip wrote. */
async function listPackages(venv: HostPath): Promise<string[]> {
  const found: string[] = [];
  for (const python of await listDirectory(joinHost(venv, 'lib'))) {
    const packages = joinHost(venv, 'lib', python.name, 'site-packages');
    if (!(await isDirectory(packages))) continue;
    for (const { name } of await listDirectory(packages)) {
      if (!name.endsWith('.dist-info')) continue;
      const metadata = await readText(joinHost(packages, name, 'METADATA'));
      const field = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(metadata)?.[1]?.trim() ?? '';
      found.push(`${field('Name')}==${field('Version')}`);
    }
  }
  return found.sort();
}
