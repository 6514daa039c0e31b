import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { broadcastLines } from '../../src/slurm/broadcast-lines.ts';
import { makeMachine } from '../discover/fake-machine.ts';

it('image and packed user software are copied, and what names them leads to the copies, in real bash', () => {
  const { dir, write } = makeMachine();
  const packed = write('user-software.squashfs', 'packed');
  const image = write('an image.sif', 'image');
  write('copies/keep');
  // Slurm of one node, which does not let users broadcast.
  const slurm =
    'srun() { shift 3; "$@"; }; sbcast() { stat -c %a "$(dirname "$3")"; return 1; }; SLURM_JOB_ID=7 SLURM_JOB_NUM_NODES=1';
  const after = `printf '%s\\n' "$SIF" "$SIFPY" "$SINGULARITY_BIND" "$APPTAINER_BIND"; cat "$copies/image.sif" "$copies/user-software.squashfs"`;
  const lines = broadcastLines({ directory: `${dir}/copies`, variables: ['SIF', 'SIFPY'], memory: 3 * 2 ** 30 });
  expect(lines[1]).toMatch(/\/copies is memory here: the copies take 3\.\S+ GiB of what/);
  const bind = (path: string): string => `/a:/a,${path}:/user-software:ro,image-src=/,/b`;
  const said = execFileSync('bash', ['--norc', '-c', [slurm, ...lines, after].join('\n')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, CONTAINERROOT: dir, SIF: image, SINGULARITY_BIND: bind(packed) },
  });
  const copies = `${dir}/copies/ctinstall-7`;
  expect(said.split('\n')).toEqual([
    // What removes them is there before anything is copied, and nobody else gets in.
    ...['700', '700'],
    `${copies}/image.sif`,
    `${copies}/image.sif`,
    bind(`${copies}/user-software.squashfs`),
    '',
    'imagepacked',
  ]);
  symlinkSync(dir, copies);
  const refused = spawnSync('bash', ['--norc', '-c', [slurm, ...lines].join('\n')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, CONTAINERROOT: dir, SIF: image },
  });
  expect(refused).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('cannot be made on each node'),
  });
  expect(existsSync(image)).toBe(true);
  expect(execFileSync('ls', [`${dir}/copies`], { encoding: 'utf8' })).toBe('keep\n');
});
