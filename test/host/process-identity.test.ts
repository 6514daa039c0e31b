import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identifyThisProcess, isSurelyDead } from '../../src/host/process-identity.ts';
import { bundle } from '../apply/support.ts';
import { isRoot } from './support.ts';

describe('identifyThisProcess', () => {
  it('says host, process and Slurm job', async () => {
    expect(await identifyThisProcess({ SLURM_JOB_ID: '4711' })).toMatchObject({
      host: hostname(),
      pid: process.pid,
      slurmJob: '4711',
      started: expect.stringMatching(/^\d+$/),
      boot: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect((await identifyThisProcess({})).slurmJob).toBeUndefined();
  });
});

describe('isSurelyDead', () => {
  it('knows that this process lives', async () => {
    expect(await isSurelyDead(await identifyThisProcess({}))).toBe(false);
  });

  it('believes a process on another host', async () => {
    const mine = await identifyThisProcess({});
    expect(await isSurelyDead({ ...mine, host: 'other', pid: 1, started: '0', boot: 'x' })).toBe(false);
  });

  it('finds out a later process with the same number, and another boot', async () => {
    const mine = await identifyThisProcess({});
    expect(await isSurelyDead({ ...mine, started: '1' })).toBe(true);
    expect(await isSurelyDead({ ...mine, boot: 'an earlier one' })).toBe(true);
  });

  it('finds out one that is gone, and one that nobody has waited for', async () => {
    const mine = await identifyThisProcess({});
    const gone = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' });
    expect(await isSurelyDead({ ...mine, pid: Number(gone) })).toBe(true);
    // The shell becomes `sleep`, which never waits for the child that `sh` started.
    const child = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const zombie = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text))));
      const stat = (): string => execFileSync('ps', ['-o', 'stat=', '-p', zombie.trim()], { encoding: 'utf8' });
      await expect.poll(stat).toMatch(/^Z/);
      const started = execFileSync('sh', ['-c', `cut -d' ' -f22 /proc/${zombie.trim()}/stat`], {
        encoding: 'utf8',
      }).trim();
      expect(await isSurelyDead({ ...mine, pid: Number(zombie), started })).toBe(true);
    } finally {
      child.kill('SIGKILL');
    }
  });

  // On many login nodes a user sees only the own processes in /proc; to mount such a one needs root.
  it.runIf(isRoot)('takes a process of another user that /proc hides for alive', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ctinstall-hidepid-'));
    try {
      const script = await bundle('test/host/is-dead-program.ts', root);
      execFileSync('chmod', ['-R', 'a+rX', root]);
      const ask = async (pid: number): Promise<unknown> => {
        const { started } = await identifyThisProcess({});
        const said = execFileSync(
          'unshare',
          [
            ...['-m', '--', 'sh', '-c'],
            'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups node "$@"',
            ...['sh', script, JSON.stringify({ pid, started })],
          ],
          { encoding: 'utf8' },
        );
        return JSON.parse(said);
      };
      expect(await ask(process.pid)).toEqual({ isVisible: false, isDead: false });
      const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
      expect(await ask(gone)).toEqual({ isVisible: false, isDead: true });
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
