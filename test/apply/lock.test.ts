import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LockOptions, takeLock } from '../../src/apply/lock.ts';
import { identifyThisProcess, type ProcessIdentity } from '../../src/host/process-identity.ts';
import { type HostPath, hostPath } from '../../src/lib/paths.ts';
import { failure } from '../image/failure.ts';
import { bundle, start } from './support.ts';

let programs: string;
let program: string;
beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'ctinstall-lock-program-'));
  program = await bundle('test/apply/lock-program.ts', programs);
});
afterAll(() => rmSync(programs, { recursive: true }));

let root: string;
let lock: HostPath;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-lock-'));
  lock = hostPath(join(root, 'locks', 'demo.lock'));
});
afterEach(() => rmSync(root, { recursive: true }));

const options: LockOptions = { environment: {}, waits: false, onWait: () => undefined };

/** Puts a lock there as if another process held it. */
async function hold(other: Partial<ProcessIdentity>): Promise<string> {
  const text = `${JSON.stringify({ ...(await identifyThisProcess({})), ...other })}\n`;
  await takeLock(lock, options);
  writeFileSync(lock, text);
  return text;
}

describe('takeLock', () => {
  it('takes a lock that says who holds it, and gives it back', async () => {
    const unlock = await takeLock(lock, { ...options, environment: { SLURM_JOB_ID: '42' } });
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({
      host: hostname(),
      pid: process.pid,
      slurmJob: '42',
    });
    await unlock();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });

  it('says at once who holds it, where it is not to wait', async () => {
    await hold({ slurmJob: '4711', user: 'jo' });
    const error = await failure(takeLock(lock, options));
    expect(error.code).toBe('locked');
    expect(error.message).toBe(
      `another ctinstall is at work on the same install: process ${process.pid} of jo on ${hostname()}, Slurm job 4711`,
    );
    expect(error.hint).toContain(`\`${lock}\``);
  });

  it('never steals from another host, or from one that it does not know', async () => {
    const text = await hold({ host: 'nid001234', pid: 1, started: '1', boot: 'x' });
    expect((await failure(takeLock(lock, options))).message).toContain('on nid001234');
    expect(readFileSync(lock, 'utf8')).toBe(text);
    for (const odd of ['', 'no JSON', '[]', 'null', '{"host":"x"}']) {
      writeFileSync(lock, odd);
      expect((await failure(takeLock(lock, options))).message).toContain('an unknown process');
      expect(readFileSync(lock, 'utf8')).toBe(odd);
    }
  });

  it('waits for a live holder, telling once whom for', async () => {
    const { child, ended, firstLine } = start(program, ['hold', lock]);
    await firstLine;
    const told: string[] = [];
    const taking = takeLock(lock, { ...options, waits: true, onWait: (holder) => told.push(holder) });
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toContain(`process ${child.pid} of `);
    child.kill('SIGKILL');
    await ended;
    const unlock = await taking;
    expect(told).toHaveLength(1);
    await unlock();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });

  it('takes over from a holder on this host that was killed', async () => {
    const { child, ended, firstLine } = start(program, ['hold', lock]);
    await firstLine;
    expect((await failure(takeLock(lock, options))).code).toBe('locked');
    child.kill('SIGKILL');
    await ended;
    const unlock = await takeLock(lock, options);
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid });
    await unlock();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });

  it('takes over from a process that was before the last boot, or had the same number', async () => {
    await hold({ boot: 'earlier' });
    await (await takeLock(lock, options))();
    await hold({ started: '1' });
    await (await takeLock(lock, options))();
    expect(existsSync(lock)).toBe(false);
  });

  it('gives back only its own', async () => {
    const unlock = await takeLock(lock, options);
    writeFileSync(lock, 'another’s');
    await unlock();
    expect(readFileSync(lock, 'utf8')).toBe('another’s');
  });

  it('stops waiting when asked to', async () => {
    await hold({ host: 'other' });
    const stop = new AbortController();
    const taking = takeLock(lock, { ...options, waits: true, signal: stop.signal, onWait: () => stop.abort() });
    expect((await failure(taking)).code).toBe('interrupted');
    expect(readdirSync(join(root, 'locks'))).toEqual(['demo.lock']);
  });

  it('does not mind that somebody removes the directory of locks', async () => {
    const taken = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const unlock = await takeLock(hostPath(join(root, 'locks', `${index}.lock`)), options);
        rmSync(join(root, 'locks'), { recursive: true, force: true });
        return unlock;
      }),
    );
    for (const unlock of taken) await unlock();
  });
});

describe('many at once', () => {
  it('never lose a count', async () => {
    const file = join(root, 'number');
    writeFileSync(file, '0');
    // A dead holder that all of them find at once.
    await hold({ boot: 'earlier' });
    const running = Array.from({ length: 8 }, () => start(program, ['count', lock, file, '5']).ended);
    for (const ended of await Promise.all(running)) expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe('40');
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });

  it('are never inside together, however many are killed', async () => {
    const file = join(root, 'log');
    writeFileSync(file, '');
    const keepStarting = async (): Promise<void> => {
      for (let round = 0; round < 6; round += 1) {
        const { status, signal, stderr } = await start(program, ['die', lock, file, '3']).ended;
        expect(stderr).toBe('');
        expect([status, signal].join()).toMatch(/^(0,|,SIGKILL)$/);
      }
    };
    await Promise.all(Array.from({ length: 6 }, keepStarting));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(60);
    for (let index = 0; index < lines.length; index += 2) {
      const [what, who] = lines[index]?.split(' ') ?? [];
      expect([what, lines[index + 1]]).toEqual(['enter', `leave ${who}`]);
    }
  });
});
