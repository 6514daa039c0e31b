import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatQuickest, interleave, median, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, installCommand, prefix, work, writeEasyconfig } from '../work.js';

const source = fileURLToPath(new URL('../mpi-ping-pong.c', import.meta.url));
const mpich = process.env.CT_MPICH;
const mpiexec = `${mpich}/bin/mpiexec`;
// Shared memory only: MPICH 4.0.2 hangs at its end now and then where it has endpoints over TCP too, without a container as well.
const shared = { UCX_TLS: 'posix,sysv,self,cma' };

/** The host's MPI: how long it takes to be found, how much later ranks start through the module, and how fast it is in a container. */
export function measureMpi(rows) {
  const lines = [];
  const environment = { ...process.env, MPICH_DIR: mpich };
  if (rows.includes('mpi-find')) lines.push(...measureFinding(environment));
  if (rows.length === 1 && rows[0] === 'mpi-find') return lines;
  run(
    installCommand(
      writeEasyconfig('mpich', { image: { file: 'mpich.sif', mode: 'central' }, mpi: { replace: 'mpi' } }),
    ),
    {
      env: environment,
    },
  );
  run([`${mpich}/bin/mpicc`, '-O2', source, '-o', `${work}/ping-pong`]);
  if (rows.includes('mpi-start')) lines.push(...measureStart());
  if (rows.includes('mpi-ping-pong')) lines.push(...measurePingPong());
  return lines;
}

/** What the command takes beside that of another, which starts and reads the settings as well. */
function measureFinding(env) {
  const command = (name) => () => run([ctinstallProgram, name, '--json'], { env });
  const times = interleave({ mpi: command('mpi'), settings: command('settings') }, { rounds: roundsOf(20) });
  const line = { unit: ' ms', digits: 0 };
  return [
    {
      ...{ ...line, row: 'mpi-find', what: "the host's MPI is found: ctinstall mpi less ctinstall settings" },
      values: perRound(times, (ms) => ms.mpi - ms.settings),
      aim: { most: 300 },
    },
    { ...line, row: '', what: '  … all of ctinstall mpi', values: times.mpi, notes: [formatQuickest(times)] },
  ];
}

/** Four ranks that start and end: with the module, with its binds given to the runtime, and with a bind for each library. */
function measureStart() {
  const loaded = environmentWith(shared);
  const { SIF: image, SINGULARITY_BIND: binds = '', SINGULARITYENV_LD_LIBRARY_PATH: libraryPath } = loaded;
  const plain = { ...process.env, ...shared, SINGULARITYENV_LD_LIBRARY_PATH: libraryPath };
  plain.SINGULARITYENV_UCX_POSIX_USE_PROC_LINK = loaded.SINGULARITYENV_UCX_POSIX_USE_PROC_LINK;
  const start =
    (env, ...options) =>
    () =>
      run(
        ['timeout', '60', mpiexec, '-n', '4', 'singularity', 'exec', ...options, image, `${work}/ping-pong`, 'start'],
        { env },
      );
  const single = singleBinds(binds);
  const times = interleave(
    { module: start(loaded), plain: start(plain, '--bind', binds), single: start(plain, '--bind', single.join(',')) },
    { rounds: roundsOf(20) },
  );
  const ratio = (row, what, over, under, aim) => ({
    row,
    what,
    unit: ' ×',
    values: perRound(times, (ms) => ms[over] / ms[under]),
    aim,
  });
  return [
    ratio('mpi-start', '4 ranks through the module / singularity exec with its binds', 'module', 'plain', {
      most: 1.05,
    }),
    {
      ...ratio('', `  … with ${single.length} binds, one for each library / through the module`, 'single', 'module'),
      notes: [`4 ranks that start and end, ${formatQuickest(times)}`],
    },
  ];
}

/** What the module binds, with each library that it links by itself at the place of its link. */
function singleBinds(binds) {
  const directory = `${prefix}/software/mpich/1/mpi`;
  const others = binds.split(',').filter((bind) => !bind.includes(':/host-mpi/'));
  const links = readdirSync(directory).filter((name) => lstatSync(`${directory}/${name}`).isSymbolicLink());
  return [
    ...others,
    ...links.map(
      (name) => `${readlinkSync(`${directory}/${name}`).replace('/host-mpi/root', '')}:/host-mpi/lib/${name}:ro`,
    ),
  ];
}

/**
 * One program with the host's MPI, on the host and in a container. Ranks of a node reach into each other's memory on the host;
 * in containers only where these share a namespace, as the runtime's --sharens has them.
 */
function measurePingPong() {
  const outside = { ...process.env, ...shared, LD_LIBRARY_PATH: `${mpich}/lib` };
  const together = environmentWith({ APPTAINER_SHARENS: '1', ...shared });
  const apart = environmentWith({});
  const sides = {
    host: () => run(['timeout', '60', mpiexec, '-n', '2', `${work}/ping-pong`], { env: outside }),
    container: () => runInside(together),
    apart: () => runInside(apart),
  };
  const said = { host: [], container: [], apart: [] };
  const keeping = Object.fromEntries(
    Object.entries(sides).map(([name, side]) => [name, () => said[name].push(side().trim().split(/\s+/).map(Number))]),
  );
  const times = interleave(keeping, { rounds: roundsOf(20) });
  // The first round was for warming up.
  const rounds = times.host.map((_, round) =>
    Object.fromEntries(Object.keys(sides).map((name) => [name, said[name].at(round - times.host.length)])),
  );
  return ['8 B', '64 KiB', '4 MiB'].flatMap((size, at) => [
    {
      row: at === 0 ? 'mpi-ping-pong' : '',
      what: `${size}: speed in a container with the host's MPI / on the host, --sharens`,
      unit: ' ×',
      values: rounds.map(({ host, container }) => host[at] / container[at]),
      aim: { least: 0.98 },
      notes: [`on the host ${median(rounds.map(({ host }) => host[at])).toFixed(2)} us`],
    },
    {
      row: '',
      what: `  … each rank in a namespace of its own`,
      unit: ' ×',
      values: rounds.map(({ host, apart: alone }) => host[at] / alone[at]),
    },
  ]);
}

function runInside(env) {
  return run(['timeout', '60', mpiexec, '-n', '2', 'singularity', 'exec', env.SIF, `${work}/ping-pong`], { env });
}

function environmentWith(more) {
  const script = '. "$CT_LMOD_INIT"; module use "$1"; module load mpich/1; env -0';
  const text = run(['bash', '-c', script, 'bash', `${prefix}/modules`], { env: { ...process.env, ...more } });
  return Object.fromEntries(
    text
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => line.split(/=(.*)/s, 2)),
  );
}
