import { hostname, userInfo } from 'node:os';
import { readLinkIfThere } from './create-once.ts';
import { codeOf } from './error-code.ts';
import { readTextIfThere } from './files.ts';

/** Who holds a lock: enough to find the process, and to tell it from a later one with the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks from boot to the start of the process (`/proc/<pid>/stat`, field 22), and the boot it belongs to. */
  readonly started: string;
  readonly boot: string;
  /** The number of the PID namespace in which `pid` counts (`/proc/self/ns/pid`); locks of earlier versions have none. */
  readonly pidNamespace: string | undefined;
  readonly user: string;
  readonly slurmJob: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function identifyThisProcess(environment: Environment): Promise<ProcessIdentity> {
  return identify('self', environment);
}

/** Of a process that lives in the PID namespace of this one, and is this user's. */
export function identifyProcess(pid: number, environment: Environment): Promise<ProcessIdentity> {
  return identify(pid, environment);
}

async function identify(pid: number | 'self', environment: Environment): Promise<ProcessIdentity> {
  return {
    host: hostname(),
    pid: pid === 'self' ? process.pid : pid,
    started: (await statFieldsOf(pid))?.[19] ?? '',
    boot: await bootId(),
    pidNamespace: await pidNamespace(),
    user: userName(),
    slurmJob: environment.SLURM_JOB_ID,
  };
}

/**
 * What can be known here of a process: `unknown` where it ran on another host, or in another PID namespace of this one (a
 * container, a job that sees only its own processes), where its number means another process or none.
 */
export async function judgeProcess(other: ProcessIdentity): Promise<'alive' | 'dead' | 'unknown'> {
  if (other.host !== hostname()) return 'unknown';
  if (other.boot !== (await bootId())) return 'dead';
  if (other.pidNamespace !== undefined && other.pidNamespace !== (await pidNamespace())) return 'unknown';
  const fields = await statFieldsOf(other.pid);
  if (fields === undefined) return isProcessHere(other.pid) ? 'alive' : 'dead';
  return fields[0] === 'Z' || fields[19] !== other.started ? 'dead' : 'alive';
}

/** Fields of `/proc/<pid>/stat` from the third, the state, on; undefined where it cannot be read. */
export async function statFieldsOf(pid: number | 'self'): Promise<string[] | undefined> {
  // A /proc that was mounted in another PID namespace has other processes under these numbers.
  if (pid !== 'self' && (await readLinkIfThere('/proc/self').catch(() => undefined)) !== String(process.pid))
    return undefined;
  const stat = await readTextIfThere(`/proc/${pid}/stat`).catch(() => undefined);
  // The command's name, in parentheses, may hold blanks and parentheses itself; the fields go on after the last one.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Login nodes often hide the processes of others in `/proc` (`hidepid`); a signal still tells whether there is one. */
export function isProcessHere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

async function bootId(): Promise<string> {
  return (await readTextIfThere('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
}

/** The link reads `pid:[4026531836]`. */
async function pidNamespace(): Promise<string | undefined> {
  const link = await readLinkIfThere('/proc/self/ns/pid').catch(() => undefined);
  return link === undefined ? undefined : /\d+/.exec(link)?.[0];
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
