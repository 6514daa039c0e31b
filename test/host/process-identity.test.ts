import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identifyThisProcess, judgeProcess, type ProcessIdentity } from '../../src/host/process-identity.ts';
import { bundle } from '../apply/support.ts';
import { isRoot, rootCommand } from '../harness/as-root.ts';

describe('identifyThisProcess', () => {
  it('says host, process and Slurm job', async () => {
    expect(await identifyThisProcess({ SLURM_JOB_ID: '4711' })).toMatchObject({
      host: hostname(),
      pid: process.pid,
      slurmJob: '4711',
      started: expect.stringMatching(/^\d+$/),
      boot: expect.stringMatching(/^[0-9a-f-]{36}$/),
      pidNamespace: expect.stringMatching(/^\d+$/),
    });
    expect((await identifyThisProcess({})).slurmJob).toBeUndefined();
  });
});

describe('judgeProcess', () => {
  it('knows that this process lives', async () => {
    expect(await judgeProcess(await identifyThisProcess({}))).toBe('alive');
  });

  it('knows nothing of a process on another host', async () => {
    const mine = await identifyThisProcess({});
    expect(await judgeProcess({ ...mine, host: 'other', pid: 1, started: '0', boot: 'x' })).toBe('unknown');
  });

  it('finds out a later process with the same number, and another boot', async () => {
    const mine = await identifyThisProcess({});
    expect(await judgeProcess({ ...mine, started: '1' })).toBe('dead');
    expect(await judgeProcess({ ...mine, boot: 'an earlier one', pidNamespace: 'an earlier one' })).toBe('dead');
  });

  it('understands the locks of earlier versions, which name no PID namespace', async () => {
    const mine = { ...(await identifyThisProcess({})), pidNamespace: undefined };
    expect(await judgeProcess(mine)).toBe('alive');
    expect(await judgeProcess({ ...mine, started: '1' })).toBe('dead');
  });

  it('finds out one that is gone, and one that nobody has waited for', async () => {
    const mine = await identifyThisProcess({});
    const gone = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' });
    expect(await judgeProcess({ ...mine, pid: Number(gone) })).toBe('dead');
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
      expect(await judgeProcess({ ...mine, pid: Number(zombie), started })).toBe('dead');
    } finally {
      child.kill('SIGKILL');
    }
  });
});

interface Said {
  readonly isVisible: boolean;
  readonly verdict: string;
  readonly mine: ProcessIdentity;
}

describe('where processes cannot be seen', () => {
  let programs: string;
  let program: string;
  beforeAll(async () => {
    programs = mkdtempSync(join(tmpdir(), 'ctinstall-judge-program-'));
    program = await bundle('test/host/judge-program.ts', programs);
    execFileSync('chmod', ['-R', 'a+rX', programs]);
  });
  afterAll(() => rmSync(programs, { recursive: true }));

  const ask = (wrapper: readonly [string, ...string[]], asked: Partial<ProcessIdentity>): Said => {
    const [first, ...rest] = [...wrapper, process.execPath, program, JSON.stringify(asked)] as const;
    return JSON.parse(execFileSync(first, rest, { encoding: 'utf8' }));
  };
  const gone = (): number => Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));

  // On many login nodes a user sees only the own processes in /proc; to mount such a one needs root.
  it('a process of another user that /proc hides is taken for alive', async () => {
    const { started } = await identifyThisProcess({});
    const hide =
      'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
    const hidden = rootCommand(['unshare', '-m', '--', 'sh', '-c', hide, 'sh']);
    expect(ask(hidden, { pid: process.pid, started })).toMatchObject({ isVisible: false, verdict: 'alive' });
    expect(ask(hidden, { pid: gone(), started })).toMatchObject({ isVisible: false, verdict: 'dead' });
  });

  const asRoot = isRoot ? [] : ['--map-root-user'];
  it.each([['with its own /proc', ['--mount-proc']] as const, ['with the /proc outside', []] as const])(
    'nothing is known of a process in another PID namespace, all of those in this one: %s',
    async (_, more) => {
      const apart = ['unshare', ...asRoot, '--pid', '--fork', '--kill-child', ...more] as const;
      const outside = await identifyThisProcess({});
      expect(ask(apart, outside).verdict).toBe('unknown');
      expect(ask(apart, { ...outside, pid: gone() }).verdict).toBe('unknown');
      const { verdict, mine } = ask(apart, {});
      expect(verdict).toBe('alive');
      expect(mine).toMatchObject({ pid: 1, boot: outside.boot });
      expect(mine.pidNamespace).not.toBe(outside.pidNamespace);
      expect(await judgeProcess(mine)).toBe('unknown');
      // Outside this is a process that lives; in there nobody has its number.
      const { pid, started } = outside;
      expect(ask(apart, { pid, started }).verdict).toBe('dead');
    },
  );
});
