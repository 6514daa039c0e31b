import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ask, textOf } from '../../src/discover/machine.ts';
import { makeMachine } from './fake-machine.ts';

describe('a program that is asked', () => {
  it('answers on either stream, in a plain language, whatever its exit status is', async () => {
    const machine = makeMachine();
    const program = machine.program('say', 'echo "$LC_ALL $1"; echo version 2 >&2; exit 3');
    const answer = await ask([program, 'a b'], machine);
    expect(answer).toMatchObject({ kind: 'answered', exitCode: 3 });
    expect(textOf(answer)).toBe('C a b\nversion 2\n');
  });

  it('and is not there: that is an answer too', async () => {
    expect(await ask(['no-such-program'], makeMachine())).toEqual({ kind: 'not-started' });
  });

  it('and does not end: it is ended, with what it has started', async () => {
    const machine = makeMachine();
    const program = machine.program(
      'hang',
      `echo waiting >&2; /bin/sleep 600 & echo $! > '${machine.dir}/child'; wait`,
    );
    expect(await ask([program], machine, { seconds: 2 })).toEqual({ kind: 'hung', stderr: 'waiting\n' });
    // Whoever adopts it may take a moment to notice that it has ended.
    const child = readFileSync(`${machine.dir}/child`, 'utf8').trim();
    await expect.poll(() => existsSync(`/proc/${child}/exe`), { timeout: 30_000 }).toBe(false);
  });

  it('while the user stops everything: that is the error of an interruption', async () => {
    const machine = makeMachine();
    const program = machine.program('hang', 'exec /bin/sleep 600');
    const stop = AbortSignal.timeout(200);
    await expect(ask([program], { ...machine, signal: stop })).rejects.toMatchObject({ code: 'interrupted' });
  });
});
