import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { rootCommand } from './as-root.ts';
import { giveToUser, isRoot, machine } from './sandbox.ts';

const script = fileURLToPath(new URL('../../testbed/slurm.sh', import.meta.url));

/**
 * A real Slurm for the tests of a file: two nodes, `n1` and `n2`, and partitions `debug` and `small`, for jobs of the user
 * that the tests run as. Gives back the environment that reaches it. It ends with the tests, also if these are killed. Its
 * `slurmd` is the user's, who has no `sbcast` then; or root's, and each node has `local` beside `SLURM_CONF` for itself, which is
 * `tmp/n1` and `tmp/n2` there to who looks from outside.
 */
export function useSlurm({ slurmd = 'user' }: { slurmd?: 'user' | 'root' } = {}): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  let stop = async (): Promise<void> => undefined;
  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ct-slurm-'));
    giveToUser(dir);
    environment.SLURM_CONF = join(dir, 'slurm.conf');
    const asUser = isRoot() ? ['setpriv', '--reuid', machine.user, '--regid', machine.user, '--init-groups', '--'] : [];
    const run = ['bash', script, 'run', dir] as const;
    const [program = 'bash', ...args] =
      slurmd === 'root' ? rootCommand(['env', `PATH=${machine.path}`, ...run, machine.user]) : [...asUser, ...run];
    const child = spawn(program, args, { cwd: '/', env: { PATH: machine.path }, stdio: ['pipe', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
    });
    const ended = new Promise<void>((resolve) => {
      child.on('close', () => resolve());
    });
    stop = async () => {
      child.stdin.end();
      await ended;
      rmSync(dir, { recursive: true, force: true });
    };
    await Promise.race([
      new Promise<void>((resolve) => {
        child.stdout.on('data', (piece: Buffer) => piece.toString().includes('ready') && resolve());
      }),
      ended.then(() => Promise.reject(new Error(`Slurm did not start:\n${stderr}`))),
    ]);
  });
  afterAll(() => stop());
  return environment;
}
