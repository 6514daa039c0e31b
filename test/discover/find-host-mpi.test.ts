import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elfFiles } from '../../src/discover/elf-files.ts';
import { findHostMpi, type MpiHints } from '../../src/discover/find-host-mpi.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { variablesOf } from '../../src/mpi/variables.ts';
import { host } from '../mpi/facts.ts';

/** Library trees as sites have them, of small shared objects with the right names. */
const root = mkdtempSync(join(tmpdir(), 'ct-host-mpi-'));
afterAll(() => rmSync(root, { recursive: true }));

function library(path: string, soname: string, ...options: string[]): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  const args = ['-shared', '-fPIC', '-x', 'c', '-', '-x', 'none', '-o', file, `-Wl,-soname,${soname},--no-as-needed`];
  execFileSync('gcc', [...args, ...options], { input: `int f_${soname.replace(/\W/g, '_')};` });
  return file;
}

function find(environment: Record<string, string> = {}, hints: MpiHints = {}, system: string[] = []) {
  const machine = { environment: { PATH: '/none', ...environment }, root: hostPath(root) };
  const variable = (environment.LD_LIBRARY_PATH ?? '').split(':');
  return findHostMpi(machine, { search: { variable, system }, lookAt: elfFiles() }, hints);
}

const cray = 'opt/cray/pe/mpich/8.1.29';
beforeAll(() => {
  const fabric = library('opt/cray/libfabric/1.15/lib64/libfabric.so.1', 'libfabric.so.1');
  const rpath = `-Wl,--enable-new-dtags,-rpath,${dirname(fabric)}`;
  library(`${cray}/ofi/gnu/12.3/lib/libmpi_gnu_123.so.12`, 'libmpi_gnu_123.so.12', fabric, rpath);
  library(`${cray}/gtl/lib/libmpi_gtl_hsa.so.0`, 'libmpi_gtl_hsa.so.0');
  mkdirSync(join(root, 'opt/cray/pe/mpich/8.1.9/ofi/gnu/12.3/lib'), { recursive: true });
  library('intel/lib/release/libmpi.so.12', 'libmpi.so.12');
  library('intel/opt/mpi/libfabric/lib/libfabric.so.1', 'libfabric.so.1');
  library('intel/opt/mpi/libfabric/lib/prov/libtcp-fi.so', 'libtcp-fi.so');
  library('ompi/lib/libmpi.so.40', 'libmpi.so.40');
  library('both/libmpi.so.40', 'libmpi.so.40');
  library('both/libmpi.so.12', 'libmpi.so.12');
  library('links/libmpich.so.12.1', 'libmpich.so.12');
  for (const name of ['libmpich.so.12', 'libmpi.so.12']) symlinkSync('libmpich.so.12.1', join(root, 'links', name));
  mkdirSync(join(root, 'bad'));
  writeFileSync(join(root, 'bad/libmpi.so.12'), '\u007fELF and no more');
  const foreign = library('foreign/libmpi.so.12', 'libmpi.so.12');
  const content = readFileSync(foreign);
  content.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
  writeFileSync(foreign, content);
});

