import type { Reporter } from '../../report/types.ts';

/** Tells of a piece of the work when it begins and when it is done. */
export async function step<T>(reporter: Reporter, title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  reporter.report({ event: 'step-started', step: 'build', title });
  const result = await work();
  reporter.report({ event: 'step-finished', step: 'build', title, seconds: (performance.now() - started) / 1000 });
  return result;
}
