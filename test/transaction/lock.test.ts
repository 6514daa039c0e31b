import type { PathLike } from 'node:fs';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { identifyThisProcess, type ProcessIdentity } from '../../src/host/process-identity.ts';
import { type HostPath, hostPath } from '../../src/lib/paths.ts';
import { type LockOptions, takeLock } from '../../src/transaction/lock.ts';
import { fileLock, linkLock } from '../../src/transaction/lock-forms.ts';
import { bundle, start } from '../apply/support.ts';
import { isRoot } from '../host/support.ts';
import { failure } from '../image/failure.ts';

let programs: string;
let program: string;
beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'ctinstall-lock-program-'));
  program = await bundle('test/transaction/lock-program.ts', programs);
});
afterAll(() => rmSync(programs, { recursive: true }));

let root: string;
let lock: HostPath;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-lock-'));
  lock = hostPath(join(root, 'locks', 'demo.lock'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

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
    expect(error.hint).toBe('run again when it is done');
  });

  it('never steals from another host, or from one that it does not know', async () => {
    const text = await hold({ host: 'nid001234', pid: 1, started: '1', boot: 'x' });
    const error = await failure(takeLock(lock, options));
    expect(error.message).toContain('on nid001234');
    expect(error.hint).toBe(
      'run again when it is done; if that process is surely gone, run again with `--force-unlock`',
    );
    expect(readFileSync(lock, 'utf8')).toBe(text);
    for (const odd of ['', 'no JSON', '[]', 'null', '{"host":"x"}']) {
      writeFileSync(lock, odd);
      expect((await failure(takeLock(lock, options))).message).toContain('an unknown process');
      expect(readFileSync(lock, 'utf8')).toBe(odd);
    }
  });

  it.each([
    ['pid', -1],
    ['pid', 0],
    ['pid', 1.5],
    ['pid', 2 ** 40],
    ['pid', '1'],
    ['host', ['x']],
    ['started', 1],
    ['boot', null],
    ['user', { name: 'jo' }],
    ['slurmJob', 4711],
  ])('knows a damaged lock by its `%s`, %j', async (key, value) => {
    await hold({ [key]: value });
    const { code, message } = await failure(takeLock(lock, options));
    expect([code, message]).toEqual(['locked', expect.stringContaining('an unknown process')]);
    expect(message).toContain(`\`${lock}\` is damaged`);
    await (await takeLock(lock, { ...options, forceUnlock: true }))();
  });

  it('shows what others wrote as one line that no terminal obeys', async () => {
    const trick = 'jo\u001b[2J\nerror: all is lost';
    await hold({ host: trick, user: trick, slurmJob: trick });
    expect((await failure(takeLock(lock, options))).message).not.toMatch(/\p{Cc}/u);
    writeFileSync(lock, trick);
    expect((await failure(takeLock(lock, options))).message).not.toMatch(/\p{Cc}/u);
  });

  it('is led nowhere by what a link says', () => {
    const claim = linkLock.claimOf(lock, 'host/../../x:1:../../../victim:b:u::');
    expect(claim.startsWith(`${lock}.after-`)).toBe(true);
    expect(claim.slice(lock.length)).not.toContain('/');
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

  it('tells nothing of a wait that is shorter than the patience', async () => {
    const unlock = await takeLock(lock, options);
    const told: string[] = [];
    const waiting = { ...options, waits: true, patience: 60_000, onWait: (holder: string) => told.push(holder) };
    const taking = takeLock(lock, waiting);
    const impatient = takeLock(lock, { ...waiting, patience: 1 });
    await expect.poll(() => told).toHaveLength(1);
    await unlock();
    await Promise.all([taking, impatient].map(async (other) => (await other)()));
    expect(told).toHaveLength(1);
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

describe('--force-unlock', () => {
  const forced = { ...options, forceUnlock: true };
  beforeEach(() => {
    mkdirSync(join(root, 'locks'));
  });

  it('takes the lock of a holder on another host, and of one that nothing tells of', async () => {
    for (const form of [fileLock, linkLock]) {
      const other = { ...(await identifyThisProcess({})), host: 'nid001234' };
      for (const said of [form.render(other), 'nothing']) {
        expect(await form.create(lock, said)).toBe(said);
        expect((await failure(takeLock(lock, options, form))).hint).toContain('`--force-unlock`');
        await (await takeLock(lock, forced, form))();
        expect(readdirSync(join(root, 'locks'))).toEqual([]);
      }
    }
  });

  it('takes one that another host was about to take over', async () => {
    const other = { ...(await identifyThisProcess({})), host: 'nid001234' };
    const dead = { ...other, host: hostname(), boot: 'earlier' };
    for (const form of [fileLock, linkLock]) {
      const said = form.render(dead);
      await form.create(lock, said);
      await form.create(form.claimOf(lock, said), form.render(other));
      expect((await failure(takeLock(lock, options, form))).message).toContain('on nid001234');
      await (await takeLock(lock, forced, form))();
      expect(readdirSync(join(root, 'locks'))).toEqual([]);
    }
  });

  it('never robs a live holder on this host, and says so', async () => {
    const { child, ended, firstLine } = start(program, ['hold', lock]);
    await firstLine;
    const text = readFileSync(lock, 'utf8');
    const error = await failure(takeLock(lock, forced));
    expect(error.code).toBe('locked');
    expect(error.hint).toContain('`--force-unlock` takes no lock from a process that lives on this host');
    const told: string[] = [];
    const taking = takeLock(lock, { ...forced, waits: true, onWait: (holder) => told.push(holder) });
    await expect.poll(() => told).toEqual([expect.stringContaining('takes no lock from a process that lives')]);
    expect(readFileSync(lock, 'utf8')).toBe(text);
    child.kill('SIGKILL');
    await ended;
    await (await taking)();
  });

  it('means the holder that was there, not one that came after it', async () => {
    const text = await hold({ host: 'nid000001' });
    const later = text.replace('nid000001', 'nid000002');
    const stop = new AbortController();
    const told: string[] = [];
    // Another is at work on breaking the same lock, and is overtaken.
    const claim = fileLock.claimOf(lock, text);
    writeFileSync(claim, `${JSON.stringify(await identifyThisProcess({}))}\n`);
    const taking = takeLock(lock, {
      ...forced,
      waits: true,
      signal: stop.signal,
      onWait: (holder) => {
        told.push(holder);
        if (told.length === 2) stop.abort();
        writeFileSync(lock, later);
        rmSync(claim, { force: true });
      },
    });
    expect((await failure(taking)).code).toBe('interrupted');
    expect(told[1]).toContain('on nid000002');
    expect(readFileSync(lock, 'utf8')).toBe(later);
  });
});

describe('a holder in another PID namespace of this host', () => {
  it('is believed, although its number means nothing here, and robbed only by force', async () => {
    const { child, ended, firstLine } = start(program, ['hold', lock], {
      within: ['unshare', ...(isRoot ? [] : ['--map-root-user']), '--pid', '--fork', '--kill-child', '--mount-proc'],
    });
    await firstLine;
    const held: ProcessIdentity = JSON.parse(readFileSync(lock, 'utf8'));
    expect(held).toMatchObject({ host: hostname(), pid: 1 });
    const error = await failure(takeLock(lock, options));
    expect(error.message).toContain('process 1 of ');
    expect(error.hint).toContain('`--force-unlock`');
    child.kill('SIGKILL');
    await ended;
    expect((await failure(takeLock(lock, options))).code).toBe('locked');
    await (await takeLock(lock, { ...options, forceUnlock: true }))();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });
});

describe('where hard links are not what they should be', () => {
  it.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('none at all (%s): the lock is made all the same', async (code) => {
    vi.spyOn(fs, 'link').mockRejectedValue(Object.assign(new Error(code), { code }));
    const unlock = await takeLock(lock, options);
    expect((await failure(takeLock(lock, options))).code).toBe('locked');
    await unlock();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });

  it('one that was made although the server said that it was there: nobody waits for themself', async () => {
    const real = fs.link;
    vi.spyOn(fs, 'link').mockImplementation(async (from: PathLike, to: PathLike) => {
      await real(from, to);
      throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' });
    });
    await (await takeLock(lock, options))();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
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
      for (let round = 0; round < 3; round += 1) {
        const { status, signal, stderr } = await start(program, ['die', lock, file, '3']).ended;
        expect(stderr).toBe('');
        expect([status, signal].join()).toMatch(/^(0,|,SIGKILL)$/);
      }
    };
    await Promise.all(Array.from({ length: 6 }, keepStarting));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(30);
    for (let index = 0; index < lines.length; index += 2) {
      const [what, who] = lines[index]?.split(' ') ?? [];
      expect([what, lines[index + 1]]).toEqual(['enter', `leave ${who}`]);
    }
  });
});
