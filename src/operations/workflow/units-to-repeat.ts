import { unitsOf } from './judge.ts';
import type { JobStatus, PlannedJob } from './types.ts';

/**
 * What is run again, by job: what did not end well, what depends on it, and the services that these need. What `isRunning` goes
 * on as it is.
 * @param jobs each after those that it waits for
 */
export function unitsToRepeat(
  jobs: readonly PlannedJob[],
  statuses: ReadonlyMap<string, JobStatus>,
  isRunning: (job: PlannedJob) => boolean,
): ReadonlyMap<string, readonly string[]> {
  const repeated = new Map<string, readonly string[]>();
  for (const job of jobs) {
    // That a service runs again changes nothing for who ended well while it ran before.
    const isChanged = job.needs.some(({ name, on }) => on !== 'begin' && repeated.has(name));
    const units = unitsOf(job).filter((unit) => {
      const state = statuses.get(unit)?.state;
      if (state === 'running' && isRunning(job)) return false;
      return state !== 'finished' || isChanged;
    });
    if (units.length > 0) repeated.set(job.name, units);
  }
  for (const { name, needs } of jobs.toReversed())
    for (const need of repeated.has(name) ? needs : []) {
      const service = jobs.find((job) => job.name === need.name);
      if (need.on === 'begin' && service !== undefined && !isRunning(service))
        repeated.set(service.name, [service.name]);
    }
  // Nothing would end it.
  for (const { name, kind } of jobs) {
    const [, service = ''] = name.split('+');
    if (kind === 'stop' && repeated.has(service)) repeated.set(name, [name]);
  }
  return repeated;
}
