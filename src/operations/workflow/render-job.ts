import type { Probe, Task } from '../../formats/fuzzfile/types.ts';
import type { HostPath } from '../../lib/paths.ts';
import { quoteBash } from '../../scripts/quote-bash.ts';
import { bashList, commandWord } from './bash-words.ts';
import type { PlannedJob } from './types.ts';

/** What the script of a job needs to know of the run. */
export interface ScriptFacts {
  readonly id: string;
  readonly directory: HostPath;
  /** Lines for Slurm, without `#SBATCH `; none for other engines. */
  readonly sbatch: readonly string[];
  /** Where Slurm's programs are, unless each shell looks there by itself. */
  readonly slurmPrograms: string | undefined;
}

/** What the script of a job in a container needs beside that. */
export interface ContainerFacts extends ScriptFacts {
  readonly runtime: string;
  readonly image: string;
  /** `host:container` or `host:container:ro`. */
  readonly binds: readonly string[];
  readonly gpu: readonly string[];
  /** What starts the ranks, outside of the container or in it. */
  readonly launcher: readonly string[];
  readonly launcherInside: readonly string[];
  /** What enters the container of an installed module, in the place of the image. */
  readonly entry: string | undefined;
  /** Services whose being ready is waited for, or whose address is wanted. */
  readonly services: readonly string[];
  readonly hasRanks: boolean;
  /** Set in the container, unless the file sets them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where the text of a job's script is shown in the container. */
export const scriptPlace = '/.ct-script';

/** The script of a job, which people read. */
export function renderJob(job: PlannedJob, task: Task, facts: ContainerFacts): string {
  const known = knownVariables(job, task, facts);
  const env = [
    ...Object.entries(facts.variables).map(([name, value]) => `give ${name} ${quoteBash(value)}`),
    ...Object.entries(known)
      .filter(([name]) => /^FB_ENDPOINT/.test(name))
      .map(([name, value]) => `give ${name} ${quoteBash(value)}`),
    ...task.env.map(({ name, value }) =>
      'secret' in value ? `give_secret ${name} ${value.secret}` : `give ${name} ${quoteBash(value.text)}`,
    ),
  ];
  return scriptText(job, facts, [
    `runtime=${quoteBash(facts.runtime)}`,
    facts.entry === undefined ? `image=${quoteBash(facts.image)}` : `entry=${quoteBash(facts.entry)}`,
    `cwd=${quoteBash(task.cwd ?? '/')}`,
    ...bashList('binds', facts.binds.map(quoteBash)),
    `gpu=(${facts.gpu.join(' ')})`,
    `services=(${facts.services.join(' ')})`,
    ...(facts.hasRanks ? ['ranks=yes'] : []),
    ...(job.multinode?.implementation === 'generic' ? [`slots=${job.multinode.perNode}`] : []),
    ...(task.service?.probe === undefined ? [] : probeLines(task.service.probe)),
    'set_environment() {',
    ...(env.length === 0 ? ['  :'] : env.map((line) => `  ${line}`)),
    '}',
    'words_of_command() {',
    `  launcher=(${facts.launcher.join(' ')}) verb=${task.run.is === 'image' ? 'run' : 'exec'}`,
    ...bashList('command', [...facts.launcherInside.map(quoteBash), ...wordsOf(task, known)]).map(
      (line) => `  ${line}`,
    ),
    '}',
  ]);
}

function wordsOf({ run, env }: Task, known: Readonly<Record<string, string>>): string[] {
  const word = (text: string): string => commandWord(text, env, known);
  if (run.is === 'command') {
    // What a shell expands itself, it must get as it is: a value would be taken for a part of its script.
    const isShell = /(^|\/)(ba|da|a|z|k)?sh$/.test(run.argv[0] ?? '');
    const script = isShell ? run.argv.findIndex((text) => /^-[a-z]*c$/.test(text)) + 1 : 0;
    return run.argv.map((text, index) => (script > 0 && index === script ? quoteBash(text) : word(text)));
  }
  if (run.is === 'image') return run.args.map(word);
  // Without a `#!` it is the shell's.
  const interpreter = run.text.startsWith('#!') ? [] : ['/bin/sh'];
  return [...interpreter, scriptPlace].map(quoteBash).concat(run.args.map(word));
}

function knownVariables(job: PlannedJob, task: Task, { id }: ScriptFacts): Record<string, string> {
  const endpoints = (task.service?.endpoints ?? []).flatMap(({ name, port, protocol }) => {
    const suffix = name.toUpperCase().replace(/-/g, '_');
    const scheme = protocol === 'tcp' || protocol === 'tls' ? 'tcp' : protocol;
    return [
      [`FB_ENDPOINT_URL_${suffix}`, `${scheme}://localhost:${port}`],
      [`FB_ENDPOINT_PATH_${suffix}`, '/'],
    ];
  });
  return { FB_WORKFLOW_ID: id, FB_JOB_NAME: job.name, ...Object.fromEntries(endpoints) };
}

function probeLines({ how, initialDelay, period, timeout, successes, failures }: Probe): string[] {
  const command =
    how.is === 'exec'
      ? how.command
      : how.is === 'http'
        ? [...how.headers.flatMap((header) => ['-H', header]), '--', how.url]
        : [];
  return [
    `probe_kind=${how.is} probe_delay=${initialDelay} probe_period=${Math.max(1, period)} probe_timeout=${Math.max(1, timeout)}`,
    `probe_passes=${successes} probe_misses=${failures}${how.is === 'tcp' ? ` probe_port=${how.port}` : ''}`,
    ...(command.length === 0 ? [] : bashList('probe_command', command.map(quoteBash))),
  ];
}

/** A script that works on volumes or services, in no container. */
export function renderHelper(job: PlannedJob, facts: ScriptFacts, lines: readonly string[]): string {
  return scriptText(job, facts, ['work_on_volume() {', ...lines.map((line) => `  ${line}`), '}']);
}

function scriptText(
  job: PlannedJob,
  { id, directory, sbatch, slurmPrograms }: ScriptFacts,
  lines: readonly string[],
): string {
  const all = [
    '#!/bin/bash -p',
    ...sbatch.map((line) => `#SBATCH ${line}`),
    `# ${titles[job.kind]} of the workflow ${id}, made by ctinstall.`,
    // Nothing of the submitter's environment comes along.
    ...(slurmPrograms === undefined ? [] : [`PATH=$PATH:${quoteBash(slurmPrograms)}`]),
    `workflow=${id}`,
    `run=${quoteBash(directory)}`,
    `job=${job.name} kind=${job.kind} tries=${job.tries}${job.seconds === undefined ? '' : ` seconds=${job.seconds}`}`,
    ...lines,
    // shellcheck's word for a file that it need not see.
    '. "$run/job.bash"',
  ];
  return `${all.join('\n')}\n`;
}

const titles = {
  job: 'A job',
  service: 'A service',
  ingress: 'What a volume is filled with, for the jobs',
  egress: 'What is taken from a volume, after the jobs',
  stop: 'The end of a service, after the jobs',
  clean: 'The end of the ephemeral volumes, after the jobs',
} as const;
