import { randomBytes } from 'node:crypto';
import { makeDirectory, removeFile, writeFileWhole } from '../../../host/files.ts';
import { commandError, type RunResult, run } from '../../../host/run.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatLine } from '../../../lib/format.ts';
import { type HostPath, joinHost } from '../../../lib/paths.ts';
import type { Context } from '../../context.ts';
import { judgeProof, proofScript } from './proof.ts';

/** A tree in which commands are run by proot, as if it were the root of a system and the user its root. */
export interface Guest {
  readonly proot: string;
  readonly root: HostPath;
  /** A directory of its own that is not in the image. */
  readonly work: HostPath;
  /** A file that only this tree has. */
  readonly marker: string;
}

/**
 * Begins each command. What proot itself needs goes, then the image's own variables come. Nothing is run where the marker is
 * not to be seen: then this is not the image.
 */
const guard = `unset LD_LIBRARY_PATH PROOT_NO_SECCOMP PROOT_TMP_DIR
[ -e "$1" ] || { echo "this is not the image: nothing is run" >&2; exit 97; }
shift
for script in /.singularity.d/env/*.sh; do
    if [ -f "$script" ]; then . "$script"; fi
done
exec "$@"
`;

/** Works in a tree that was proved to be what commands see. @throws CtinstallError `build-impossible` before anything is run in it */
export async function withGuest<T>(
  { proot, root, work }: Omit<Guest, 'marker'>,
  context: Context,
  use: (guest: Guest) => Promise<T>,
): Promise<T> {
  const guest = { proot, root, work, marker: `/.ctinstall-${randomBytes(12).toString('hex')}` };
  for (const name of ['shown', 'loader']) await makeDirectory(joinHost(work, name));
  await writeFileWhole(joinHost(root, guest.marker), '', 0o644);
  try {
    await prove(guest, context);
    return await use(guest);
  } finally {
    await removeFile(joinHost(root, guest.marker));
  }
}

async function prove(guest: Guest, context: Context): Promise<void> {
  const { proot, marker, work } = guest;
  // Not through the guard, which would hide what is seen; all before it is the same.
  const argv = [...prootCommand(guest), '/bin/sh', '-c', proofScript, 'sh', marker, work] as const;
  const result = await run(withUmask(argv), { env: guestEnvironment(guest, context), signal: context.signal });
  const ended = commandError(argv, result, 'a shell in the image');
  const fault = result.exitCode === 0 ? judgeProof(result.stdout) : ended.message;
  if (fault === undefined) return;
  throw new CtinstallError('build-impossible', `\`${proot}\` is not used: ${fault}`, {
    // What it said; the command is all of the trial.
    details: ended.details.filter((line) => line.startsWith('  |')),
    hint: 'load a module with proot 5.4 or later; nothing of the definition file was run',
  });
}

/** Runs a command in the tree, with an environment of its own. */
export async function runInGuest(
  guest: Guest,
  argv: readonly [string, ...string[]],
  context: Context,
): Promise<RunResult> {
  const { reporter, signal } = context;
  return run(withUmask([...prootCommand(guest), '/bin/sh', '-c', guard, 'sh', guest.marker, ...argv]), {
    env: guestEnvironment(guest, context),
    signal,
    onErrorLine: (line) => reporter.report({ event: 'working', what: formatLine(line) }),
  });
}

/** Temporary files of this machine are not shown: what is left there would else be found, and changed. */
function prootCommand({ proot, root, work }: Guest): [string, ...string[]] {
  const shown = joinHost(work, 'shown');
  const binds = ['/dev', '/proc', '/sys', '/etc/resolv.conf', '/etc/hosts'];
  for (const place of ['/tmp', '/var/tmp', '/dev/shm']) binds.push(`${shown}:${place}`);
  return [proot, '-r', root, '-0', '-w', '/', ...binds.flatMap((bind) => ['-b', bind])];
}

/** An image is for everybody to read, whatever the session's umask is. */
export function withUmask(argv: readonly [string, ...string[]], umask = '022'): [string, ...string[]] {
  return ['/bin/sh', '-c', `umask ${umask} && exec "$@"`, 'sh', ...argv];
}

/** As Apptainer has it in `%post`: little, and of the session only what leads to the network. */
function guestEnvironment({ work }: Guest, { environment }: Context): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => /^((https?|all|no|ftp)_proxy|TERM)$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: '/root',
    LANG: 'C',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...Object.fromEntries(
      ['APPTAINER', 'SINGULARITY'].flatMap((name) => [
        [`${name}_ENVIRONMENT`, '/.singularity.d/env/91-environment.sh'],
        [`${name}_LABELS`, labelsFile],
      ]),
    ),
    // On some kernels it else runs commands on the machine itself.
    PROOT_NO_SECCOMP: '1',
    PROOT_TMP_DIR: joinHost(work, 'loader'),
    // Where a module brings it, its libraries are found by this.
    LD_LIBRARY_PATH: environment.LD_LIBRARY_PATH,
  };
}

/** Where `%post` writes labels. */
export const labelsFile = '/.build.labels';
