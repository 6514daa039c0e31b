import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { giveToUser, makeSandbox, type Ran } from './sandbox.ts';

const program = fileURLToPath(new URL('odd-file-system.py', import.meta.url));

/** How a file system can differ from most; see odd-file-system.py. */
export type Fault =
  | 'chmod=EPERM'
  | 'fsync=EINVAL'
  | 'fsync=ENOTSUP'
  | 'symlink=EPERM'
  | 'statfs=nothing'
  | 'rename=keeps'
  | 'speed=slow';

export interface OddFileSystem {
  /** The prefix, which lies on it, and is seen only by what `run` runs. */
  readonly prefix: string;
  /** What is there, as an ordinary file system has it. */
  readonly shown: string;
  /** Runs a script as the user, with the file system mounted, its faults those of this run. */
  readonly run: (faults: readonly Fault[], script: string) => Promise<Ran>;
  readonly write: (name: string, text: string) => string;
}

/**
 * A prefix on an odd file system. It is mounted, without privileges, in a mount namespace of each run's own: with the last
 * process of the run it is gone, however that ends.
 */
export function makeOddFileSystem(): OddFileSystem {
  const sandbox = makeSandbox();
  const [shown, place] = [join(sandbox.dir, 'shown'), join(sandbox.dir, 'odd')];
  for (const directory of [shown, place]) mkdirSync(directory);
  const server = join(sandbox.dir, 'odd-file-system.py');
  cpSync(program, server);
  chmodSync(server, 0o644);
  giveToUser(sandbox.dir);
  const prefix = join(place, inject('prefixName'));
  return {
    prefix,
    shown: join(shown, inject('prefixName')),
    write: sandbox.write,
    run: (faults, script) =>
      sandbox.run(
        `exec unshare --user --map-current-user --keep-caps --mount --kill-child --fork \\
          bash --norc --noprofile -c "$ODD_RUN" odd ${faults.join(' ')}`,
        {
          CTINSTALL_PREFIX: prefix,
          ODD_RUN: `
            setpriv --pdeathsig KILL -- /usr/bin/python3 '${server}' '${shown}' '${place}' "$@" &
            server=$!
            trap 'kill -KILL "$server"' EXIT
            until mountpoint --quiet '${place}'; do kill -0 "$server" || exit 99; sleep 0.02; done
            setpriv --inh-caps=-all --ambient-caps=-all -- bash --norc --noprofile -c "$ODD_SCRIPT"`,
          ODD_SCRIPT: `. "$CT_LMOD_INIT"; module use "$CTINSTALL_PREFIX/modules"; PATH=$CT_TOOL/bin:$PATH
            ${script}`,
        },
      ),
  };
}
