import { existsSync } from 'node:fs';
import { identifyThisProcess, isSurelyDead } from '../../src/host/process-identity.ts';

/** Says whether a process of this host and boot can be seen in /proc, and whether it is taken for dead. */
const asked: { pid: number; started: string } = JSON.parse(process.argv[2] ?? '');
const isDead = await isSurelyDead({ ...(await identifyThisProcess({})), ...asked });
const isVisible = existsSync(`/proc/${asked.pid}/stat`);
process.stdout.write(JSON.stringify({ isVisible, isDead }));
