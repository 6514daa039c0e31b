import { fileURLToPath } from 'node:url';
import { hostPath } from '../../src/lib/paths.ts';
import type { Context } from '../../src/operations/context.ts';
import type { ReportEvent } from '../../src/report/types.ts';

/** What another program than the command line gives an operation; what is reported is kept in `events`. */
export function contextOf(cwd: string, events: ReportEvent[] = []): Context {
  return {
    environment: { HOME: cwd, CTINSTALL_SITE_SETTINGS: '/dev/null', CTINSTALL_SITE: 'generic' },
    cwd: hostPath(cwd),
    toolDir: hostPath(fileURLToPath(new URL('../..', import.meta.url))),
    toolVersion: '0.0.0',
    commandNames: [],
    umask: 0o022,
    reporter: { report: (event) => events.push(event) },
    signal: new AbortController().signal,
  };
}
