import type { WrittenJob, WrittenResource, WrittenService } from './schema.ts';
import type { Multinode, Probe, Resource } from './types.ts';
import { parseSize } from './units.ts';

/** The first that says something counts: the job's own, then the defaults. */
export function normalizeResource(...layers: readonly (WrittenResource | undefined)[]): Resource {
  const pick = <Key extends keyof WrittenResource>(key: Key): WrittenResource[Key] | undefined =>
    layers.find((layer) => layer?.[key] !== undefined)?.[key];
  const cpu = pick('cpu');
  const memory = pick('memory');
  const exclusive = pick('exclusive');
  return {
    cores: cpu?.cores ?? 1,
    affinity: (cpu?.affinity ?? 'core').toLowerCase() as Resource['affinity'],
    sockets: typeof cpu?.sockets === 'number' ? cpu.sockets : undefined,
    hasThreads: cpu?.threads,
    bytes: memory === undefined ? undefined : parseSize(String(memory.size)),
    isByCore: memory?.['by-core'] ?? false,
    devices: Object.fromEntries(Object.entries(pick('devices') ?? {}).filter(([, count]) => count > 0)),
    isExclusive: exclusive !== undefined && exclusive !== false,
    gpuModel: pick('annotations')?.['nvidia.com/gpu.model'],
  };
}

export function normalizeMultinode(written: WrittenJob['multinode'], cores: number): Multinode | undefined {
  if (written === undefined) return undefined;
  const implementation = written.implementation?.toLowerCase() ?? 'generic';
  return {
    nodes: written.nodes,
    implementation: implementation === 'mpich' ? 'mpich' : implementation === 'generic' ? 'generic' : 'openmpi',
    perNode: written['procs-per-node'] ?? cores,
  };
}

/** Times are Kubernetes' where nothing is said. */
export function normalizeProbe(written: WrittenService['readiness-probe']): Probe | undefined {
  if (written === undefined) return undefined;
  return {
    how: howOf(written),
    initialDelay: written['initial-delay-seconds'] ?? 0,
    period: written['period-seconds'] ?? 10,
    timeout: written['timeout-seconds'] ?? 1,
    successes: written['success-threshold'] ?? 1,
    failures: written['failure-threshold'] ?? 3,
  };
}

function howOf(written: NonNullable<WrittenService['readiness-probe']>): Probe['how'] {
  const http = written['http-get'];
  if (written.exec !== undefined) return { is: 'exec', command: written.exec.command };
  if (http === undefined) return { is: 'tcp', port: written['tcp-socket']?.port ?? written.grpc?.port ?? 0 };
  return {
    is: 'http',
    url: `${(http.scheme ?? 'http').toLowerCase()}://localhost:${http.port}/${(http.path ?? '').replace(/^\/+/, '')}`,
    headers: (http['http-headers'] ?? []).map(({ name, value }) => `${name}: ${value}`),
  };
}
