import { createHash } from 'node:crypto';
import { identifyThisProcess, judgeProcess } from './process-identity.ts';

/**
 * A name of this process that no other has: `<pid>-<start>-<PID namespace>-<host>-<boot>`, the last two as digests. For names
 * of what a killed process leaves behind.
 */
export async function processName(): Promise<string> {
  const { pid, started, pidNamespace, host, boot } = await identifyThisProcess({});
  return [pid, started || '0', pidNamespace ?? '', digest(host), digest(boot)].join('-');
}

/** Whether the process of that name is there; `unknown` where it cannot be known here. */
export async function judgeProcessName(name: string): Promise<'alive' | 'dead' | 'unknown'> {
  const [pid = '', started = '', pidNamespace, host, boot] = name.split('-');
  const here = await identifyThisProcess({});
  return judgeProcess({
    ...{ pid: Number(pid), started, user: '', slurmJob: undefined },
    pidNamespace: pidNamespace === '' ? undefined : pidNamespace,
    host: host === digest(here.host) ? here.host : '',
    boot: boot === digest(here.boot) ? here.boot : '',
  });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
