import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine } from '../lib/format.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Gives a job script, a file or its text, to Slurm, or, with `isTrial`, asks only what it would do with it.
 * @returns the number of the job, or what Slurm says of it
 * @throws CtinstallError `command-failed` with Slurm's own words, and what they mean
 */
export async function sendScript(
  script: string | { readonly text: string },
  { isTrial, environment }: { readonly isTrial: boolean; readonly environment: Environment },
): Promise<string> {
  const sbatch = await lookUpProgram('sbatch', environment.PATH);
  if (sbatch === undefined)
    throw new CtinstallError('slurm-missing', 'there is no `sbatch` on PATH', { hint: 'run this where Slurm is' });
  const [path, input] = typeof script === 'string' ? [[script], {}] : [[], { input: script.text }];
  const { exitCode, stdout, stderr } = await run([sbatch, isTrial ? '--test-only' : '--parsable', ...path], {
    env: environment,
    ...input,
  });
  if (exitCode === 0) return (isTrial ? stderr.replace(/^sbatch: /gm, '') : stdout.replace(/;.*/s, '')).trim();
  const lines = stderr.trim().split('\n').map(formatLine);
  throw new CtinstallError('command-failed', 'Slurm does not take this job', {
    details: lines.slice(-5).map((line) => `  | ${line}`),
    hint: explainRefusal(stderr),
  });
}

/** What the words of `sbatch` mean to who wrote the job. */
export function explainRefusal(words: string): string {
  for (const [pattern, meaning] of refusals) if (pattern.test(words)) return meaning;
  return 'change what the job asks for';
}

const refusals: readonly (readonly [RegExp, string])[] = [
  [/invalid partition/i, 'there is no such partition: `sinfo` lists them, `--partition` names one'],
  [/invalid node name/i, 'there is no such node: `sinfo --Node` lists them'],
  [/invalid account|account.*partition combination/i, 'name a project that may use this partition, with `--account`'],
  [
    /invalid --?time|time specification/i,
    'a time is minutes, or `hours:minutes:seconds`, or `days-hours`: `--time 1:00:00`',
  ],
  [/time limit/i, 'the partition allows less time: `sinfo` says how much, `--time` asks for it'],
  [/qos/i, 'choose another QOS with `--slurm-option qos=…`'],
  [/memory/i, 'no node of the partition has that much memory: ask for less with `--slurm-option mem=…`'],
  [/dos line breaks/i, "its lines end as on Windows: `sed -i 's/\\r$//'` and its name mend that"],
  [/does not look like a batch script|must start with/i, 'a job script begins with `#!/bin/bash`'],
  [
    /unrecognized option|invalid option|ambiguous/i,
    'this Slurm has no such option: see `--slurm-option`, and the `#SBATCH` lines',
  ],
  [/gres|tres|gpu/i, 'these nodes have no such GPUs: see `--gpus-per-node` and `--partition`'],
  [
    /more processors|node configuration|node count|cpu count/i,
    'no node of the partition has that much: ask for fewer tasks, cores or nodes, or less memory',
  ],
  [/array/i, '`--array` takes numbers, such as `0-9` or `1,3,5%2`; `scontrol show config` says how many: MaxArraySize'],
  [/dependency/i, '`--after` takes numbers of jobs that Slurm still knows'],
  [/unable to contact|connect|timed out/i, 'Slurm does not answer: try again later'],
];
