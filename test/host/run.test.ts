import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, runOrFail } from '../../src/host/run.ts';
import { failure } from '../image/failure.ts';

const env = { PATH: process.env.PATH };

describe('run', () => {
  it('hands over words and environment as they are, through no shell', async () => {
    const words = ['a b', "it's", '$HOME', '`id`', '', '*', '"', '\\', '-n', 'é\n'];
    const { stdout } = await run(['printf', '%s\\0', ...words], { env });
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    const said = await run(['env', '-0'], { env: { ...env, A: 'x y', GONE: undefined } });
    expect(said.stdout.split('\0').filter((line) => !line.startsWith('PATH='))).toEqual(['A=x y', '']);
  });

  it('gives back status, signal and both streams', async () => {
    expect(await run(['sh', '-c', 'echo out; echo err >&2; exit 3'], { env })).toEqual({
      exitCode: 3,
      signal: undefined,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await run(['sh', '-c', 'kill -9 $$'], { env })).toMatchObject({
      exitCode: undefined,
      signal: 'SIGKILL',
    });
  });

  it('gives output as it comes, in whole characters', async () => {
    const pieces: string[] = [];
    // The two bytes of `é`, apart.
    const script = "printf '\\303'; sleep 0.1; printf '\\251'";
    await run(['sh', '-c', script], { env, onOutput: (piece) => pieces.push(piece) });
    expect(pieces.join('')).toBe('é');
  });

  it('says that a program could not be started', async () => {
    const error = await failure(run(['/no/such/program'], { env }));
    expect(error.code).toBe('command-failed');
    expect(error.message).toContain('`/no/such/program` could not be started');
  });

  it('ends the program and all that it has started when asked to stop, and lets them tidy up', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ctinstall-run-'));
    try {
      const stop = new AbortController();
      const inner = `trap 'echo tidied >"$1"; exit 0' TERM; echo up; sleep 600 & wait`;
      const script = `sh -c "$0" inner "$1" & trap '' TERM; wait; wait; exit 0`;
      const running = run(['sh', '-c', script, inner, join(root, 'note')], {
        env,
        signal: stop.signal,
        onOutput: () => stop.abort(),
      });
      expect((await failure(running)).code).toBe('interrupted');
      expect(readFileSync(join(root, 'note'), 'utf8')).toBe('tidied\n');
      expect((await failure(run(['true'], { env, signal: stop.signal }))).code).toBe('interrupted');
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('runOrFail', () => {
  it('shows the command, how it ended, where, and what it said last', async () => {
    const script = 'for i in $(seq 1 30); do echo "line $i" >&2; done; exit 7';
    const error = await failure(runOrFail(['sh', '-c', script], { env, cwd: '/' }, 'counting'));
    expect(error).toMatchObject({
      code: 'command-failed',
      message: 'counting failed with exit status 7',
    });
    expect(error.details.slice(0, 2)).toEqual([`command: sh -c '${script}'`, 'in: /']);
    expect(error.details.slice(2)).toEqual(Array.from({ length: 20 }, (_, index) => `  | line ${index + 11}`));
  });

  it('shows stdout where nothing is on stderr', async () => {
    const error = await failure(runOrFail(['sh', '-c', 'echo said; exit 1'], { env }, 'it'));
    expect(error.details.at(-1)).toBe('  | said');
    expect((await failure(runOrFail(['false'], { env }, 'it'))).details).toEqual(['command: false']);
  });
});
