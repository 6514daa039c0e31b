import { CtinstallError } from '../../lib/errors.ts';
import { hostPath } from '../../lib/paths.ts';
import type { TryImageStep } from '../../plan/steps/try-image.ts';
import { checkMounts } from '../../runtime/check-runtime.ts';
import { probeMounts } from '../../runtime/mount-probe.ts';
import { runInContainer } from '../../runtime/run-in-container.ts';
import type { StepDoer, StepWork } from '../types.ts';
import { aliasesOf, parseLook, requirePrograms } from './make-wrappers.ts';

export const tryImage: StepDoer<'try-image'> = {
  apply: async (step, work) => {
    if (step.look === undefined) return tryTiny(step, work);
    const said = parseLook(await runInContainer(step.look, work));
    const programs = step.commands.map(({ command }) => command);
    requirePrograms({
      missing: said.missing.filter((program) => programs.includes(program)),
      noDirectories: said.noDirectories.filter((directory) => step.directories.includes(directory)),
      empty: step.directories.filter((directory) => !said.programs.some((each) => each.startsWith(`${directory}/`))),
      aliases: aliasesOf(step.commands),
    });
  },
};

/** @throws CtinstallError `command-failed` where the runtime starts no image at all; what could not be tried is no fault */
async function tryTiny({ runtime }: TryImageStep, { environment, signal }: StepWork): Promise<void> {
  const probe = await probeMounts(runtime, { environment, root: hostPath('/'), signal });
  if (probe.kind !== 'tried' || probe.image !== undefined) return;
  const [finding] = checkMounts(probe);
  throw new CtinstallError('command-failed', `\`${runtime}\` starts no image on this machine`, {
    details: probe.said === undefined ? [] : [`  | ${probe.said}`],
    hint: finding?.hint,
  });
}
