import type { Reporter } from './types.ts';

/** A reporter that says of each event which module it is about, where several are worked on at a time. */
export function labelled(reporter: Reporter, module: string): Reporter {
  return { report: (event) => reporter.report({ ...event, module }) };
}
