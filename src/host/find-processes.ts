import { readFile } from 'node:fs/promises';
import { listDirectory } from './files.ts';
import { statFieldsOf } from './process-identity.ts';

export interface ProcessSearch {
  /** Number of the user whose processes are looked at. */
  readonly user: number;
  /** All of this session are meant; none for undefined. */
  readonly session: number | undefined;
  /** `NAME=value`: all that were started with it in their environment are meant. */
  readonly mark: string;
}

/** Numbers of the living processes that are meant, as far as this process may see them. */
export async function findProcesses({ user, session, mark }: ProcessSearch): Promise<number[]> {
  const found: number[] = [];
  for (const { name } of await listDirectory('/proc')) {
    if (!/^[1-9]\d*$/.test(name)) continue;
    const pid = Number(name);
    // Of the state, the parent, the process group and the session.
    const [state, , , itsSession] = (await statFieldsOf(pid)) ?? ['Z'];
    if (state === 'Z' || state === 'X' || (await userOf(pid)) !== user) continue;
    const isOfSession = session !== undefined && Number(itsSession) === session;
    if (isOfSession || (await hasMark(pid, mark))) found.push(pid);
  }
  return found;
}

/** The real one: a program with the set-user-ID bit goes on being the user's. */
async function userOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, uid] = /^Uid:\s+(\d+)/m.exec(status) ?? [];
  return uid === undefined ? undefined : Number(uid);
}

async function hasMark(pid: number, mark: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(mark);
}
