import * as z from 'zod';
import {
  annotations,
  count,
  env,
  image,
  line,
  matching,
  mounts,
  name,
  path,
  policy,
  port,
  resource,
  seconds,
  secret,
  size,
  slurm,
  text,
} from './schema-parts.ts';

/*
 * The one definition of a Fuzzfile, versions v1 and v4 in all their forms: it gives the type of what is written, the checks,
 * and the JSON Schema for editors. Keys are kebab-case, as files have them; those of the API are turned into these before.
 */

const dependency = z.strictObject({
  name,
  status: z
    .string()
    .regex(/^(finished|running)$/i, 'must be FINISHED or RUNNING')
    .optional(),
  description: z.string().optional(),
});

const common = {
  name: z.string().optional(),
  image: image.optional(),
  module: matching(
    /^(?!-)[\w.+/@-]+$/,
    'module',
    'such as `PyTorch/2.7.1`, as `ctinstall list` shows it, or the name of an easyconfig',
  )
    .optional()
    .describe('of ctinstall: an installed module in the place of an image'),
  command: z.array(text).min(1, 'must not be empty').optional(),
  script: text.min(1, 'must not be empty').optional(),
  args: z.array(text).optional(),
  env: env.optional(),
  cwd: path.optional(),
  mounts: mounts.optional(),
  files: z.record(path, text).optional(),
  'depends-on': z.array(dependency).optional(),
  requires: z.array(name).optional(),
  policy: policy.optional(),
  resource: resource.optional(),
  slurm: slurm.optional(),
  preemptible: z.boolean().optional(),
};

const multinode = z.strictObject({
  nodes: count,
  implementation: z
    .string()
    .regex(/^(ompi|openmpi|mpich|gasnet|generic)$/i, 'must be `openmpi`, `mpich` or `generic`')
    .optional(),
  'procs-per-node': count.optional(),
});

export const jobSchema = z.strictObject({
  ...common,
  multinode: multinode.optional(),
  'task-array': z
    .strictObject({
      start: z.int().min(0).max(10_000_000),
      end: z.int().min(0).max(10_000_000),
      concurrency: z.int().min(0).max(200, 'must be at most 200').optional(),
    })
    .optional(),
  network: z
    .strictObject({ isolated: z.boolean(), 'expose-tcp': z.unknown(), 'expose-udp': z.unknown() })
    .partial()
    .optional(),
});

const probeTimes = {
  'initial-delay-seconds': seconds.optional(),
  'period-seconds': seconds.optional(),
  'timeout-seconds': seconds.optional(),
  'success-threshold': count.optional(),
  'failure-threshold': count.optional(),
};
const probe = z.strictObject({
  ...probeTimes,
  exec: z.strictObject({ command: z.array(text).min(1) }).optional(),
  'http-get': z
    .strictObject({
      path: line.optional(),
      port,
      scheme: z
        .string()
        .regex(/^https?$/i, 'must be HTTP or HTTPS')
        .optional(),
      'http-headers': z.array(z.strictObject({ name: line, value: line })).optional(),
    })
    .optional(),
  'tcp-socket': z.strictObject({ port }).optional(),
  grpc: z.strictObject({ port, service: line.optional() }).optional(),
});

const endpoint = z.strictObject({
  name,
  'port-name': z.string(),
  protocol: z.enum(['http', 'https', 'grpc', 'grpcs', 'tcp', 'tls']).optional(),
  type: z.enum(['subdomain', 'path']).optional(),
  scope: z.enum(['user', 'group', 'organization', 'public']).optional(),
});

export const serviceSchema = z.strictObject({
  ...common,
  multinode: multinode.optional(),
  network: z
    .strictObject({
      ports: z
        .array(
          z.strictObject({
            name,
            port,
            protocol: z
              .string()
              .regex(/^(tcp|udp)$/i, 'must be tcp or udp')
              .optional(),
          }),
        )
        .optional(),
      endpoints: z.array(endpoint).optional(),
      host: z.unknown().optional(),
    })
    .optional(),
  persist: z.boolean().optional(),
  'readiness-probe': probe.optional(),
  autoscaler: z.unknown().optional(),
  'dynamic-config': z.unknown().optional(),
});

const transfer = z.strictObject({
  source: z.strictObject({
    uri: line,
    secret: secret.optional(),
    cache: z.enum(['once', 'changed', 'never']).optional(),
    'cache-ttl': seconds.optional(),
  }),
  destination: z.strictObject({ uri: line, secret: secret.optional() }),
  policy: policy.optional(),
});

const volume = z.strictObject({
  name: z.string().optional(),
  reference: matching(
    /^volume:\/\/(user|account|group)\/[\w-]+(\/[\w.-]+)?$/,
    'volume',
    'write `volume://user/ephemeral` or `volume://user/persistent/NAME`',
  ).optional(),
  type: z
    .string()
    .regex(/^(ephemeral|host)$/i, 'must be EPHEMERAL or HOST')
    .optional(),
  path: path.optional(),
  use: matching(/^[\w-]+$/, 'kind of volume', '`ephemeral` or `persistent`').optional(),
  size: size.optional(),
  annotations: annotations.optional(),
  ingress: z.array(transfer).optional(),
  egress: z.array(transfer).optional(),
});

const shared = { env: env.optional(), mounts: mounts.optional(), resource: resource.optional() };

export const fuzzfileSchema = z.strictObject({
  version: z.enum(['v1', 'v4']).describe('of the form of the file'),
  files: z
    .record(matching(/^(?!\.+$)[\w.-]+$/, 'name of a file', 'letters, digits, `.`, `_` and `-`'), text)
    .optional(),
  defaults: z
    .strictObject({
      ...shared,
      job: z.strictObject({ ...shared, policy: policy.optional(), slurm: slurm.optional() }).optional(),
      service: z.strictObject({ ...shared, slurm: slurm.optional() }).optional(),
      slurm: slurm.optional(),
    })
    .optional(),
  annotations: annotations.optional(),
  volumes: z.record(name, volume.nullable()).optional(),
  jobs: z.record(name, jobSchema).optional(),
  services: z.record(name, serviceSchema).optional(),
  preemptible: z.boolean().optional(),
  completed: z.unknown().optional(),
});

export type WrittenFuzzfile = z.infer<typeof fuzzfileSchema>;
export type WrittenJob = z.infer<typeof jobSchema>;
export type WrittenService = z.infer<typeof serviceSchema>;
export type WrittenTask = WrittenJob | WrittenService;
export type WrittenVolume = NonNullable<z.infer<typeof volume>>;
export type WrittenMounts = z.infer<typeof mounts>;
export type WrittenResource = z.infer<typeof resource>;
export type WrittenTransfer = z.infer<typeof transfer>;
