import { normalizeMultinode, normalizeProbe, normalizeResource } from './normalize-parts.ts';
import { sortByNeeds } from './order.ts';
import type {
  WrittenFuzzfile,
  WrittenJob,
  WrittenMounts,
  WrittenService,
  WrittenTask,
  WrittenVolume,
} from './schema.ts';
import type { Image, Need, Run, Service, Task, Transfer, Value, Variable, Volume, Workflow } from './types.ts';
import { parseDuration, parseSecretUri, parseVariable, parseVolumeUri } from './units.ts';

/** Of a Fuzzfile without a fault. */
export function normalizeFuzzfile(file: WrittenFuzzfile): Workflow {
  const jobs = Object.entries(file.jobs ?? {}).map(([name, job]) => normalizeTask('job', name, job, file));
  const services = Object.entries(file.services ?? {}).map(([name, one]) => normalizeTask('service', name, one, file));
  return {
    files: file.files ?? {},
    volumes: Object.entries(file.volumes ?? {}).map(([name, volume]) => normalizeVolume(name, volume ?? {})),
    tasks: sortByNeeds([...services, ...jobs], ({ needs }) => needs.map(({ name }) => name)),
  };
}

function normalizeTask(kind: Task['kind'], name: string, task: WrittenTask, file: WrittenFuzzfile): Task {
  const ofKind = file.defaults?.[kind];
  const common = file.defaults;
  const resource = normalizeResource(task.resource, ofKind?.resource, common?.resource);
  const policy = task.policy ?? (kind === 'job' ? file.defaults?.job?.policy : undefined);
  const slurm = { ...common?.slurm, ...ofKind?.slurm, ...task.slurm };
  const job: WrittenJob | undefined = kind === 'job' ? (task as WrittenJob) : undefined;
  const array = job?.['task-array'];
  return {
    kind,
    name,
    image: normalizeImage(task),
    run: normalizeRun(task),
    env: mergeEnv(common?.env, ofKind?.env, task.env),
    cwd: task.cwd,
    mounts: mergeMounts(common?.mounts, ofKind?.mounts, task.mounts),
    files: Object.entries(task.files ?? {}).map(([path, text]) => ({ path, text: textOfFile(text, file) })),
    needs: needsOf(task),
    seconds: policy?.timeout === undefined ? undefined : parseDuration(policy.timeout.execute),
    tries: 1 + (policy?.retry?.attempts ?? 0),
    isRequeued: policy?.restart === 'on-node-fault',
    resource,
    multinode: normalizeMultinode(task.multinode, resource.cores),
    array:
      array === undefined ? undefined : { start: array.start, end: array.end, concurrency: array.concurrency ?? 0 },
    service: kind === 'service' ? normalizeService(task as WrittenService) : undefined,
    slurm: { partition: slurm.partition, account: slurm.account, options: slurm.options ?? [] },
  };
}

function normalizeImage({ image, module }: WrittenTask): Image {
  if (image === undefined) return { module: module ?? '' };
  const { uri, secret, secrets } = image;
  const login =
    secret !== undefined
      ? { secret: parseSecretUri(secret) ?? '' }
      : secrets === undefined
        ? undefined
        : { username: toValue(secrets.username ?? ''), password: toValue(secrets.password ?? '') };
  return { uri, login, decryption: undefined };
}

/** A secret is named by a URI, or as v1 does: `${{ secret "NAME" }}$`. */
function toValue(text: string): Value {
  const secret = parseSecretUri(text) ?? /^\$\{\{\s*secret\s+"([\w.-]+)"\s*\}\}\$?$/.exec(text)?.[1];
  return secret === undefined ? { text } : { secret };
}

function normalizeRun({ script, command, args = [] }: WrittenTask): Run {
  if (script !== undefined) return { is: 'script', text: script, args };
  return command === undefined ? { is: 'image', args } : { is: 'command', argv: [...command, ...args] };
}

function mergeEnv(...layers: readonly (readonly string[] | undefined)[]): Variable[] {
  const merged = new Map<string, Value>();
  for (const written of layers.flatMap((layer) => layer ?? [])) {
    const { name, value } = parseVariable(written) ?? { name: '', value: '' };
    if (name !== '') merged.set(name, toValue(value));
  }
  return [...merged].map(([name, value]) => ({ name, value }));
}

/** By the place in the container: what is written nearer to the job counts. */
function mergeMounts(...layers: readonly (WrittenMounts | undefined)[]): Task['mounts'] {
  const merged = new Map<string, { volume: string; path: string }>();
  for (const layer of layers)
    for (const [key, mount] of Object.entries(layer ?? {})) {
      const written = typeof mount === 'string' ? { volume: mount } : (mount as { volume?: string; location?: string });
      const path = trimPath(key.startsWith('/') ? key : (written.location ?? '/'));
      merged.set(path, { path, volume: key.startsWith('/') ? (written.volume ?? '') : key });
    }
  return [...merged.values()].toSorted((a, b) => a.path.length - b.path.length);
}

function trimPath(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

function textOfFile(text: string, file: WrittenFuzzfile): string {
  const [, name = ''] = /^file:\/\/(.*)$/.exec(text.trim()) ?? [];
  return file.files?.[name] ?? text;
}

function needsOf(task: WrittenTask): Need[] {
  const written = task['depends-on'] ?? (task.requires ?? []).map((name) => ({ name, status: 'finished' }));
  return written.map(({ name, status }) => ({
    name,
    status: status?.toLowerCase() === 'running' ? 'running' : 'finished',
  }));
}

function normalizeService(service: WrittenService): Service {
  const ports = (service.network?.ports ?? []).map(({ name, port }) => ({ name, port }));
  return {
    ports,
    endpoints: (service.network?.endpoints ?? []).map((endpoint) => ({
      name: endpoint.name,
      port: ports.find(({ name }) => name === endpoint['port-name'])?.port ?? 0,
      protocol: endpoint.protocol ?? 'http',
    })),
    isPersistent: service.persist ?? false,
    probe: normalizeProbe(service['readiness-probe']),
  };
}

function normalizeVolume(name: string, volume: WrittenVolume): Volume {
  const transfer = (uri: string, inside: string, secret: string | undefined): Transfer => {
    const parsed = parseVolumeUri(inside);
    return { uri, path: 'path' in parsed ? parsed.path : '', secret: secret && parseSecretUri(secret) };
  };
  return {
    name,
    kind: kindOf(volume),
    ingress: (volume.ingress ?? []).map(({ source, destination }) =>
      transfer(source.uri, destination.uri, source.secret),
    ),
    egress: (volume.egress ?? []).map(({ source, destination }) =>
      transfer(destination.uri, source.uri, destination.secret),
    ),
  };
}

function kindOf({ reference, type, path, use, name }: WrittenVolume): Volume['kind'] {
  if (/^host$/i.test(type ?? '')) return { is: 'host', path: path ?? '' };
  if (reference !== undefined) {
    const [scope = '', kind = '', ...rest] = reference.replace('volume://', '').split('/');
    return kind === 'ephemeral' ? { is: 'ephemeral' } : { is: 'persistent', path: [scope, kind, ...rest].join('/') };
  }
  if (use === undefined || use === 'ephemeral') return { is: 'ephemeral' };
  return { is: 'persistent', path: ['user', use, ...(name === undefined ? [] : [name])].join('/') };
}
