import { commandError } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { describeStep } from '../../plan/describe-step.ts';
import type { RunOnHostStep } from '../../plan/steps/run-on-host.ts';
import type { RunContext } from '../../runtime/run-in-container.ts';
import { runNoted } from '../../transaction/noted-command.ts';
import type { StepDoer } from '../types.ts';

export const runOnHost: StepDoer<'run-on-host'> = { apply: runCommand };

/** Runs a command of the recipe in a shell of the host. Whether the user has allowed that is asked long before. */
async function runCommand(step: RunOnHostStep, context: RunContext): Promise<void> {
  const argv = ['sh', '-c', step.command] as const;
  const env = { ...context.environment, ...step.environment };
  const { signal, note } = context;
  const result = await runNoted(argv, { env, cwd: step.cwd, signal, note });
  for (const line of `${result.stdout}${result.stderr}`.split('\n'))
    if (line !== '') context.log(`  | ${formatLine(line)}`);
  if (result.exitCode === 0) return;
  const { message, details } = commandError(argv, result, `\`${describeStep(step)}\``, step.cwd);
  const code = step.purpose.startsWith('sanity check') ? 'sanity-check-failed' : 'command-failed';
  throw new CtinstallError(code, message, { details });
}
