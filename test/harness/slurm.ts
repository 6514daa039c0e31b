import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { giveToUser, isRoot, machine } from './sandbox.ts';

const script = fileURLToPath(new URL('../../testbed/slurm.sh', import.meta.url));

/**
 * A real Slurm for the tests of a file: two nodes, `n1` and `n2`, and partitions `debug` and `small`, for jobs of the user
 * that the tests run as. Gives back the environment that reaches it. It ends with the tests, also if these are killed.
 */
export function useSlurm(): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  let stop = async (): Promise<void> => undefined;
  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ct-slurm-'));
    giveToUser(dir);
    environment.SLURM_CONF = join(dir, 'slurm.conf');
    const asUser = isRoot() ? ['setpriv', '--reuid', machine.user, '--regid', machine.user, '--init-groups', '--'] : [];
    const [program = 'bash', ...args] = [...asUser, 'bash', script, 'run', dir];
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
