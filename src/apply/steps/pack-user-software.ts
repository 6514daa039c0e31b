import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import { describeStep } from '../../plan/describe-step.ts';
import type { PackUserSoftwareStep } from '../../plan/steps/pack-user-software.ts';
import type { Reporter } from '../../report/types.ts';
import { requirePackable } from '../../squashfs/require-packable.ts';
import { runSquashfsScript } from '../../squashfs/run-script.ts';
import type { StepDoer } from '../types.ts';

export const packUserSoftware: StepDoer<'pack-user-software'> = { apply: pack };

interface PackContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly reporter: Reporter;
  readonly log: (line: string) => void;
}

/**
 * Packs the user software of a staged install by the very script that users pack with.
 * @throws CtinstallError with the script's message; `filesystem` where the directory is not there
 */
async function pack(step: PackUserSoftwareStep, context: PackContext): Promise<void> {
  const { staging, from } = step;
  if (from !== undefined) await requirePackable(from);
  const args = from === undefined ? ['--remove-directory', '--drop-excluded'] : ['--from', from];
  const { environment, reporter, signal } = context;
  // The step is reported by whoever does the steps.
  const quiet: Reporter = {
    ...reporter,
    report: (event) => (['progress', 'warning'].includes(event.event) ? reporter.report(event) : undefined),
  };
  try {
    const { lines } = await runSquashfsScript(joinHost(staging, 'bin', 'make-squashfs'), args, {
      ...{ environment, signal, reporter: quiet },
      processors: undefined,
      title: describeStep(step),
    });
    for (const line of lines.filter((said) => !said.startsWith('to use it,'))) context.log(`  | ${line}`);
  } catch (error) {
    // A recipe that makes nothing leaves a directory to add to.
    if (from === undefined && error instanceof CtinstallError && error.code === 'nothing-to-pack') return;
    throw error;
  }
}
