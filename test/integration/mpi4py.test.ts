import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseEnvironment } from '../harness/environment.ts';
import { makeSandbox, standInImage } from '../harness/sandbox.ts';

/** A Python package that pip can install with no network. */
const localPackage = {
  'hello/pyproject.toml':
    '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "hello-hpc"\nversion = "1.0"\n',
  'hello/hello_hpc.py': 'def greet():\n    return "hello from " + __file__\n',
};

describe('the shipped mpi4py easyconfig', () => {
  test('installs, loads, runs with MPI, takes packages, packs, unpacks, unloads', async () => {
    const sandbox = makeSandbox();
    for (const [name, text] of Object.entries(localPackage)) sandbox.write(name, text);
    const installed = await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" mpi4py-3.1.6-rocm-6.2.0.yaml');
    expect(installed).toBe('module load mpi4py/3.1.6-rocm-6.2.0\n');

    const out = await sandbox.succeed(
      `
      env -0 > before
      module load mpi4py/3.1.6-rocm-6.2.0
      [ "$SIF" = "$SIFMPI4PY" ]; [ "$SIF" = "$CONTAINERROOT/${standInImage}" ]
      [ "$EBROOTMPI4PY" = "$CONTAINERROOT" ]; [ "$EBVERSIONMPI4PY" = 3.1.6 ]; [ "$RUNSCRIPTSMPI4PY" = "$RUNSCRIPTS" ]
      echo "== mpi"
      mpirun -n 2 singularity exec "$SIF" conda-python-simple -c '
      from mpi4py import MPI
      import os, sys
      world = MPI.COMM_WORLD
      conda = os.environ["CONDA_DEFAULT_ENV"]
      got = world.sendrecv(world.rank, dest=1 - world.rank, source=1 - world.rank)
      os.write(1, f"size={world.size} rank={world.rank} got={got} conda={conda} prefix={sys.prefix}\\n".encode())
      '
      echo "== shell"
      start-shell -c 'echo "$0 $1" "$(basename "$SINGULARITY_CONTAINER")"; exit 0' 'a b' 'c  d'
      start-shell -c 'exit 7' || echo "status $?"
      start-shell -c 'echo "env \${CONDA_DEFAULT_ENV-none}"'
      echo 'echo mine' > rc
      echo 'echo "env $CONDA_DEFAULT_ENV, $(type -P python3)"' | CTINSTALL_BASHRC=$PWD/rc start-shell -i 2>/dev/null
      echo "== pip"
      start-shell -c 'pip install -q --disable-pip-version-check --no-index --no-build-isolation ./hello'
      singularity exec "$SIF" conda-python-simple -c 'import hello_hpc; print(hello_hpc.greet())'
      echo "== pack"
      ctinstall squashfs
      ctinstall squashfs status
      module load mpi4py/3.1.6-rocm-6.2.0
      echo "== reloaded"
      singularity exec "$SIF" conda-python-simple -c 'import hello_hpc; print(hello_hpc.greet())'
      singularity exec "$SIF" sh -c 'touch /user-software/x' 2>&1 || true
      echo "== unpack"
      ctinstall squashfs unmake
      module load mpi4py/3.1.6-rocm-6.2.0
      singularity exec "$SIF" sh -c 'touch /user-software/x && rm /user-software/x && echo writable again'
      singularity exec "$SIF" conda-python-simple -c 'import hello_hpc; print(hello_hpc.greet())'
      module unload mpi4py
      env -0 > after`.replaceAll('\n      ', '\n'),
    );
    const part = (title: string): string => out.split(`== ${title}\n`)[1]?.split('\n== ')[0] ?? '';
    expect(
      part('mpi')
        .split('\n')
        .filter((line) => line.startsWith('size='))
        .sort(),
    ).toEqual([
      'size=2 rank=0 got=1 conda=mpi4py prefix=/user-software/venv/mpi4py',
      'size=2 rank=1 got=0 conda=mpi4py prefix=/user-software/venv/mpi4py',
    ]);
    expect(part('shell')).toBe(
      `a b c  d ${standInImage}\nstatus 7\nenv none\nmine\nenv mpi4py, /user-software/venv/mpi4py/bin/python3`,
    );
    const greeting = /^hello from \/user-software\/venv\/mpi4py\/lib\/python3\.\d+\/site-packages\/hello_hpc\.py$/m;
    expect(part('pip')).toMatch(greeting);
    expect(part('reloaded')).toMatch(greeting);
    expect(part('reloaded')).toContain('Read-only file system');
    expect(part('unpack')).toContain('writable again');
    expect(part('unpack')).toMatch(greeting);
    const [before, after] = await Promise.all(['before', 'after'].map((name) => sandbox.succeed(`cat ${name}`)));
    expect(parseEnvironment(after ?? '')).toEqual(parseEnvironment(before ?? ''));
    expect(existsSync(join(sandbox.prefix, 'modules/mpi4py/3.1.6-rocm-6.2.0.lua'))).toBe(true);
    expect(readdirSync(join(sandbox.prefix, '.ctinstall/staging'))).toEqual([]);
    expect(readdirSync(join(sandbox.prefix, '.ctinstall/locks'))).toEqual([]);
  });
});