describe('the MPI of a host', () => {
  it("Cray's, by its module: the library for the compiler, its libfabric by RUNPATH, and the library for GPUs", async () => {
    const found = await find({ CRAY_MPICH_DIR: join(root, cray, 'ofi/gnu/12.3') });
    expect(found).toMatchObject({ state: 'found', mpi: { product: 'Cray MPICH 8.1.29', name: { family: 'mpich' } } });
    const names = found.state === 'found' ? found.mpi.libraries.map(({ name }) => name) : [];
    expect(names).toEqual(['libmpi_gnu_123.so.12', 'libmpi_gtl_hsa.so.0', 'libfabric.so.1']);
  });

  it("Cray's without its module: the newest version", async () =>
    expect(await find()).toMatchObject({
      state: 'found',
      mpi: { product: 'Cray MPICH 8.1.29', how: '/opt/cray/pe/mpich' },
    }));

  it("Intel's, by its variable, with the libfabric that it loads and the providers of that", async () => {
    const found = await find({ I_MPI_ROOT: join(root, 'intel') });
    const fabric = join(root, 'intel/opt/mpi/libfabric/lib');
    expect(found).toMatchObject({
      mpi: {
        main: { path: join(root, 'intel/lib/release/libmpi.so.12') },
        libraries: [{ name: 'libmpi.so.12' }, { path: `${fabric}/libfabric.so.1` }],
        plugins: [{ path: `${fabric}/prov`, isBeside: false }],
      },
    });
    if (found.state !== 'found') throw new Error('not found');
    const facts = host(found.mpi, { hasUserNamespaces: false });
    expect(variablesOf('mpi', facts, undefined)).toEqual({ FI_PROVIDER_PATH: `${fabric}/prov` });
  });

  it('a module counts before the directories of the loader', async () => {
    const system = ['/links'];
    expect(await find({ MPI_HOME: join(root, 'ompi') }, {}, system)).toMatchObject({
      mpi: { name: { family: 'openmpi' } },
    });
    expect(await find({}, {}, system)).toMatchObject({ mpi: { how: 'directories of the loader' } });
  });

  it('several names of one file are one MPI; several families are ambiguous, and the settings decide', async () => {
    expect(await find({ LD_LIBRARY_PATH: join(root, 'links') })).toMatchObject({ state: 'found' });
    const both = { LD_LIBRARY_PATH: join(root, 'both') };
    const ambiguous = await find(both);
    expect(ambiguous).toMatchObject({
      state: 'ambiguous',
      candidates: expect.arrayContaining([expect.stringContaining('(Open MPI)')]),
    });
    expect(await find(both, { family: 'openmpi' })).toMatchObject({ mpi: { name: { family: 'openmpi' } } });
    expect(await find(both, { library: join(root, 'both/libmpi.so.12') })).toMatchObject({
      mpi: { name: { family: 'mpich' } },
    });
  });

  it('what a traced run loaded is of the set, if it was of this MPI: by its name as a library, by its path where it is', async () => {
    const [named, placed] = [library('traced/libcxi.so.1', 'libcxi.so.1'), library('own/libodd.so.1', 'libodd.so.1')];
    const main = join(root, 'ompi/lib/libmpi.so.40');
    const libraries = [
      { path: named, isLate: true, isByPath: false },
      { path: placed, isLate: true, isByPath: true },
      { path: join(root, 'gone/libgone.so.1'), isLate: true, isByPath: false },
    ];
    const trace = { command: 'srun p', main, libraries, files: [] };
    const found = await find({ MPI_HOME: join(root, 'ompi') }, { trace }, ['/own']);
    expect(found).toMatchObject({
      mpi: { libraries: [{ path: main }, { path: named }], plugins: [{ path: dirname(placed), isBeside: false }] },
    });
    // Not the whole directory where all sorts of libraries are.
    expect(await find({ MPI_HOME: join(root, 'ompi') }, { trace }, [dirname(placed)])).toMatchObject({
      mpi: { plugins: [{ path: placed }] },
    });
    expect(await find({ LD_LIBRARY_PATH: join(root, 'links') }, { trace })).toMatchObject({ mpi: { plugins: [] } });
  });

  it('one for another machine is passed over, and said for which', async () => {
    const found = await find({ LD_LIBRARY_PATH: join(root, 'foreign') });
    expect(found.tried).toContainEqual(
      expect.stringMatching(/foreign\/libmpi\.so\.12, which is for (aarch64|x86_64)$/),
    );
  });

  it('what is no library for this machine is passed over, and said', async () => {
    const found = await find({ LD_LIBRARY_PATH: join(root, 'bad'), MPICH_DIR: 'relative' });
    expect(found.tried).toContainEqual(expect.stringContaining(`${join(root, 'bad/libmpi.so.12')}, which is`));
    expect(found.tried).not.toContainEqual(expect.stringContaining('MPICH_DIR'));
  });
});
