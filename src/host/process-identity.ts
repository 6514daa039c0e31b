import { hostname, userInfo } from 'node:os';
import { codeOf, readTextIfThere } from './files.ts';

/** Who holds a lock: enough to find the process, and to tell it from a later one with the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks from boot to the start of the process (`/proc/<pid>/stat`, field 22), and the boot it belongs to. */
  readonly started: string;
  readonly boot: string;
  readonly user: string;
  readonly slurmJob: string | undefined;
}

export async function identifyThisProcess(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ProcessIdentity> {
  return {
    host: hostname(),
    pid: process.pid,
    started: (await statFieldsOf(process.pid))?.[19] ?? '',
    boot: await bootId(),
    user: userName(),
    slurmJob: environment.SLURM_JOB_ID,
  };
}

/** Whether a process is gone for sure: only where it ran on this host can that be known. */
export async function isSurelyDead(other: ProcessIdentity): Promise<boolean> {
  if (other.host !== hostname()) return false;
  if (other.boot !== (await bootId())) return true;
  const fields = await statFieldsOf(other.pid);
  if (fields === undefined) return !mayExist(other.pid);
  return fields[0] === 'Z' || fields[19] !== other.started;
}

/** Fields of `/proc/<pid>/stat` from the third, the state, on; undefined where it cannot be read. */
async function statFieldsOf(pid: number): Promise<string[] | undefined> {
  const stat = await readTextIfThere(`/proc/${pid}/stat`).catch(() => undefined);
  // The command's name, in parentheses, may hold blanks and parentheses itself; the fields go on after the last one.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Login nodes often hide the processes of others in `/proc` (`hidepid`); a signal still tells whether there is one. */
function mayExist(pid: number): boolean {
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

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
