import { type Answer, ask, type Machine } from '../discover/machine.ts';
import { isFile } from '../host/files.ts';
import { withTemporaryDirectory, writeTree } from '../host/temporary.ts';
import { CtinstallError } from '../lib/errors.ts';

/** By whom a squashfs is mounted; `unpacked`: it is not, the runtime copies what is in it out at each start. */
export type MountWay = 'kernel' | 'fuse' | 'unpacked' | 'unknown';

/** What a container of a tiny image showed. */
export type MountProbe =
  | {
      readonly kind: 'tried';
      /** How the runtime mounts an image that is run; undefined where it does not run one. */
      readonly image: MountWay | undefined;
      /** How it mounts packed user software, by compressor; undefined where it does not. */
      readonly packed: { readonly way: MountWay; readonly compressor: string } | undefined;
      /** What the runtime said where one of the two failed. */
      readonly said: string | undefined;
      /** What a container shows of this machine that no bind asked for: mount points. */
      readonly shown: readonly string[];
    }
  /** The probe itself was not possible. */
  | { readonly kind: 'impossible'; readonly why: string };

/** What a runtime wants to mount something on, so that it needs no layer over the image. */
const emptyTree = {
  directories: ['dev', 'etc', 'home', 'mnt', 'proc', 'root', 'sys', 'tmp', 'usr', 'var/tmp'],
  empty: ['etc/group', 'etc/hosts', 'etc/localtime', 'etc/passwd', 'etc/resolv.conf'],
};

/** Seconds: a slow login node needs a few for a start. */
const mostSeconds = 30;

/**
 * Runs a container of a tiny image that holds this machine's `cat` and nothing else, with a second squashfs bound into it,
 * as packed user software is; and reads what is mounted there. Needs no network, and leaves nothing behind.
 */
export async function probeMounts(runtime: string, machine: Machine, cwd = '/'): Promise<MountProbe> {
  const parent = machine.environment.TMPDIR || '/tmp';
  try {
    return await withTemporaryDirectory(parent, (directory) => probeIn(directory, { runtime, cwd }, machine));
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
    return { kind: 'impossible', why: error.message };
  }
}

async function probeIn(
  directory: string,
  where: { runtime: string; cwd: string },
  machine: Machine,
): Promise<MountProbe> {
  const program = await findProgram();
  if (program === undefined) return { kind: 'impossible', why: 'there is no `cat` in /bin or /usr/bin' };
  const libraries = await librariesOf(program, machine);
  await writeTree(`${directory}/root`, { ...emptyTree, copies: [program, ...libraries] });

  const pack = (compressor: string): Promise<string | undefined> => packTree(directory, compressor, machine);
  const image = await pack('gzip');
  if (image === undefined) return { kind: 'impossible', why: '`mksquashfs` made no image' };
  const start = (bound?: string): Promise<Started> =>
    startContainer({ runtime: where.runtime, image, program, bound, cwd: '/' }, machine);
  const showing = async (): Promise<string[]> => {
    const { mounts } = await startContainer({ ...where, image, program, bound: undefined }, machine);
    return [...(mounts?.keys() ?? [])];
  };

  const zstd = await pack('zstd');
  const both = zstd === undefined ? undefined : await start(zstd);
  if (both?.mounts !== undefined)
    return {
      ...tried(both, { way: wayOf('/mnt', both), compressor: 'zstd' }),
      said: undefined,
      shown: await showing(),
    };
  const alone = await start();
  if (alone.mounts === undefined)
    return { kind: 'tried', image: undefined, packed: undefined, said: alone.said, shown: [] };
  const slow = await start(image);
  if (slow.mounts === undefined) return { ...tried(alone, undefined), said: slow.said, shown: await showing() };
  const packed = { way: wayOf('/mnt', slow), compressor: 'gzip' };
  return { ...tried(slow, packed), said: both?.said, shown: await showing() };
}

