import type { PlacedYaml } from '../../easyconfig/yaml-places.ts';

/** The keys that Fuzzball's API writes in camelCase. */
const kebabOf = new Map(
  [
    ...['depends-on', 'task-array', 'procs-per-node', 'by-core', 'expose-tcp', 'expose-udp', 'port-name', 'http-get'],
    ...['readiness-probe', 'tcp-socket', 'http-headers', 'initial-delay-seconds', 'period-seconds', 'timeout-seconds'],
    ...['success-threshold', 'failure-threshold', 'cache-ttl', 'dynamic-config', 'decryption-secret'],
  ].map((kebab) => [kebab.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()), kebab] as const),
);

/** Below these, names are the user's own. */
const ownNames = ['files', 'annotations', 'volumes', 'jobs', 'services', 'mounts', 'devices'];

/** A Fuzzfile in which the keys of the API are those of files; places lead to what is written. */
export function withKebabKeys(yaml: PlacedYaml): PlacedYaml {
  const asWritten = (path: readonly PropertyKey[]): PropertyKey[] => {
    let value: unknown = yaml.value;
    return path.map((part) => {
      const written = typeof part === 'string' ? writtenKey(value, part) : part;
      value = isMap(value) || Array.isArray(value) ? (value as Record<PropertyKey, unknown>)[written] : undefined;
      return written;
    });
  };
  return {
    value: convert(yaml.value, false),
    placeOf: (path, which) => yaml.placeOf(asWritten(path), which),
    sourceOf: (path) => yaml.sourceOf(asWritten(path)),
  };
}

function writtenKey(value: unknown, key: string): string {
  if (!isMap(value) || Object.hasOwn(value, key)) return key;
  const camel = key.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(value, camel) ? camel : key;
}

function convert(value: unknown, hasOwnNames: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => convert(item, false));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const kebab = hasOwnNames ? undefined : kebabOf.get(key);
      const isTaken = kebab !== undefined && Object.hasOwn(value, kebab);
      return [isTaken ? key : (kebab ?? key), convert(inner, !hasOwnNames && ownNames.includes(key))];
    }),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
