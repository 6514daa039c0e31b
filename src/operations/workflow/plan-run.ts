import type { Task, Volume, Workflow } from '../../formats/fuzzfile/types.ts';
import type { JobKind, PlannedJob, PlannedNeed } from './types.ts';

/** The jobs of a workflow as they are started: those of the Fuzzfile, with what brings, takes away and clears up. */
export function planRun({ tasks, volumes }: Workflow): PlannedJob[] {
  const usersOf = (volume: string): Task[] =>
    tasks.filter(({ mounts }) => mounts.some((mount) => mount.volume === volume));
  const filled = volumes.filter(({ name, ingress }) => ingress.length > 0 && usersOf(name).length > 0);
  const emptied = volumes.filter(({ egress }) => egress.length > 0);
  const jobs = [
    ...filled.map(({ name }) => helper(`ingress+${name}`, 'ingress', [])),
    ...tasks.map((task) => plannedTask(task, filled)),
  ];
  const stops = tasks
    .filter(({ service }) => service !== undefined && !service.isPersistent)
    .flatMap((service) => {
      const users = tasks.filter(({ needs }) => needs.some(({ name }) => name === service.name));
      return users.length === 0
        ? []
        : [
            helper(
              `stop+${service.name}`,
              'stop',
              users.map(({ name }) => ({ name, on: 'any' })),
            ),
          ];
    });
  const egress = emptied.map(({ name }) =>
    helper(
      `egress+${name}`,
      'egress',
      usersOf(name)
        .filter(isJob)
        .map((user) => ({ name: user.name, on: 'ok' })),
    ),
  );
  const hasEphemeral = volumes.some(({ kind }) => kind.is === 'ephemeral');
  // A service that goes on may use its volume.
  const goesOn = tasks.some(({ service }) => service?.isPersistent === true);
  const last = [...tasks.filter(isJob), ...egress].map(({ name }): PlannedNeed => ({ name, on: 'ok' }));
  const clean = hasEphemeral && !goesOn && last.length > 0 ? [helper('clean+volumes', 'clean', last)] : [];
  return [...jobs, ...stops, ...egress, ...clean];
}

function isJob({ kind }: Task): boolean {
  return kind === 'job';
}

function plannedTask(task: Task, filled: readonly Volume[]): PlannedJob {
  const { resource } = task;
  const ingress = filled
    .filter(({ name }) => task.mounts.some(({ volume }) => volume === name))
    .map(({ name }): PlannedNeed => ({ name: `ingress+${name}`, on: 'ok' }));
  const gpus = Object.entries(resource.devices).reduce(
    (sum, [device, count]) => sum + (/\/gpu$/.test(device) ? count : 0),
    0,
  );
  return {
    name: task.name,
    kind: task.kind,
    needs: [
      ...ingress,
      ...task.needs.map(({ name, status }): PlannedNeed => ({ name, on: status === 'running' ? 'begin' : 'ok' })),
    ],
    cores: resource.cores,
    bytes: resource.bytes,
    isByCore: resource.isByCore,
    seconds: task.seconds,
    tries: task.tries,
    array: task.array,
    multinode: task.multinode,
    gpus,
    gpuModel: resource.gpuModel,
    affinity: resource.affinity,
    sockets: resource.sockets,
    hasThreads: resource.hasThreads,
    isExclusive: resource.isExclusive,
    isRequeued: task.isRequeued,
    slurm: task.slurm,
    endpoints: task.service?.endpoints ?? [],
  };
}

function helper(name: string, kind: JobKind, needs: readonly PlannedNeed[]): PlannedJob {
  return {
    name,
    kind,
    needs,
    cores: 1,
    bytes: undefined,
    isByCore: false,
    seconds: undefined,
    tries: 1,
    array: undefined,
    multinode: undefined,
    gpus: 0,
    gpuModel: undefined,
    affinity: 'core',
    sockets: undefined,
    hasThreads: undefined,
    isExclusive: false,
    isRequeued: false,
    slurm: { partition: undefined, account: undefined, options: [] },
    endpoints: [],
  };
}
