import { endianness } from 'node:os';
import type { InsideFacts } from '../easyconfig/image-facts.ts';
import { goArchitecture } from '../image/check-architecture.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine } from '../lib/format.ts';
import { ask, type Machine } from './machine.ts';

/** What an image has inside, or why nobody could look. */
export type LookedInto = { readonly inside: InsideFacts } | { readonly inside: undefined; readonly why: string };

/** Tells the lines of ours from what the image prints when it starts. */
const mark = '@ctinstall@';

/** Where conda lies in images that are known, by how many have it. */
const condaRoots = [
  '/opt/miniconda3',
  '/opt/conda',
  '/opt/miniforge3',
  '/opt/mambaforge',
  '/opt/anaconda3',
  '/opt/micromamba',
  '/usr/local/conda',
];

/**
 * Runs inside the container, in whatever shell is there: each line says one thing. `cut` and `ls` may be missing, and a
 * file may have any name.
 */
const script = String.raw`
say() { printf '${mark}\t%s\t%s\n' "$1" "$2"; }
if [ -r /etc/os-release ]; then say system "$(. /etc/os-release && printf %s "$PRETTY_NAME")"; fi
if [ -n "$WITH_CONDA" ]; then say with-conda "$WITH_CONDA"; fi
python=
# What ctinstall build added comes first on PATH, before a conda of the base that nothing activates.
case $WITH_CONDA${'$'}{VIRTUAL_ENV:-}:${'$'}{CONDA_PREFIX:-} in /ctinstall*/python:* | :/ctinstall*/conda) added=yes ;; *) added= ;; esac
for root in ${condaRoots.join(' ')}; do
  [ -z "$added" ] && [ -f "$root/bin/activate" ] || continue
  say conda "$root"
  for environment in "$root"/envs/*/; do
    [ -d "$environment" ] || continue
    environment=${'$'}{environment%/}
    say conda-environment "${'$'}{environment##*/}"
    if [ -x "$environment/bin/python3" ]; then python=${'$'}{python:-$environment/bin/python3}; fi
  done
  if [ -x "$root/bin/python3" ]; then python=${'$'}{python:-$root/bin/python3}; fi
  break
done
python=${'$'}{python:-$(command -v python3 || command -v python)}
if [ -n "$python" ]; then
  say python "$python"
  "$python" -c '
import sys
print("${mark}\tpython-version\t%d.%d.%d" % sys.version_info[:3])
try:
    from importlib.metadata import distributions
    for each in distributions():
        print("${mark}\tpackage\t%s/%s" % (each.metadata["Name"], each.version))
except ImportError:
    pass
try:
    import ensurepip, venv
    print("${mark}\tvenv\tyes")
except ImportError:
    pass
' </dev/null
fi
if command -v mpirun >/dev/null; then
  mpirun --version </dev/null 2>/dev/null | while read -r line; do
    case $line in *MPI*' '[0-9]*) say mpi "$line"; break ;; Version:*) say mpi "MPICH ${'$'}{line#Version:}"; break ;; esac
  done
else
  for library in /usr/lib/*/libmpi*.so.[0-9]* /usr/lib64/libmpi*.so.[0-9]* /usr/local/lib/libmpi*.so.[0-9]*; do
    if [ -f "$library" ]; then say mpi "$library"; break; fi
  done
fi
for directory in /usr/local/cuda-*; do if [ -d "$directory" ]; then say cuda "${'$'}{directory##*-}"; fi; done
if [ -n "$CUDA_VERSION" ]; then say cuda "$CUDA_VERSION"; fi
if [ -r /opt/rocm/.info/version ]; then read -r line </opt/rocm/.info/version && say rocm "${'$'}{line%%-*}"; fi
IFS=:
for directory in $PATH; do
  case $directory in /bin | /sbin | /usr/bin | /usr/sbin | /usr/local/sbin | '') continue ;; esac
  for command in "$directory"/*; do
    if [ -f "$command" ] && [ -x "$command" ]; then say command "${'$'}{command##*/}"; fi
  done
done
for command in python3 R Rscript julia perl java mpirun mpiexec nvcc hipcc gcc gfortran cmake jupyter; do
  if command -v "$command" >/dev/null; then say command "$command"; fi
done
IFS=' '
for command; do
  path=$(command -v "$command") && say program "$path"
done
# The first of them only: a conda environment has hundreds.
count=0
IFS=:
for directory in $PATH; do
  case $directory in /ctinstall/*/bin | /ctinstall-[0-9]*/*/bin) ;; *) continue ;; esac
  case $directory in */conda/bin) continue ;; esac
  for path in "$directory"/*; do
    case ${'$'}{path##*/} in python* | pip* | activate* | Activate*) continue ;; esac
    if [ $count -lt 30 ] && [ -f "$path" ] && [ -x "$path" ]; then say program "$path"; count=$((count + 1)); fi
  done
done
say end ''
`;

