import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFileOnce, isMissing, makeDirectory, readTextIfThere, removeFile } from '../host/files.ts';
import { identifyThisProcess, isSurelyDead, type ProcessIdentity } from '../host/process-identity.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';

export interface LockOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether to wait for the holder; else a held lock is an error at once. */
  readonly waits: boolean;
  readonly onWait: (holder: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const pauseMilliseconds = 250;

/**
 * Takes a lock that works across hosts on a shared file system: a file that says who holds it, made by link(2), which
 * fails if the name is there (`flock` does not reach other nodes everywhere). A holder that died on this host is found
 * out; one on another host is believed. Returns the function that gives the lock back.
 * @throws CtinstallError `locked`, naming the holder
 */
export async function takeLock(path: HostPath, options: LockOptions): Promise<() => Promise<void>> {
  const mine = await identifyThisProcess(options.environment);
  const text = `${JSON.stringify(mine)}\n`;
  let toldOf: string | undefined;
  for (;;) {
    await makeDirectory(hostPath('..', path));
    const isMine = await createFileOnce(path, text).catch((error: unknown) => {
      // Another run that failed has removed the empty directory again.
      if (error instanceof CtinstallError && isMissing(error.cause)) return false;
      throw error;
    });
    if (isMine) return () => giveBack(path, text);
    const held = await readTextIfThere(path);
    if (held === undefined) continue;
    const holder = parseHolder(held);
    if (holder !== undefined && (await isSurelyDead(holder))) {
      await breakLock(path, held, text);
      continue;
    }
    const who = describeHolder(holder);
    if (!options.waits)
      throw new CtinstallError('locked', `another ctinstall is at work on the same install: ${who}`, {
        hint: `run again when it is done; if that process is surely gone, remove \`${path}\``,
      });
    if (toldOf !== held) options.onWait(who);
    toldOf = held;
    await sleep(pauseMilliseconds, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(
      () => {
        throw new CtinstallError('interrupted', 'interrupted');
      },
    );
  }
}

async function giveBack(path: HostPath, mine: string): Promise<void> {
  if ((await readTextIfThere(path)) === mine) await removeFile(path);
}

/**
 * Removes the lock of a dead holder. Several may find it at once, and one of them may be slow: only who makes the claim
 * on this very holder may remove the lock, and only while it is still that holder's. Who made the claim may have died
 * too: then the claim is broken in the same way.
 */
async function breakLock(path: HostPath, held: string, mine: string): Promise<void> {
  const claim = hostPath(`${path}.${createHash('sha256').update(held).digest('hex').slice(0, 16)}~`);
  if (await createFileOnce(claim, mine)) {
    if ((await readTextIfThere(path)) === held) await removeFile(path);
    return removeFile(claim);
  }
  const claimant = await readTextIfThere(claim);
  const other = claimant === undefined ? undefined : parseHolder(claimant);
  if (claimant !== undefined && other !== undefined && (await isSurelyDead(other)))
    await breakLock(claim, claimant, mine);
  else await sleep(pauseMilliseconds / 10);
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'host' in value && 'pid' in value
      ? (value as ProcessIdentity)
      : undefined;
  } catch {
    return undefined;
  }
}

function describeHolder(holder: ProcessIdentity | undefined): string {
  if (holder === undefined) return 'an unknown process';
  const job = holder.slurmJob === undefined ? '' : `, Slurm job ${holder.slurmJob}`;
  return `process ${holder.pid} of ${holder.user} on ${holder.host}${job}`;
}
