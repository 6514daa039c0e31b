import type { ResolvedInstall } from '../resolve/types.ts';
import { planLook } from './plan-commands.ts';
import type { PlanInputs } from './plan-inputs.ts';
import type { StagedPlace } from './plan-run.ts';
import { lookArgvOf } from './plan-wrappers.ts';
import type { Step } from './steps/step.ts';
import type { TryImageStep } from './steps/try-image.ts';

/**
 * What would stop the install after the image was copied or brought is found out before, if `later` runs containers at all: a
 * node may be for installing only. An image that must be signed is not run before it is known to be.
 */
export function planTry(
  install: ResolvedInstall,
  inputs: PlanInputs,
  { staging, later }: Pick<StagedPlace, 'staging'> & { readonly later: readonly Step[] },
): TryImageStep[] {
  const { image } = inputs;
  if (image === undefined || install.image?.mode !== 'copy' || !later.some(startsContainer)) return [];
  const { runtime } = install;
  if (image.kind !== 'file' || install.image.isSigned)
    return [{ kind: 'try-image', runtime, look: undefined, commands: [], directories: [] }];
  const purpose = `start ${image.path} where it lies`;
  const look = planLook(install, inputs, { purpose, argv: lookArgvOf(install), staging, image: image.path });
  return [{ kind: 'try-image', runtime, look, ...mustHave(install, inputs) }];
}

function startsContainer(step: Step): boolean {
  return step.kind === 'run-in-container' || step.kind === 'make-wrappers' || step.kind === 'make-conda';
}

/** What user software may bring is not known yet; a virtual environment brings a Python and a pip. */
function mustHave(
  { wrappers, venv, condaPackages, userSoftware, installDir }: ResolvedInstall,
  { hasUserSoftware, requirements }: PlanInputs,
): Pick<TryImageStep, 'commands' | 'directories'> {
  const mayBringAny =
    hasUserSoftware || condaPackages !== undefined || userSoftware.from !== undefined || requirements !== undefined;
  if (mayBringAny) return { commands: [], directories: [] };
  const isOfVenv = (program: string): boolean => venv !== undefined && /^(python|pip)[\d.]*$/.test(program);
  return {
    commands: wrappers.commands
      .filter(({ command }) => !isOfVenv(command))
      .map(({ name, command }) => ({ name, command })),
    directories: wrappers.directories
      .map(({ from }) => from)
      .filter((from) => !isBelow(from, userSoftware.path) && !isBelow(from, installDir)),
  };
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
