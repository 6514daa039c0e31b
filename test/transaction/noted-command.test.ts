import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identifyProcess } from '../../src/host/process-identity.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { endNotedCommand, noteIn, runNoted } from '../../src/transaction/noted-command.ts';
import { isRoot } from '../host/support.ts';
import { failure } from '../image/failure.ts';

let root: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-noted-'));
});
afterEach(() => {
  for (const { pid } of started.splice(0))
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  rmSync(root, { recursive: true });
});

const at = (path: string) => hostPath(join(root, path));
const mark = 'a'.repeat(32);
const untold = (message: string): void => {
  throw new Error(message);
};

/** A session of its own, whose first process says the number of a child that it has. */
async function startSession(script: string, env: Record<string, string> = {}): Promise<{ pid: number; child: number }> {
  const child = spawn('sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, ...env },
  });
  started.push(child);
  const said = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text))));
  return { pid: child.pid ?? 0, child: Number(said) };
}

async function note(pid: number, changed: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  const process = { ...(await identifyProcess(pid, {})), ...changed };
  writeFileSync(noteIn(at('.')), JSON.stringify({ process, mark, mountPoints: [], ...more }));
}

/** Gone, or dead and not yet waited for. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const withChild = 'sleep 600 & echo $!; wait';

describe('endNotedCommand', () => {
  it('ends the session of the process that was noted, and removes what was made for it', async () => {
    const { pid, child } = await startSession(withChild);
    mkdirSync(at('made/below'), { recursive: true });
    mkdirSync(at('full'));
    writeFileSync(at('full/mine'), '');
    await note(pid, {}, { mountPoints: [at('made/below'), at('made'), at('full')] });
    await endNotedCommand(at('.'), untold);
    expect([isAlive(pid), isAlive(child)]).toEqual([false, false]);
    expect(existsSync(noteIn(at('.')))).toBe(false);
    expect([existsSync(at('made')), existsSync(at('full/mine'))]).toEqual([false, true]);
  });

  it('ends what carries the mark, where the first process is gone or in another session', async () => {
    const first = await startSession('setsid sleep 600 >/dev/null & echo $!', { CTINSTALL_COMMAND: mark });
    await expect.poll(() => isAlive(first.pid)).toBe(false);
    await expect.poll(() => isAlive(first.child)).toBe(true);
    await note(process.pid, { pid: first.pid, started: '1' });
    await endNotedCommand(at('.'), untold);
    expect(isAlive(first.child)).toBe(false);
  });

  it('ends no other process with the same number, nor one of a session of which nothing is known any more', async () => {
    const other = await startSession(withChild);
    await note(other.pid, { started: '1' });
    await endNotedCommand(at('.'), untold);
    await note(other.pid, { boot: 'an earlier one' });
    await endNotedCommand(at('.'), untold);
    const orphan = await startSession('sleep 600 >/dev/null & echo $!', { CTINSTALL_COMMAND: 'b'.repeat(32) });
    const identity = await identifyProcess(orphan.pid, {});
    await expect.poll(() => isAlive(orphan.pid)).toBe(false);
    await note(process.pid, { ...identity });
    await endNotedCommand(at('.'), untold);
    expect([other.pid, other.child, orphan.child].map(isAlive)).toEqual([true, true, true]);
  });

  it('says of one on another host that it cannot tell', async () => {
    const { pid } = await startSession(withChild);
    await note(pid, { host: 'nid001234' });
    const told: string[] = [];
    await endNotedCommand(at('.'), (message) => told.push(message));
    expect(told).toEqual([`process ${pid} on nid001234, which that run had started, may be still at work`]);
    await note(pid, { host: hostname(), pidNamespace: 'another' });
    await endNotedCommand(at('.'), (message) => told.push(message));
    expect(told).toHaveLength(2);
    expect(isAlive(pid)).toBe(true);
  });

  it('believes neither a link nor a damaged note', async () => {
    const { pid } = await startSession(withChild);
    await note(pid);
    const text = readFileSync(noteIn(at('.')), 'utf8');
    rmSync(noteIn(at('.')));
    writeFileSync(at('elsewhere'), text);
    symlinkSync(at('elsewhere'), noteIn(at('.')));
    await endNotedCommand(at('.'), untold);
    rmSync(noteIn(at('.')));
    writeFileSync(noteIn(at('.')), text.slice(0, -10));
    await endNotedCommand(at('.'), untold);
    expect(isAlive(pid)).toBe(true);
  });

  it('ends only processes of the note’s owner', async () => {
    const { pid } = await startSession(withChild);
    await note(pid);
    const { chownSync } = await import('node:fs');
    if (isRoot) chownSync(noteIn(at('.')), 65534, 65534);
    await endNotedCommand(at('.'), untold);
    expect(isAlive(pid)).toBe(isRoot);
  });
});

describe('runNoted', () => {
  const env = { PATH: process.env.PATH };

  it('has noted the process before it begins, and removes the note and what was made when it has ended', async () => {
    const path = noteIn(at('retired'));
    const script = `cat ${path}; ls -d ${at('a/b')}; echo $$ $CTINSTALL_COMMAND $APPTAINERENV_CTINSTALL_COMMAND`;
    mkdirSync(at('a'));
    const { stdout } = await runNoted(['sh', '-c', script], { env, note: path, mountPoints: [at('a'), at('a/b')] });
    const [noted = '', made, own = ''] = stdout.trimEnd().split('\n');
    const { process: noting, mark: its, mountPoints } = JSON.parse(noted);
    expect(own).toBe(`${noting.pid} ${its} ${its}`);
    expect([made, mountPoints]).toEqual([at('a/b'), [at('a/b')]]);
    expect([existsSync(path), existsSync(at('a/b')), existsSync(at('a'))]).toEqual([false, false, true]);
  });

  it('starts nothing that it could not note', async () => {
    writeFileSync(at('retired'), 'in the way');
    const options = { env, note: hostPath(`${at('retired')}/note`) };
    await failure(runNoted(['touch', at('ran')], options));
    rmSync(at('retired'));
    mkdirSync(`${noteIn(at('retired'))}/x`, { recursive: true });
    await failure(runNoted(['touch', at('ran')], { env, note: noteIn(at('retired')) }));
    expect(existsSync(at('ran'))).toBe(false);
  });

  it('hands over input', async () => {
    const { stdout } = await runNoted(['cat'], { env, note: noteIn(at('retired')), input: 'a\nb\n' });
    expect(stdout).toBe('a\nb\n');
    expect((await runNoted(['cat'], { env, note: noteIn(at('retired')) })).stdout).toBe('');
  });
});
