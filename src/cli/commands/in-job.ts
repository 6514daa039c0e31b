import type { Command } from 'commander';
import { runPooled } from '../../lib/pool.ts';
import { readSettingsOf } from '../../operations/context.ts';
import { runInJob } from '../../operations/in-job/run-in-job.ts';
import { readSlurmFlags, type SlurmFlags } from '../../operations/in-job/slurm-flags.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';

/** Attributes of the flags that are for the job itself. */
const ofJob = ['slurm', 'partition', 'account', 'time', 'slurmOption'];

/**
 * Has the same command line do its work in a job; each of several easyconfigs in one of its own, `--jobs` at a time. Says
 * whether it did: not without `--slurm`.
 */
export async function ranInJob(command: Command, given: SettingsValues, context: CommandContext): Promise<boolean> {
  const flags = command.opts<SlurmFlags & { readonly jobs?: string; readonly stack?: string }>();
  const settings = readSlurmFlags(flags, (await readSettingsOf(context, given)).slurm);
  if (settings === undefined) return false;
  const isMany = command.name() === 'install' && command.args.length > 1;
  const lines = isMany
    ? command.args.map((name) => commandLine(command, [name]))
    : [commandLine(command, command.args)];
  const statuses: number[] = [];
  const writeLine = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  await runPooled(lines, isMany ? Number(flags.jobs) || lines.length : 1, {
    work: async (argv) => {
      const held: string[] = [];
      // What several say at once does not mix within one.
      const write = (piece: string): void => {
        if (isMany) held.push(piece);
        else process.stdout.write(piece);
      };
      statuses.push(await runInJob({ argv, settings, write, writeLine }, context));
      process.stdout.write(held.join(''));
    },
    onLaterError: (error) => context.reporter.report({ event: 'warning', message: `${error}` }),
  });
  process.exitCode = Math.max(...statuses);
  return true;
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
