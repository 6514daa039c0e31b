import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machine, makeSandbox, type Sandbox, standInImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

/** Says of each rank: its number of how many, the version of MPI, and the file of it that is mapped. */
const program = `
import ctypes, os
mpi = ctypes.CDLL('libmpi.so.12', mode=ctypes.RTLD_GLOBAL)
mpi.MPI_Init(None, None)
text, length = ctypes.create_string_buffer(10000), ctypes.c_int()
mpi.MPI_Get_library_version(text, ctypes.byref(length))
rank, size = ctypes.c_int(), ctypes.c_int()
world = 0x44000000
mpi.MPI_Comm_rank(world, ctypes.byref(rank))
mpi.MPI_Comm_size(world, ctypes.byref(size))
total, one = ctypes.c_int(), ctypes.c_int(rank.value + 1)
mpi.MPI_Allreduce(ctypes.byref(one), ctypes.byref(total), 1, 0x4c000405, 0x58000003, world)
mapped = {line.split()[-1] for line in open('/proc/self/maps') if '/libmpi' in line}
version = text.value.decode().split('\\n')[0].split()[-1]
os.write(1, f'{rank.value}/{size.value} sum={total.value} {version} {sorted(mapped)}\\n'.encode())
mpi.MPI_Finalize()
`;

/** MPICH 4.0.2 of the host hangs at its end now and then, also without a container, where it uses TCP between endpoints. */
const settings = 'export UCX_TLS=posix,sysv,self';

function mpichEasyconfig(more = ''): string {
  return `name: mpich\nversion: "1"\nimage: { file: mpich.sif, mode: central }\n${more}`;
}

