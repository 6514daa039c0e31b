import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { type AddIssue, checkMounts, checkPlace, noName } from './rule-parts.ts';
import type { WrittenJob, WrittenService, WrittenTask } from './schema.ts';

/** What the rules of a job or a service ask the rest of the file. */
export interface TaskRules {
  readonly volumes: readonly string[];
  /** Names of the files of the Fuzzfile. */
  readonly files: readonly string[];
  readonly isJob: (name: string) => boolean;
  /** Of all jobs and services. */
  readonly names: readonly string[];
  readonly add: AddIssue;
}

type Path = readonly [kind: 'jobs' | 'services', name: string];

/** @param task what of it has its form; `keys` are all that are written */
export function checkTask(
  task: WrittenTask,
  { path, keys }: { readonly path: Path; readonly keys: readonly string[] },
  rules: TaskRules,
): void {
  const { add } = rules;
  const [kind, name] = path;
  const label = `the ${kind === 'jobs' ? 'job' : 'service'} \`${formatValue(name)}\``;
  const has = (key: string): boolean => keys.includes(key);
  if (!has('image') && !has('module'))
    add(path, `${label} has no image`, {
      which: 'key',
      hint: 'write `image: { uri: docker://alpine:3.20 }`, or `module: NAME/VERSION` of what is installed',
    });
  if (has('image') && has('module'))
    add([...path, 'module'], `${label} has an image and a module`, { which: 'key', hint: 'keep one of them' });
  if (has('script') && has('command'))
    add([...path, 'command'], `${label} has a script and a command`, { which: 'key', hint: 'keep one of them' });
  if (has('module') && !has('script') && !has('command'))
    add(path, `${label} says nothing to run`, {
      which: 'key',
      hint: 'write `command: [program, argument]` or `script:`',
    });
  if (task.image?.['decryption-secret'] !== undefined)
    add([...path, 'image', 'decryption-secret'], 'encrypted images are not run', { which: 'key' });
  checkMounts(task.mounts, [...path, 'mounts'], rules);
  checkFiles(task, path, rules);
  checkNeeds(task, path, rules);
  checkMultinode(task, path, rules);
  if (kind === 'jobs') checkJob(task as WrittenJob, path, rules);
  else checkService(task as WrittenService, path, rules);
}

function checkFiles(task: WrittenTask, path: Path, { files, add }: TaskRules): void {
  for (const [at, text] of Object.entries(task.files ?? {})) {
    checkPlace(at, [...path, 'files', at], add);
    const [, wanted] = /^file:\/\/(.*)$/.exec(text.trim()) ?? [];
    if (wanted !== undefined && !files.includes(wanted))
      add([...path, 'files', at], `there is no \`${formatValue(wanted)}\` in \`files\``, {
        hint: didYouMean(wanted, files) ?? 'add it to `files` at the top of the file',
      });
  }
}

function checkNeeds(task: WrittenTask, path: Path, { names, isJob, add }: TaskRules): void {
  const [, own] = path;
  const key = task['depends-on'] === undefined ? 'requires' : 'depends-on';
  const needs = task['depends-on'] ?? (task.requires ?? []).map((name) => ({ name, status: undefined }));
  for (const [index, { name, status }] of needs.entries()) {
    if (name === noName) continue;
    const place = [...path, key, index, ...(key === 'depends-on' ? ['name'] : [])];
    if (name === own) add(place, `\`${formatValue(own)}\` waits for itself`);
    else if (!names.includes(name))
      add(place, `there is no job or service \`${formatValue(name)}\``, { hint: didYouMean(name, names) });
    else if (status?.toLowerCase() === 'running' && isJob(name))
      add(
        [...path, key, index, 'status'],
        `\`${formatValue(name)}\` is a job: only of a service can be waited until it runs`,
        {
          hint: 'write `status: FINISHED`',
        },
      );
  }
}

function checkMultinode(task: WrittenTask, path: Path, { add }: TaskRules): void {
  const { multinode } = task;
  if (multinode === undefined) return;
  const place = [...path, 'multinode'];
  if (path[0] === 'services')
    add(place, 'a service runs on one node only', { which: 'key', hint: 'take `multinode` out' });
  if (multinode.implementation?.toLowerCase() === 'gasnet')
    add([...place, 'implementation'], 'GASNet is not run', { hint: 'there are `openmpi`, `mpich` and `generic`' });
}

function checkJob(job: WrittenJob, path: Path, { add }: TaskRules): void {
  const array = job['task-array'];
  if (array !== undefined && array.end < array.start)
    add([...path, 'task-array', 'end'], `\`end\` is before \`start\`: ${array.end} < ${array.start}`);
  if (array !== undefined && array.end - array.start >= 100_000)
    add([...path, 'task-array', 'end'], 'the array has more than 100,000 tasks', {
      hint: 'divide it into several jobs',
    });
  if (array !== undefined && job.multinode !== undefined)
    add([...path, 'multinode'], 'an array and `multinode` cannot stand together', { which: 'key' });
  if (job.network?.isolated === true)
    add([...path, 'network', 'isolated'], 'a network of the job’s own is not made', {
      hint: 'take it out: the job then uses the network of its node',
    });
}

function checkService(service: WrittenService, path: Path, { add }: TaskRules): void {
  for (const key of ['autoscaler', 'dynamic-config'] as const)
    if (service[key] !== undefined)
      add([...path, key], `\`${key}\` is not done`, { which: 'key', hint: 'take it out: the service runs once' });
  const probe = service['readiness-probe'];
  const ways = (['exec', 'http-get', 'tcp-socket', 'grpc'] as const).filter((way) => probe?.[way] !== undefined);
  if (probe !== undefined && ways.length !== 1)
    add(
      [...path, 'readiness-probe'],
      ways.length === 0 ? 'what is tried is not said' : `there are ${ways.length} ways to try it`,
      {
        which: 'key',
        hint: 'one of `exec`, `http-get`, `tcp-socket`, `grpc`',
      },
    );
  const ports = (service.network?.ports ?? []).map(({ name }) => name);
  for (const [index, endpoint] of (service.network?.endpoints ?? []).entries())
    if (!ports.includes(endpoint['port-name']))
      add(
        [...path, 'network', 'endpoints', index, 'port-name'],
        `there is no port \`${formatValue(endpoint['port-name'])}\``,
        { hint: didYouMean(endpoint['port-name'], ports) },
      );
}
