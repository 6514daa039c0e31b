import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { giveToUser, machine, makeSandbox, type Sandbox } from '../harness/sandbox.ts';

/* What the module of an install with the host's MPI does, with either modules tool, and what is said once that has changed. */

const inside = { CTINSTALL_IMAGE_DIRS: machine.images };
/** The test bed sets them for all other tests. */
const plain = 'unset UCX_POSIX_USE_PROC_LINK';
const shown =
  'for way in SINGULARITYENV APPTAINERENV; do printenv "$way"_UCX_POSIX_USE_PROC_LINK || echo none; done | xargs';
const tools: readonly [string, string][] = [
  ['Lmod', 'lmod'],
  ['Environment Modules', '. "$CT_ENVMODULES_INIT"; module use "$PWD/tcl/modules"; tcl'],
];

let sandbox: Sandbox;
let own: string;
beforeAll(async () => {
  sandbox = makeSandbox(() => undefined);
  own = `${sandbox.dir}/own`;
  const image = 'image: { file: mpich.sif, mode: central }';
  sandbox.write('mpich-1.yaml', `name: mpich\nversion: "1"\n${image}\nmpi: { replace: auto }\n`);
  sandbox.write('tool-1.yaml', `name: tool\nversion: "1"\n${image}\nwrappers: [python3]\nmpi: { replace: auto }\n`);
  sandbox.write(
    'refusing-1.yaml',
    `name: refusing\nversion: "1"\n${image}\nmpi: { replace: auto, never: [mpi] }\nenv: { container: { LD_LIBRARY_PATH: { prepend: /opt/x } } }\n`,
  );
  await sandbox.succeed(
    `cp -r $CT_MPICH own; export MPICH_DIR=${own}; ctinstall mpich-1.yaml tool-1.yaml refusing-1.yaml; ctinstall --prefix tcl --modules-tool environment-modules mpich-1.yaml`,
    inside,
  );
});
afterAll(() => rmSync(sandbox.dir, { recursive: true, force: true }));

/** With a modules tool: what it is started with, and for Tcl the prefix of modules in Tcl. */
function withTool(start: string): string {
  return start === 'lmod' ? '' : start.replace(/; tcl$/, '; ');
}

describe.each(tools)('%s', (_, start) => {
  test('the variable against hanging is set where it is needed, and gone after the unload', async () => {
    const cases = [
      ['nothing of the user', ':', 'n n'],
      ['a value of the user outside', 'export UCX_POSIX_USE_PROC_LINK=y', 'none none'],
      ['one for containers', 'export SINGULARITYENV_UCX_POSIX_USE_PROC_LINK=y', 'y y'],
      ['ranks that share a namespace', 'export APPTAINER_SHARENS=1', 'none none'],
    ] as const;
    const script = cases.map(
      ([, before]) => `(${before}; ${shown}; module load mpich/1; ${shown}; module unload mpich/1; ${shown})`,
    );
    const said = await sandbox.succeed(`${withTool(start)}${plain}\n${script.join('\n')}`, inside);
    const lines = said.trim().split('\n');
    for (const [index, [name, , set]] of cases.entries()) {
      const [first, second, third] = lines.slice(3 * index);
      expect([name, second, third]).toEqual([name, set, first]);
    }
  });

  test('a library that is gone ends the load, with the command that renews it', async () => {
    const { status, stderr } = await sandbox.run(
      `${withTool(start)}mv own away; module load mpich/1 && echo "$SIF"; status=$?; mv away own; exit $status`,
      inside,
    );
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/own\/lib\/libmpi\.so\.12.*ctinstall regenerate mpich\/1/);
    expect(status).not.toBe(0);
  });
});

/* Without the variables ranks hang where they read a message of this size from each other's memory. */
const large = `
import ctypes, os
mpi = ctypes.CDLL('libmpi.so.12', mode=ctypes.RTLD_GLOBAL)
mpi.MPI_Init(None, None)
rank, data = ctypes.c_int(), ctypes.create_string_buffer(1 << 20)
mpi.MPI_Comm_rank(0x44000000, ctypes.byref(rank))
data[len(data) - 1] = 7 if rank.value == 0 else 0
mpi.MPI_Bcast(data, len(data), 0x4c00010d, 0, 0x44000000)
os.write(1, b'%d: %d\\n' % (rank.value, data[len(data) - 1][0]))
mpi.MPI_Finalize()
`;

