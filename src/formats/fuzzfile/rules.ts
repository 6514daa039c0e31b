import * as z from 'zod';
import type { Issue } from '../../easyconfig/types.ts';
import type { PlacedYaml } from '../../easyconfig/yaml-places.ts';
import { formatValue } from '../../lib/format.ts';
import { findCycle } from './order.ts';
import { type AddIssue, checkMounts, mapOf, noName } from './rule-parts.ts';
import { checkTask, type TaskRules } from './rules-of-task.ts';
import { checkVolume } from './rules-of-volume.ts';
import { fuzzfileSchema, jobSchema, serviceSchema, type WrittenTask } from './schema.ts';
import { name } from './schema-parts.ts';

/**
 * What no schema of a single value tells: what names each other, and what cannot stand together. Parts that do not have their
 * form are passed over, as that is said already: all else is checked all the same.
 */
export function checkRules(yaml: PlacedYaml): Issue[] {
  const issues: Issue[] = [];
  const add: AddIssue = (path, message, { hint, which = 'value' } = {}) => {
    issues.push({ message, hint, place: yaml.placeOf(path, which) });
  };
  const root = mapOf(yaml.value);
  const [jobs, services, volumes] = [mapOf(root.jobs), mapOf(root.services), mapOf(root.volumes)];
  if (Object.keys(jobs).length + Object.keys(services).length === 0)
    add([], 'there is no job and no service in it', {
      hint: 'such as `jobs: { hello: { image: …, command: [echo, hi] } }`',
    });
  const files = Object.keys(mapOf(root.files));
  for (const name of Object.keys(volumes)) checkVolume(volumes[name], { name, files, add });
  const defaults = fuzzfileSchema.shape.defaults.safeParse(root.defaults).data;
  const rules: TaskRules = {
    volumes: Object.keys(volumes),
    files,
    isJob: (name) => Object.hasOwn(jobs, name),
    names: [...Object.keys(jobs), ...Object.keys(services)],
    add,
  };
  checkDefaultMounts(defaults, rules);
  const read: Record<string, WrittenTask> = {};
  for (const [kind, tasks, schema] of [
    ['jobs', jobs, jobSchema],
    ['services', services, serviceSchema],
  ] as const)
    for (const [name, written] of Object.entries(tasks)) {
      const data = readParts(written, schema);
      if (kind === 'services' && Object.hasOwn(jobs, name))
        add([kind, name], `\`${formatValue(name)}\` is the name of a job already`, {
          which: 'key',
          hint: 'jobs and services share their names',
        });
      read[name] = data;
      checkTask(data, { path: [kind, name], keys: Object.keys(mapOf(written)) }, rules);
    }
  const cycle = findCycle(
    new Map(Object.entries(read).map(([name, task]) => [name, neededBy(task).filter((need) => need !== name)])),
  );
  if (cycle !== undefined) {
    const [first = ''] = cycle;
    const task = read[first];
    const path = [rules.isJob(first) ? 'jobs' : 'services', first];
    add(
      [...path, task?.['depends-on'] === undefined ? 'requires' : 'depends-on'],
      `each of these waits for the next: ${[...cycle, first].map((name) => `\`${name}\``).join(' → ')}`,
      { hint: 'take one of the dependencies out', which: 'key' },
    );
  }
  return issues;
}

/** What of a job or a service has its form. */
function readParts(written: unknown, schema: typeof jobSchema | typeof serviceSchema): WrittenTask {
  const parts = Object.entries(mapOf(written)).flatMap(([key, value]) => {
    const part: unknown = Object.hasOwn(schema.shape, key) ? (schema.shape as Record<string, unknown>)[key] : undefined;
    const result = part instanceof z.ZodType ? part.safeParse(value) : undefined;
    if (result?.success === true) return [[key, result.data]];
    // Each name of a list is looked up, whatever is wrong beside it.
    if (key === 'depends-on' && Array.isArray(value))
      return [[key, value.map((need) => ({ name: nameOr(mapOf(need).name) }))]];
    return key === 'requires' && Array.isArray(value) ? [[key, value.map(nameOr)]] : [];
  });
  return Object.fromEntries(parts) as WrittenTask;
}

function nameOr(value: unknown): string {
  return name.safeParse(value).data ?? noName;
}

/** The names that a job or a service waits for; `requires` counts for nothing where there is `depends-on`. */
export function neededBy(task: WrittenTask): string[] {
  return task['depends-on']?.map(({ name }) => name) ?? task.requires ?? [];
}

function checkDefaultMounts(
  defaults: ReturnType<typeof fuzzfileSchema.shape.defaults.parse> | undefined,
  { volumes, add }: TaskRules,
): void {
  for (const [path, mounts] of [
    [['defaults'], defaults?.mounts],
    [['defaults', 'job'], defaults?.job?.mounts],
    [['defaults', 'service'], defaults?.service?.mounts],
  ] as const)
    checkMounts(mounts, [...path, 'mounts'], { volumes, add });
}
