import type { InsideFacts } from '../easyconfig/draft.ts';
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
for root in ${condaRoots.join(' ')}; do
  [ -f "$root/bin/activate" ] || continue
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
' </dev/null
fi
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
say end ''
`;

/** Seconds: a large image may have to be unpacked first. */
const mostSeconds = 120;

/** Starts a container of the image, without this session's binds, home and variables, and looks what is there. */
export async function lookIntoImage(image: string, runtime: string, machine: Machine): Promise<LookedInto> {
  const own = Object.keys(machine.environment).filter((name) => /^(SINGULARITY|APPTAINER)(ENV)?_/.test(name));
  const answer = await ask(
    [runtime, 'exec', '--cleanenv', '--contain', '--no-home', image, 'sh', '-c', script],
    machine,
    { cwd: '/', seconds: mostSeconds, environment: Object.fromEntries(own.map((name) => [name, undefined])) },
  );
  if (answer.kind === 'hung') return { inside: undefined, why: `it took longer than ${mostSeconds} s` };
  if (answer.kind === 'not-started') return { inside: undefined, why: `\`${runtime}\` could not be started` };
  const facts = parseInside(answer.stdout);
  if (facts !== undefined) return { inside: facts };
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
    python: path === undefined || version === undefined ? undefined : { path, version },
    packages: all('package'),
    commands: all('command').slice(0, mostCommands),
  };
}

/** A line of comment can hold no more. */
const mostCommands = 60;
