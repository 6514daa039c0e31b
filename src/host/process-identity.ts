import { hostname, userInfo } from 'node:os';
import { readTextIfThere } from './files.ts';

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

export async function identifyThisProcess(environment: Readonly<Record<string, string | undefined>>): Promise<ProcessIdentity> {
  return {
    host: hostname(),
    pid: process.pid,
    started: (await startOf(process.pid)) ?? '',
    boot: await bootId(),
    user: userName(),
    slurmJob: environment.SLURM_JOB_ID,
  };
}

/** Whether the process may still be alive: surely dead only if it ran on this host and is gone. */
export async function isSurelyDead(other: ProcessIdentity): Promise<boolean> {
  if (other.host !== hostname()) return false;
  if (other.boot !== (await bootId())) return true;
  const started = await startOf(other.pid);
  return started === undefined || started !== other.started;
}

async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readTextIfThere(`/proc/${pid}/stat`).catch(() => undefined);
  // The command's name, in parentheses, may hold blanks and parentheses itself; the fields go on after the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined || fields[0] === 'Z') return undefined;
  return fields[19];
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
