import type { Issue } from '../../easyconfig/types.ts';
import type { PlacedYaml } from '../../easyconfig/yaml-places.ts';
import { formatValue } from '../../lib/format.ts';
import type { WrittenFuzzfile, WrittenResource } from './schema.ts';

/** What is in a Fuzzfile, can be left out, and has no effect here; and what has one that it does not have in Fuzzball. */
export function findNotes(file: WrittenFuzzfile, yaml: PlacedYaml): Issue[] {
  const notes: Issue[] = [];
  const add = (path: readonly PropertyKey[], message: string): void => {
    notes.push({ message, hint: undefined, place: yaml.placeOf(path, 'key') });
  };
  const unused = (path: readonly PropertyKey[], why = ''): void =>
    add(path, `\`${formatValue(String(path.at(-1)))}\` is not used${why}`);
  const checkResource = (resource: WrittenResource | undefined, path: readonly PropertyKey[]): void => {
    for (const name of Object.keys(resource?.annotations ?? {}))
      if (name !== 'nvidia.com/gpu.model') unused([...path, 'resource', 'annotations', name]);
    for (const device of Object.keys(resource?.devices ?? {}))
      if (!/^(nvidia|amd)\.com\/gpu$/.test(device))
        unused([...path, 'resource', 'devices', device], ': only GPUs are asked for');
  };
  const checkEnv = (env: readonly string[] | undefined, path: readonly PropertyKey[]): void => {
    for (const [index, variable] of (env ?? []).entries())
      if (variable.startsWith('HOME='))
        add([...path, 'env', index], '`HOME` is not set: the runtime keeps its own, and a script can `export` another');
  };
  for (const name of Object.keys(file.annotations ?? {})) unused(['annotations', name]);
  if (file.preemptible !== undefined) unused(['preemptible'], ': what may be preempted, the partition says');
  for (const [defaults, path] of [
    [file.defaults, ['defaults']],
    [file.defaults?.job, ['defaults', 'job']],
    [file.defaults?.service, ['defaults', 'service']],
  ] as const) {
    checkResource(defaults?.resource, path);
    checkEnv(defaults?.env, path);
  }
  for (const [kind, tasks] of [
    ['jobs', file.jobs],
    ['services', file.services],
  ] as const)
    for (const [name, task] of Object.entries(tasks ?? {})) {
      const path = [kind, name];
      checkResource(task.resource, path);
      checkEnv(task.env, path);
      if (task.preemptible !== undefined)
        unused([...path, 'preemptible'], ': what may be preempted, the partition says');
      if (task.requires !== undefined && task['depends-on'] !== undefined)
        unused([...path, 'requires'], ' beside `depends-on`');
      if ((task.policy?.retry?.attempts ?? 0) > 0)
        add([...path, 'policy', 'retry'], 'Fuzzball ignores `retry`; here the job is tried again');
      if (task.multinode !== undefined && !/^(ompi|openmpi|mpich)$/i.test(task.multinode.implementation ?? 'generic'))
        add(
          [...path, 'multinode'],
          '`MULTINODE_SSH_WRAPPER` and `MULTINODE_RSH_WRAPPER` are not set: no program is started on other nodes for it',
        );
      for (const key of ['expose-tcp', 'expose-udp'] as const)
        if ('network' in task && task.network !== undefined && key in task.network)
          unused([...path, 'network', key], ': a job’s ports are those of its node');
      if ('readiness-probe' in task && task['readiness-probe']?.grpc !== undefined)
        add(
          [...path, 'readiness-probe', 'grpc'],
          'gRPC is not spoken: the service counts as ready when the port answers',
        );
    }
  for (const [name, volume] of Object.entries(file.volumes ?? {})) {
    for (const key of Object.keys(volume?.annotations ?? {})) unused(['volumes', name, 'annotations', key]);
    if (volume?.size !== undefined) unused(['volumes', name, 'size'], ': there is as much room as the file system has');
    for (const [index, { source }] of (volume?.ingress ?? []).entries())
      for (const key of ['cache', 'cache-ttl'] as const)
        if (source[key] !== undefined)
          unused(['volumes', name, 'ingress', index, 'source', key], ': each start copies it again');
  }
  return notes;
}
