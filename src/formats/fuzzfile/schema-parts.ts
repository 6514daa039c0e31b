import * as z from 'zod';
import { describeBadImageSource } from '../../easyconfig/image-source.ts';
import { formatValue } from '../../lib/format.ts';
import { describeBadPath, parseDuration, parseSecretUri, parseSize, parseVariable } from './units.ts';

/* The parts that jobs, services, volumes and defaults are made of. */

export function ruled(describeBad: (value: string) => string | undefined, hint?: string) {
  return z.string().superRefine((value, context) => {
    const bad = describeBad(value);
    if (bad !== undefined) context.addIssue({ code: 'custom', message: bad, params: { hint } });
  });
}

export function matching(pattern: RegExp, what: string, hint: string) {
  return ruled(
    (value) => (pattern.test(value) ? undefined : `is \`${formatValue(value)}\`, which is no ${what}`),
    hint,
  );
}

export const text = ruled((value) =>
  /[\0]|\p{Cs}/u.test(value) ? 'holds a character that no script can hold' : undefined,
);
export const line = ruled((value) =>
  value === '' ? 'must not be empty' : /[\p{Cc}\p{Cs}]/u.test(value) ? 'must be one line' : undefined,
);
export const namePattern = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$/;
export const name = matching(namePattern, 'name', 'letters, digits, `-` and `_`, at most 63');
export const path = ruled(describeBadPath);
export const count = z.int().min(1, 'must be at least 1').max(1_000_000, 'is more than any machine has');
export const seconds = z.int().min(0, 'must not be less than 0').max(31_536_000, 'is more than a year');
export const port = z.int().min(1, 'must be from 1 to 65535').max(65_535, 'must be from 1 to 65535');
/** `0s` has the form of a duration. */
function isNone(written: string, parse: (text: string) => number | undefined): boolean {
  return !/[1-9]/.test(written) && parse(written.replaceAll('0', '1')) !== undefined;
}

export const size = z
  .union([z.int(), z.string()])
  .superRefine((value, context) => {
    if (parseSize(String(value)) === undefined)
      context.addIssue({
        code: 'custom',
        message: `is \`${formatValue(String(value))}\`, which is ${isNone(String(value), parseSize) ? 'none at all' : 'no size'}`,
        params: { hint: 'a number with a unit: `4GiB`, `512MB`, `0.5GiB`' },
      });
  })
  .describe('a number and a unit: GB is 10^9 bytes, GiB is 2^30');
export const duration = ruled(
  (value) =>
    parseDuration(value) === undefined
      ? `is \`${formatValue(value)}\`, which is ${isNone(value, parseDuration) ? 'no time at all' : 'no duration'}`
      : undefined,
  'numbers with units: `30m`, `8h`, `1h30m`',
).describe('as Go writes it: 30m, 8h0m0s');
export const secret = ruled(
  (value) => (parseSecretUri(value) === undefined ? `is \`${formatValue(value)}\`, which names no secret` : undefined),
  'write `secret://user/NAME`',
);
export const variable = ruled((value) => {
  if (parseVariable(value) === undefined) return `is \`${formatValue(value)}\`, which is not \`NAME=value\``;
  const [, given = ''] = /=(.*)$/s.exec(value) ?? [];
  return given.startsWith('secret://') && parseSecretUri(given) === undefined
    ? `names no secret: \`${formatValue(given)}\``
    : undefined;
}, 'a list of `NAME=value`; a secret as `NAME=secret://user/NAME`');
export const annotations = z.record(z.string(), z.string());
export const env = z.array(variable).max(1000);

export const image = z.strictObject({
  uri: ruled((value) => {
    if (value.startsWith('/')) return describeBadPath(value) === undefined ? undefined : 'is no path of an image';
    const bad = describeBadImageSource(value);
    return bad === undefined ? undefined : `${bad}: \`${formatValue(value)}\``;
  }, 'write `docker://alpine:3.20`, or the whole path of an image file: `/project/my.sif`').describe(
    'docker://, oras://, library://, https://, or the path of a SIF on this machine',
  ),
  secret: secret.optional(),
  secrets: z.strictObject({ username: text.optional(), password: text.optional() }).optional(),
  'decryption-secret': secret.optional(),
});

const mount = z.union([
  name,
  z.strictObject({ volume: name }),
  z.strictObject({ location: path }),
  z.strictObject({ volume: name, location: path }),
]);
export const mounts = z.record(z.string(), mount).describe('v4: path to volume; v1: volume to { location: path }');

export const resource = z.strictObject({
  cpu: z
    .strictObject({
      cores: count.optional(),
      affinity: z
        .string()
        .regex(/^(core|socket|numa)$/i, 'must be CORE, SOCKET or NUMA')
        .optional(),
      sockets: z.union([z.boolean(), count]).optional(),
      threads: z.boolean().optional(),
    })
    .optional(),
  memory: z.strictObject({ size, 'by-core': z.boolean().optional() }).optional(),
  devices: z
    .record(matching(/^[\w.-]+\/[\w.-]+$/, 'device', 'such as `nvidia.com/gpu: 1`'), z.int().min(0).max(10_000))
    .optional(),
  exclusive: z.union([z.boolean(), z.enum(['job', 'workflow'])]).optional(),
  annotations: z
    .object({
      'nvidia.com/gpu.model': matching(/^[A-Za-z0-9][\w.-]*$/, 'model of a GPU', 'such as `A100`').optional(),
    })
    .catchall(z.string())
    .optional(),
});

export const policy = z.strictObject({
  timeout: z.strictObject({ execute: duration }).optional(),
  retry: z.strictObject({ attempts: z.int().min(0).max(100, 'must be at most 100') }).optional(),
  restart: z.enum(['on-node-fault', 'never']).optional(),
});

export const slurm = z
  .strictObject({
    partition: matching(/^\w[\w.+@,-]*$/, 'partition', 'as `sinfo` lists them').optional(),
    account: matching(/^\w[\w.+@:/-]*$/, 'account', 'the name of a project').optional(),
    options: z
      .array(
        matching(
          /^(?!-)(?!(array|dependency|hold|output|error|job-name|wrap|export|chdir|parsable|comment)\b)[a-z][a-z-]*(=[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*)?$/u,
          'option of sbatch that can be given here',
          'the long name without dashes: `qos=debug`, `constraint=epyc`; what the workflow itself sets cannot be given',
        ),
      )
      .max(50)
      .optional(),
  })
  .describe('of ctinstall: where the job runs under Slurm');
