import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing, makeDirectory, removeFile } from '../host/files.ts';
import { identifyThisProcess, judgeProcess, type ProcessIdentity } from '../host/process-identity.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine, formatValue } from '../lib/format.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import { fileLock, type LockForm } from './lock-forms.ts';

export interface LockOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether to wait for the holder; else a held lock is an error at once. */
  readonly waits: boolean;
  /** Whether to take the lock from a holder of whom nothing can be known here. */
  readonly forceUnlock?: boolean | undefined;
  readonly onWait: (holder: string) => void;
  /** Milliseconds to wait before that is called; at once where it is not given. */
  readonly patience?: number;
  readonly signal?: AbortSignal | undefined;
}

const pauseMilliseconds = 250;

/**
 * Takes a lock that works across hosts on a shared file system: a name that only one can make, and that says who did
 * (`flock` does not reach other nodes everywhere). A holder that died on this host is found out; one on another host, or
 * in another PID namespace, is believed unless the lock is forced. A live holder on this host never loses its lock. Returns
 * the function that gives the lock back.
 * @throws CtinstallError `locked`, naming the holder
 */
export async function takeLock(
  path: HostPath,
  options: LockOptions,
  form: LockForm = fileLock,
): Promise<() => Promise<void>> {
  const text = form.render(await identifyThisProcess(options.environment));
  let first: string | undefined;
  let toldOf: string | undefined;
  const started = performance.now();
  for (;;) {
    const mine = await createLock(path, text, form);
    if (mine !== undefined) return () => giveBack(path, mine, form);
    const held = await form.read(path);
    if (held === undefined) continue;
    // Who forces a lock means the holder that they have seen, not one that came after it.
    first ??= held;
    const forces = options.forceUnlock === true && held === first;
    const holder = await findHolder(path, held, { mine: text, forces, form });
    if (holder === undefined) continue;
    if (!options.waits) throw lockedBy(holder, options, form);
    if (toldOf !== held && performance.now() - started >= (options.patience ?? 0)) {
      options.onWait(describeWait(holder, options));
      toldOf = held;
    }
    await pause(options.signal);
  }
}

async function createLock(path: HostPath, text: string, form: LockForm): Promise<string | undefined> {
  await makeDirectory(hostPath('..', path));
  return form.create(path, text).catch((error: unknown) => {
    // Another run that failed has removed the empty directory again.
    if (error instanceof CtinstallError && isMissing(error.cause)) return undefined;
    throw error;
  });
}

async function giveBack(path: HostPath, mine: string, form: LockForm): Promise<void> {
  if ((await form.read(path)) === mine) await removeFile(path);
}

interface Holder {
  readonly state: 'alive' | 'unknown';
  readonly who: string;
}

interface Breaking {
  readonly mine: string;
  readonly forces: boolean;
  readonly form: LockForm;
}

/** Who must be waited for; undefined where the lock was removed, or has changed hands, so that taking it can be tried again. */
async function findHolder(path: HostPath, held: string, breaking: Breaking): Promise<Holder | undefined> {
  const holder = breaking.form.parse(held);
  const state = holder === undefined ? 'unknown' : await judgeProcess(holder);
  if (state === 'alive' || (state === 'unknown' && !breaking.forces))
    return { state, who: holder === undefined ? describeDamaged(path, held) : describeHolder(holder) };
  return breakLock(path, held, breaking);
}

/**
 * Removes the lock of a holder that is gone. Several may find it at once, and one of them may be slow: only who makes the
 * claim on this very holder may remove the lock, and only while it is still that holder's. Who made the claim may be gone
 * too: then the claim is broken in the same way.
 */
async function breakLock(path: HostPath, held: string, breaking: Breaking): Promise<Holder | undefined> {
  const { mine, form } = breaking;
  const claim = form.claimOf(path, held);
  if ((await createLock(claim, mine, form)) !== undefined) {
    if ((await form.read(path)) === held) await removeFile(path);
    await removeFile(claim);
    return undefined;
  }
  const claimed = await form.read(claim);
  return claimed === undefined ? undefined : findHolder(claim, claimed, breaking);
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await sleep(pauseMilliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {
    throw new CtinstallError('interrupted', 'interrupted');
  });
}

const ifItIsGone = 'if that process is surely gone, run again with `--force-unlock`';
const isNotRobbed = '`--force-unlock` takes no lock from a process that lives on this host';

function describeWait({ who, state }: Holder, { forceUnlock }: LockOptions): string {
  if (state === 'unknown') return `${who}; ${ifItIsGone}`;
  return forceUnlock === true ? `${who}; ${isNotRobbed}` : who;
}

function lockedBy({ who, state }: Holder, { forceUnlock }: LockOptions, form: LockForm): CtinstallError {
  const more = state === 'unknown' ? `; ${ifItIsGone}` : forceUnlock === true ? `; ${isNotRobbed}` : '';
  return new CtinstallError('locked', `${form.message}: ${who}`, { hint: `run again when it is done${more}` });
}

/** What a lock says that tells of nobody, or what stands in its place. */
function describeDamaged(path: HostPath, held: string): string {
  const says = held.trim() === '' ? 'is empty' : `is damaged: \`${formatValue(held.trim())}\``;
  return `${describeHolder(undefined)} (\`${formatLine(path)}\` ${says})`;
}

/** Who holds a lock, or held it; anybody may have written that, so it is shown as one line that no terminal obeys. */
export function describeHolder(holder: ProcessIdentity | undefined): string {
  if (holder === undefined) return 'an unknown process';
  const job = holder.slurmJob === undefined ? '' : `, Slurm job ${formatValue(holder.slurmJob)}`;
  return `process ${holder.pid} of ${formatValue(holder.user)} on ${formatValue(holder.host)}${job}`;
}
