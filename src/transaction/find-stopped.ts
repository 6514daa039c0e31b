import { listDirectory, lstatIfThere } from '../host/files.ts';
import { judgeProcess } from '../host/process-identity.ts';
import { type HostPath, joinHost, type Prefix } from '../lib/paths.ts';
import { describeHolder } from './lock.ts';
import { fileLock } from './lock-forms.ts';

/** An install that a run was at work on when it was stopped. */
export interface Stopped {
  /** `tiny/1.0` */
  readonly install: string;
  /** Whose lock is there, where nothing can be known of that process here: it may be at work still. */
  readonly mayBeHeldBy: string | undefined;
}

/** What runs that were stopped left under a prefix; nothing is changed. What a live process is at work on is not among it. */
export async function findStopped(prefix: Prefix): Promise<Stopped[]> {
  const place = (kind: string, name: string): HostPath => joinHost(prefix, '.ctinstall', kind, name);
  const work = await Promise.all(['staging', 'retired'].map((kind) => listDirectory(place(kind, ''))));
  const locks = (await listDirectory(place('locks', ''))).flatMap(
    ({ name }) => /^(.+@.+)\.lock$/.exec(name)?.[1] ?? [],
  );
  const stopped: Stopped[] = [];
  for (const name of [...new Set([...work.flat().map((entry) => entry.name), ...locks])].sort()) {
    const text = await fileLock.read(place('locks', `${name}.lock`));
    const holder = text === undefined ? undefined : fileLock.parse(text);
    const state = text === undefined ? 'dead' : holder === undefined ? 'unknown' : await judgeProcess(holder);
    if (state === 'alive') continue;
    // A run may have ended meanwhile.
    const left = [place('staging', name), place('retired', name), place('locks', `${name}.lock`)];
    if ((await Promise.all(left.map(lstatIfThere))).every((stats) => stats === undefined)) continue;
    const mayBeHeldBy = state === 'unknown' ? describeHolder(holder) : undefined;
    stopped.push({ install: name.replace('@', '/'), mayBeHeldBy });
  }
  return stopped;
}
