import { readdir, readFile } from 'node:fs/promises';
import { statFieldsOf } from './process-identity.ts';

/** Whether the process is a shell of this machine that runs the script. */
export async function isRunningScript(pid: number, script: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(script);
}

/** Asks a process to end; nothing happens where there is none, or it is not this user's. */
export function askToEnd(pid: number): void {
  signal(pid, 'SIGTERM');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

/** Kills all processes that are left of a session, such as what a script has started that was killed itself. */
export async function killSession(leader: number): Promise<void> {
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    // The fourth is the session.
    if ((await statFieldsOf(pid))?.[3] === String(leader)) signal(pid, 'SIGKILL');
  }
}