test.each(['', 'APPTAINER_SHARENS=1'])('two ranks of a node send 1 MiB by whatever UCX takes: %s', async (before) => {
  sandbox.write('large.py', large);
  const said = await sandbox.succeed(
    `${plain}; module load mpich/1; ${before} timeout -k 2 60 $CT_MPICH/bin/mpiexec -n 2 singularity exec $SIF python3 large.py`,
    inside,
  );
  expect(said.trim().split('\n').toSorted()).toEqual(['0: 7', '1: 7']);
});

test('wrappers: as the module does', async () => {
  const python = `$CTINSTALL_PREFIX/software/tool/1/wrappers/python3 -c 'import os; print(os.environ.get("UCX_POSIX_USE_PROC_LINK"))'`;
  expect(
    await sandbox.succeed(
      `${plain}; ${python}; UCX_POSIX_USE_PROC_LINK=y ${python}; APPTAINER_SHARENS=1 ${python}`,
      inside,
    ),
  ).toBe('n\ny\nNone\n');
});

test("show --trace: what comes of MPI, and what of the easyconfig's own", async () => {
  const mpich = `MPICH_DIR=${own} ctinstall show --trace`;
  expect(await sandbox.succeed(`${mpich} mpich-1.yaml`, inside)).toMatch(
    /inside +UCX_POSIX_USE_PROC_LINK=n \(MPI, where [\s\S]*inside +LD_LIBRARY_PATH gets \/host-mpi\/lib in front \(MPI\)/,
  );
  expect(await sandbox.succeed(`${mpich} --set mpi.never=[] refusing-1.yaml`, inside)).toMatch(
    /LD_LIBRARY_PATH gets \/host-mpi\/lib:\/opt\/x in front \(MPI: \/host-mpi\/lib; easyconfig\)/,
  );
});

test('mpi test does not try what the easyconfig refuses', async () => {
  const { status, stderr } = await sandbox.run(`MPICH_DIR=${own} ctinstall mpi test refusing/1`, inside);
  expect([status, stderr]).toEqual([1, expect.stringMatching(/nothing to compare: `mpi`.*refuses it \(`never`\)/)]);
});

test('another build of a library under its name: verify and check say so, and regenerate fits it', async () => {
  expect(await sandbox.succeed('ctinstall check', inside)).toMatch(
    /^found +fitted MPI +mpich\/1, tool\/1: .*the same still/m,
  );
  const file = join(sandbox.prefix, 'software/mpich/1/.ctinstall/mpi.json');
  const { libraries } = JSON.parse(readFileSync(file, 'utf8')) as { libraries: { path: string; buildId: string }[] };
  const main = libraries.find(({ path }) => path.startsWith(own) && path.includes('libmpi'));
  const [path, id] = [main?.path ?? '', Buffer.from(main?.buildId ?? '', 'hex')];
  const content = readFileSync(path);
  Buffer.from(id).reverse().copy(content, content.indexOf(id));
  writeFileSync(path, content);
  giveToUser(own);
  const replaced = /libmpi.*was replaced since MPI was fitted; to fit it again: ctinstall regenerate mpich\/1/;
  const { stdout } = await sandbox.run(
    `ctinstall verify mpich/1; echo "status $?"; ctinstall check
     MPICH_DIR=${own} ctinstall regenerate mpich/1; ctinstall verify mpich/1`,
    inside,
  );
  expect(stdout).toMatch(replaced);
  expect(stdout).toMatch(/^status 1$/m);
  expect(stdout).toMatch(/^unusable +fitted MPI +mpich\/1, tool\/1: .*was replaced/m);
  expect(stdout).toMatch(/\nmpich\/1: as installed\n$/);
});