describe('the MPI of the host', () => {
  const slurm = useSlurm();
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = makeSandbox(() => undefined);
    sandbox.write('mpich-1.yaml', mpichEasyconfig());
    sandbox.write('version.py', program);
    sandbox.write(
      'mpi4py-1.yaml',
      `name: mpi4py\nversion: "1"\nimage: { file: ${standInImage}, mode: central }\nmpi: { replace: auto }\n`,
    );
  });
  afterAll(() => rmSync(sandbox.dir, { recursive: true, force: true }));
  const inside = (): Record<string, string> => ({ ...slurm, CTINSTALL_IMAGE_DIRS: machine.images });

  test('goes into a container with a newer MPICH: 4 ranks on 2 nodes, from the batch script', async () => {
    await sandbox.succeed('MPICH_DIR=$CT_MPICH ctinstall --mpi auto mpich-1.yaml', inside());
    const root = join(sandbox.prefix, 'software/mpich/1');
    expect(JSON.parse(readFileSync(join(root, '.ctinstall/mpi.json'), 'utf8'))).toMatchObject({
      way: 'mpi',
      host: { product: 'MPICH 4.0.2' },
    });
    sandbox.write(
      'job.sh',
      `#!/bin/bash\n. "$CT_LMOD_INIT"; module use "$CTINSTALL_PREFIX/modules"; module load mpich/1\n${settings}\ntimeout 60 srun -K1 --mpi=pmi2 -N2 -n4 --ntasks-per-node=2 singularity exec "$SIF" python3 version.py\n`,
    );
    const said = await sandbox.succeed('sbatch -W -N2 -n4 -o job.out job.sh >/dev/null; cat job.out', inside());
    const ranks = said
      .split('\n')
      .filter((line) => line.includes('sum='))
      .toSorted();
    expect(ranks).toHaveLength(4);
    for (const [index, line] of ranks.entries())
      expect(line).toMatch(
        new RegExp(`^${index}/4 sum=10 4\\.0\\.2 \\['/host-mpi/root/.*libmpich\\.so\\.12\\.[\\d.]+'\\]$`),
      );
  });

  test('goes into any container by a module of no image, and is fitted again by regenerate', async () => {
    const environment = { ...inside(), CTINSTALL_BIND_GROUPS: '{ slurm: [], interconnect: [], filesystems: [] }' };
    const ranks = await sandbox.succeed(
      `MPICH_DIR=$CT_MPICH ctinstall singularity-bindings-system.yaml
      ctinstall regenerate singularity-bindings; module load singularity-bindings; ${settings}
      timeout -k 5 60 $CT_MPICH/bin/mpiexec -n 2 singularity exec "$CT_IMAGES/mpich.sif" python3 version.py
      ctinstall mpi singularity-bindings; ctinstall verify singularity-bindings; ctinstall uninstall --yes singularity-bindings`,
      environment,
    );
    expect(ranks).toMatch(/^[01]\/2 sum=3 4\.0\.2 \['\/host-mpi\/root\//m);
    expect(ranks).toContain('singularity-bindings/system: as installed');
  });

  test('another way later, and back: the image keeps its own then; a plain regenerate keeps what was chosen', async () => {
    const run = `module load mpich/1; timeout -k 5 60 $CT_MPICH/bin/mpiexec -n 2 singularity exec $SIF python3 version.py`;
    const own = await sandbox.succeed(`${settings}; ctinstall regenerate --mpi none mpich/1 >&2; ${run}`, inside());
    expect(own).toMatch(/^[01]\/2 sum=3 4\.2\.\d/m);
    expect(existsSync(join(sandbox.prefix, 'software/mpich/1/mpi/libmpi.so.12'))).toBe(false);
    const back = await sandbox.succeed(
      `${settings}; { MPICH_DIR=$CT_MPICH ctinstall regenerate --mpi mpi mpich/1; ctinstall regenerate mpich/1; } >&2
       ${run}; ctinstall verify mpich/1`,
      inside(),
    );
    expect(back).toMatch(/^[01]\/2 sum=3 4\.0\.2[\s\S]*\nmpich\/1: as installed\n$/m);
  });

  test('Open MPI of the host under the mpi4py of an image', async () => {
    const said = await sandbox.succeed(
      `ctinstall mpi4py-1.yaml >&2; module load mpi4py/1; mpirun -n 2 singularity exec $SIF python3 -c 'import os; from mpi4py import MPI; w = MPI.COMM_WORLD; m = [l.split()[-1] for l in open("/proc/self/maps") if "/libmpi.so" in l][0]; os.write(1, ("%d/%d %s %d\\n" % (w.rank, w.size, m, w.allreduce(1))).encode())'`,
      inside(),
    );
    expect(said.trim().split('\n').toSorted()).toEqual([
      expect.stringMatching(/^0\/2 \/host-mpi\/root\/.*libmpi\.so\.40[\d.]* 2$/),
      expect.stringMatching(/^1\/2 \/host-mpi\/root\/.*libmpi\.so\.40[\d.]* 2$/),
    ]);
  });

  test('what does not fit is refused with the reason; `auto` takes what is left, and `show` says why', async () => {
    const { stdout, stderr } = await sandbox.run(
      'ctinstall --rebuild --mpi mpi mpich-1.yaml; echo "status $?"; ctinstall show --mpi auto mpich-1.yaml',
      inside(),
    );
    expect(stdout).toMatch(/^status 1\n/);
    expect(stderr).toMatch(/the image has MPICH ABI .* and the host Open MPI 4\.1\.4/);
    expect(stderr).toMatch(/Wi4MPI/);
    expect(stdout).toMatch(/MPI +none: the container's own MPI/);
    expect(stdout).toMatch(/MPI +not mpi: the image has MPICH ABI/);
  });

  test('mpi: what was found and how, and what fits; mpi save keeps it for a session without the module', async () => {
    const [said = '', saved = ''] = (
      await sandbox.succeed(
        `export MPICH_DIR=$CT_MPICH; ctinstall mpi mpich mpi4py; ctinstall mpi save >&2; unset MPICH_DIR
         echo == saved; ctinstall mpi --json; ctinstall settings unset mpi_library >&2`,
        inside(),
      )
    ).split('== saved\n');
    expect(said).toMatch(/^found +host MPI +MPICH 4\.0\.2: [^[]*\[MPICH_DIR is /m);
    expect(said).toMatch(/^found +Slurm [^[]*pmi2/m);
    expect(said).toMatch(/^mpich\/1: MPI `mpi`\n {2}mpi fits: /m);
    expect(said).toMatch(/^mpi4py\/1: MPI `mpi`\n {2}mpi does not fit: /m);
    const found: { findings: { value: string }[] } = JSON.parse(saved);
    expect(found.findings[0]?.value).toMatch(/^MPICH 4\.0\.2/);
  });

  test('a library that is gone is said by list, verify and the load, with the command that renews it', async () => {
    const away = `${sandbox.dir}/own`;
    const { stdout, stderr } = await sandbox.run(
      `cp -r $CT_MPICH ${away}; MPICH_DIR=${away} ctinstall regenerate --mpi mpi mpich/1 >&2; rm ${away}/lib/libm*
       ctinstall list; ctinstall verify mpich/1; echo "status $?"; echo '== loaded' >&2
       module load mpich/1 && echo loaded; MPICH_DIR=$CT_MPICH ctinstall regenerate mpich/1 && module load mpich/1 && echo again`,
      inside(),
    );
    const gone = /libmpi\.so\.12.*ctinstall regenerate mpich\/1/;
    const [listed = '', loaded = ''] = stderr.split('== loaded\n');
    expect(listed).toMatch(gone);
    expect(stdout).toMatch(gone);
    expect(stdout).toMatch(/^status 1\n(?!loaded)(.*\n)*again\n$/m);
    expect(loaded.replace(/\s+/g, ' ')).toMatch(gone);
  });

  test('mpi test: both MPIs in one run each, between two nodes, with tables, a page, and nothing left behind', async () => {
    const said = (
      await sandbox.succeed(
        `mkdir here; cd here; ${settings}; MPICH_DIR=$CT_MPICH ctinstall mpi test mpich -N 2 --html page.html; [ "$(ls -A)" = page.html ]; grep -c polyline page.html`,
        inside(),
      )
    ).replaceAll('\n#     ', ' ');
    expect(said).toMatch(/^# container's MPI: MPICH Version: 4\.2\.\d, \/usr\/lib/m);
    expect(said).toMatch(/^# host's MPI \(mpi\): MPICH Version: 4\.0\.2, \/host-mpi\/root\//m);
    expect(said).toMatch(/^# {3}2 ranks: 1 on n1, 1 on n2; loaded for the network: .*libuct/m);
    for (const size of [1, 4096, 4194304])
      expect(said.match(new RegExp(`^${size} +[\\d.]+ +[\\d.]+ +[\\d.]+$`, 'gm'))).toHaveLength(2);
  });

  test('mpi test: a run that does not end is ended, and said', async () => {
    const hung = await sandbox.run(
      `mkdir -p hung; printf '#!/bin/sh\\nsleep 600\\n' >before-each-task; chmod +x before-each-task; export SLURM_TASK_PROLOG=$PWD/before-each-task
       cd hung; ${settings}; MPICH_DIR=$CT_MPICH ctinstall mpi test mpich -N 2 --timeout 1; echo "status $?"; ls -A; for ((n = 0; n < 300; n++)); do [[ $(squeue -h) ]] || break; sleep 0.1; done; squeue -h`,
      inside(),
    );
    expect(hung.stdout.trim()).toBe('status 1');
    expect(hung.stderr).toMatch(
      /did not end within 1 s, and was ended\n([\s\S]*\n)?hint: .*docs\/mpi\.md.*`--timeout <seconds>`/,
    );
  });
});
