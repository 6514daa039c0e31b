import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findTestLauncher, type Launcher } from '../../../src/operations/mpi/test-launcher.ts';
import { host, hostMpi, image, library } from '../../mpi/facts.ts';
import { contextOf } from '../support.ts';

const dir = mkdtempSync(join(tmpdir(), 'ct-launcher-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Where Slurm answers, and has these ways to start MPI. */
async function launcherWhere(types: string, soname: string): Promise<Launcher> {
  for (const [name, says] of [
    ['srun', `MPI plugin types are...\n\t${types}\n`],
    ['sinfo', 'debug up\n'],
  ] as const) {
    writeFileSync(join(dir, name), `#!/bin/sh\nprintf '${says.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'\n`);
    chmodSync(join(dir, name), 0o755);
  }
  const context = { ...contextOf(dir), environment: { PATH: `${dir}:/usr/bin:/bin` } };
  return findTestLauncher(
    { nodes: 2, ranks: 4 },
    { facts: host(hostMpi(library(`/usr/lib/${soname}`))), image: image(soname), context },
  );
}

it.each([
  ['libmpi.so.40', 'none\\n\\tpmi2\\n\\tpmix', '--mpi=pmix'],
  ['libmpi.so.12', 'none\\n\\tpmi2\\n\\tpmix', '--mpi=pmi2'],
  ['libmpi.so.12', 'none\\n\\tcray_shasta', '--mpi=cray_shasta'],
])('ranks of %s are started by what Slurm has for them', async (soname, types, flag) => {
  const launcher = await launcherWhere(types, soname);
  expect(launcher({ way: 'none', host: undefined })).toEqual([
    join(dir, 'srun'),
    ...['--kill-on-bad-exit=1', flag, '--nodes=2', '--ntasks=4', '--ntasks-per-node=2'],
  ]);
});

it('says what is missing where Slurm has nothing for them', async () => {
  const launcher = await launcherWhere('none\\n\\tpmi2', 'libmpi.so.40');
  expect(() => launcher({ way: 'none', host: undefined })).toThrowError(
    expect.objectContaining({
      message: 'Slurm here has no `pmix`, which starts the ranks of Open MPI',
      hint: expect.stringContaining('Slurm has: pmi2;'),
    }),
  );
});

it('asks Slurm first whether it can start them, but not in a job', async () => {
  const srun = "echo 'allocation failure: Requested node configuration is not available' >&2; exit 1";
  const where = async (more: Record<string, string>): Promise<Launcher> => {
    writeFileSync(
      join(dir, 'srun'),
      `#!/bin/sh\ncase $1 in --test-only) ${srun} ;; esac\nprintf 'types are...\\n\\tpmi2\\n'\n`,
    );
    const context = { ...contextOf(dir), environment: { PATH: `${dir}:/usr/bin:/bin`, ...more } };
    const facts = host(hostMpi(library('/usr/lib/libmpi.so.12')));
    return findTestLauncher({ nodes: 3, ranks: 3 }, { facts, image: image('libmpi.so.12'), context });
  };
  await expect(where({})).rejects.toMatchObject({
    message: expect.stringContaining('srun --nodes=3 --ntasks=3'),
    details: ['  | allocation failure: Requested node configuration is not available'],
    hint: expect.stringContaining('-N'),
  });
  expect((await where({ SLURM_JOB_ID: '1' }))({ way: 'none', host: undefined })).toContain('--mpi=pmi2');
});
