import type { Command } from 'commander';
import { runPooled } from '../../lib/pool.ts';
import { readSettingsOf } from '../../operations/context.ts';
import { type InArrayOptions, runInArray } from '../../operations/in-job/run-in-array.ts';
import { runInJob } from '../../operations/in-job/run-in-job.ts';
import { readSlurmFlags, type SlurmFlags } from '../../operations/in-job/slurm-flags.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';

/** Attributes of the flags that are for the job itself. */
const ofJob = ['slurm', 'partition', 'account', 'time', 'slurmOption'];

/**
 * Has the same command line do its work in a job; several easyconfigs in an array, a job for each,
 * `--jobs` at a time. Says
 * whether it did: not without `--slurm`.
 */
export async function ranInJob(command: Command, given: SettingsValues, context: CommandContext): Promise<boolean> {
  const flags = command.opts<SlurmFlags & { readonly jobs?: string; readonly stack?: string }>();
  const settings = readSlurmFlags(flags, (await readSettingsOf(context, given)).slurm);
  if (settings === undefined) return false;
  const { args } = command;
  const work = { settings, write: context.write, writeLine: (line: string) => context.write(`${line}\n`, 'stderr') };
  const lines = args.map((name) => ({ argv: commandLine(command, [name]), name }));
  if (command.name() !== 'install' || args.length < 2)
    process.exitCode = await runInJob({ ...work, argv: commandLine(command, args) }, context);
  else if (context.environment.SLURM_JOB_ID)
    process.exitCode = await runSteps(lines, { ...work, atOnce: Number(flags.jobs) || lines.length }, context);
  else process.exitCode = await runInArray({ ...work, lines, concurrency: Number(flags.jobs) || 0 }, context);
  return true;
}

/** In a job already: a step of it for each. What several say at once does not mix within one. */
async function runSteps(
  lines: InArrayOptions['lines'],
  { atOnce, write, ...work }: Omit<InArrayOptions, 'lines' | 'concurrency'> & { readonly atOnce: number },
  context: CommandContext,
): Promise<number> {
  const statuses: number[] = [];
  await runPooled(lines, atOnce, {
    work: async ({ argv }) => {
      const held: string[] = [];
      statuses.push(await runInJob({ ...work, argv, write: (piece) => void held.push(piece) }, context));
      write(held.join(''));
    },
    onLaterError: (error) => context.reporter.report({ event: 'warning', message: `${error}` }),
  });
  return Math.max(...statuses);
}

/** What was typed, as the program understood it. */
function commandLine(command: Command, args: readonly string[]): [string, ...string[]] {
  const flags = command.options.flatMap((option): string[] => {
    const name = option.attributeName();
    if (ofJob.includes(name) || command.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = command.getOptionValue(name);
    const flag = option.long ?? option.short ?? '';
    if (option.negate || value === false) return option.negate && value === false ? [flag] : [];
    return value === true ? [flag] : [value].flat().map((each) => `${flag}=${each}`);
  });
  return [command.name(), ...flags, '--', ...args];
}
