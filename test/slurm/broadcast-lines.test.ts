import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { broadcastLines } from '../../src/slurm/broadcast-lines.ts';
import { makeMachine } from '../discover/fake-machine.ts';

it('image and packed user software are copied, and what names them leads to the copies, in real bash', () => {
  const { dir, write } = makeMachine();
  const packed = write('user-software.squashfs', 'packed');
  const image = write('an image.sif', 'image');
  write('copies/keep');
  // Slurm of one node, which does not let users broadcast.
  const slurm = 'srun() { shift 3; "$@"; }; sbcast() { return 1; }; SLURM_JOB_ID=7 SLURM_JOB_NUM_NODES=1';
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
    `${copies}/image.sif`,
    `${copies}/image.sif`,
    bind(`${copies}/user-software.squashfs`),
    '',
    'imagepacked',
  ]);
  expect(execFileSync('ls', [`${dir}/copies`], { encoding: 'utf8' })).toBe('keep\n');
});