/** Seconds: a large image may have to be unpacked first. */
const mostSeconds = 120;

/**
 * Starts a container of the image, without this session's binds, home and variables, and looks what is there: also which of
 * some programs.
 * @throws CtinstallError `image-architecture` where its programs are for another processor
 */
export async function lookIntoImage(
  { image, programs }: { readonly image: string; readonly programs: readonly string[] },
  { runtime, ...machine }: Machine & { readonly runtime: string },
): Promise<LookedInto> {
  const own = Object.keys(machine.environment).filter((name) => /^(SINGULARITY|APPTAINER)(ENV)?_/.test(name));
  const answer = await ask(
    [runtime, 'exec', '--cleanenv', '--contain', '--no-home', image, 'sh', '-c', script, 'look', ...programs],
    machine,
    { cwd: '/', seconds: mostSeconds, environment: Object.fromEntries(own.map((name) => [name, undefined])) },
  );
  if (answer.kind === 'hung') return { inside: undefined, why: `it took longer than ${mostSeconds} s` };
  if (answer.kind === 'not-started') return { inside: undefined, why: `\`${runtime}\` could not be started` };
  const facts = parseInside(answer.stdout);
  if (facts !== undefined) return { inside: facts };
  // Apptainer reads the programs before it starts one; the kernel refuses the others.
  if (/exec format error|image targets '\w+', cannot run on/i.test(answer.stderr))
    throw new CtinstallError('image-architecture', `\`${image}\` is for another processor than this machine's`, {
      details: [`  ${formatLine(answer.stderr.trim().split('\n').at(-1) ?? '')}`],
      hint: `get the image for ${goArchitecture(process.arch, endianness())}`,
    });
  return { inside: undefined, why: answer.stderr.trim().split('\n').at(-1) || 'it has no shell' };
}

/** Reads what the script said; undefined where it did not come to its end. */
export function parseInside(text: string): InsideFacts | undefined {
  const said = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [first, kind = '', value = ''] = line.split('\t');
    if (first === mark) said.set(kind, [...(said.get(kind) ?? []), value]);
  }
  if (!said.has('end')) return undefined;
  const first = (kind: string): string | undefined => said.get(kind)?.[0];
  const all = (kind: string): string[] => [...new Set(said.get(kind))].toSorted();
  const [root, path, version] = [first('conda'), first('python'), first('python-version')];
  return {
    system: first('system') || undefined,
    withConda: first('with-conda'),
    conda:
      root === undefined || !condaRoots.includes(root) ? undefined : { root, environments: all('conda-environment') },
    python: path === undefined || version === undefined ? undefined : { path, version, makesVenvs: said.has('venv') },
    packages: all('package'),
    mpi: first('mpi')?.replaceAll(/\s+/g, ' '),
    cuda: said.get('cuda')?.at(-1),
    rocm: first('rocm'),
    commands: all('command').slice(0, mostCommands),
    programs: (said.get('program') ?? []).filter((path) => path.startsWith('/')),
  };
}

/** A line of comment can hold no more. */
const mostCommands = 60;
