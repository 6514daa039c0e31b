import { existsSync } from 'node:fs';
import { identifyThisProcess, judgeProcess } from '../../src/host/process-identity.ts';

/**
 * Says what is known of a process, of which the argument tells what differs from this one, and whether it can be seen in
 * /proc; and who this one is.
 */
const asked: Record<string, unknown> & { pid?: number } = JSON.parse(process.argv[2] ?? '');
const mine = await identifyThisProcess({});
const verdict = await judgeProcess({ ...mine, ...asked });
const isVisible = existsSync(`/proc/${asked.pid ?? mine.pid}/stat`);
process.stdout.write(JSON.stringify({ isVisible, verdict, mine }));