function tried(
  started: Started,
  packed: { way: MountWay; compressor: string } | undefined,
): Pick<MountProbe & { kind: 'tried' }, 'kind' | 'image' | 'packed'> {
  const seen = wayOf('/', started);
  const isCopied = /temporary sandbox|extract/i.test(started.said);
  // Under an overlay the image's own mount cannot be seen from inside; the runtime treats both alike.
  const image = seen !== 'unknown' ? seen : isCopied ? 'unpacked' : (packed?.way ?? 'unknown');
  return { kind: 'tried', image, packed };
}

async function findProgram(): Promise<string | undefined> {
  for (const path of ['/bin/cat', '/usr/bin/cat']) if (await isFile(path)) return path;
  return undefined;
}

/** The loader and the libraries of a program; none where it is static. */
async function librariesOf(program: string, machine: Machine): Promise<string[]> {
  // What the session preloads or puts first would not be found in the container.
  const environment = { LD_PRELOAD: undefined, LD_LIBRARY_PATH: undefined };
  const answer = await ask(['ldd', program], machine, { environment });
  const text = answer.kind === 'answered' && answer.exitCode === 0 ? answer.stdout : '';
  return [...new Set(Array.from(text.matchAll(/(?:^|\s)(\/\S+) \(0x/g), ([, path = '']) => path))];
}

async function packTree(directory: string, compressor: string, machine: Machine): Promise<string | undefined> {
  const file = `${directory}/${compressor}.squashfs`;
  const answer = await ask(
    ['mksquashfs', `${directory}/root`, file, '-comp', compressor, '-noappend', '-no-progress', '-all-root'],
    machine,
    // With an epoch of the session some versions refuse.
    { environment: { SOURCE_DATE_EPOCH: undefined } },
  );
  return answer.kind === 'answered' && answer.exitCode === 0 ? file : undefined;
}

interface Started {
  /** Type of the file system by where it is mounted; undefined where the container did not start. */
  readonly mounts: ReadonlyMap<string, string> | undefined;
  readonly said: string;
}

interface Container {
  readonly runtime: string;
  readonly image: string;
  readonly program: string;
  /** A squashfs to show at /mnt. */
  readonly bound: string | undefined;
  /** A user's directory: the container is then started as users start theirs. */
  readonly cwd: string;
}

async function startContainer({ runtime, image, program, bound, cwd }: Container, machine: Machine): Promise<Started> {
  const bind = bound === undefined ? [] : ['--bind', `${bound}:/mnt:ro,image-src=/`];
  const alone = cwd === '/' ? ['--contain', '--no-home'] : [];
  const argv = [runtime, 'exec', ...alone, ...bind, image, program, '/proc/self/mounts'] as const;
  const own = Object.keys(machine.environment).filter((name) => /^(SINGULARITY|APPTAINER)(ENV)?_/.test(name));
  const environment = Object.fromEntries(own.map((name) => [name, undefined]));
  const answer = await ask(argv, machine, { cwd, environment, seconds: mostSeconds });
  const isStarted = answer.kind === 'answered' && answer.exitCode === 0;
  return { mounts: isStarted ? parseMounts(answer.stdout) : undefined, said: lastWords(answer) };
}

function lastWords(answer: Answer): string {
  if (answer.kind === 'not-started') return 'it could not be started';
  if (answer.kind === 'hung') return `it had not started after ${mostSeconds} s, and was ended`;
  return answer.stderr.trim().split('\n').slice(-3).join(' / ');
}

/** Types by mount point, from a text like /proc/self/mounts; of several mounts at one point the last is on top. */
export function parseMounts(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, at, type] = line.split(' ');
      return at === undefined || type === undefined ? [] : [[at, type] as const];
    }),
  );
}

function wayOf(at: string, { mounts }: Started): MountWay {
  const type = mounts?.get(at) ?? '';
  if (type === 'squashfs') return 'kernel';
  return type.startsWith('fuse') ? 'fuse' : 'unknown';
}
