import { joinHost } from '../lib/paths.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import { makesVenv } from './makes-venv.ts';
import { placesOf } from './places.ts';
import { planPostInstall, planSanityChecks } from './plan-commands.ts';
import { planConda } from './plan-conda.ts';
import { planFiles, planModulefile, planRecord, planWriting, recordFile } from './plan-files.ts';
import { planImage } from './plan-image.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { planMpiLinks } from './plan-mpi.ts';
import { planPackingOfDirectory, planPackingOfMade } from './plan-packing.ts';
import { planGroup, planHook, planModulefileCheck, planReadOnly } from './plan-policy.ts';
import type { StagedPlace } from './plan-run.ts';
import { planTry } from './plan-try.ts';
import { planUserSoftware } from './plan-venv.ts';
import { planWrappers } from './plan-wrappers.ts';
import type { Step } from './steps/step.ts';
import type { Plan } from './types.ts';

/**
 * The steps of an install, in order. Everything is built and checked in the staging directory, so that nothing of an earlier
 * install is touched before all is well; the modulefile comes last.
 */
export function planInstall(install: ResolvedInstall, inputs: PlanInputs): Plan {
  const { prefix, name, fullVersion, installDir, modulefile } = install;
  const { staging } = placesOf(prefix, name, fullVersion);
  const image = planImage(install, inputs, staging);
  const written = planFiles(install, inputs, image.candidates);
  const mpi = planMpiLinks(install, staging);
  const files = [...image.files, ...written.map(({ relative }) => relative), ...mpi.files, recordFile];
  const retired = [...image.kept, ...image.retired];
  const hookFacts = {
    toolVersion: inputs.toolVersion,
    image: inputs.image?.kind === 'file' ? inputs.image.path : undefined,
    isRebuild: inputs.previous !== undefined,
  };
  const place = { staging, image: image.staged };
  const building: Step[] = [
    ...(image.staged === undefined ? [] : planUserSoftwareOf(install, inputs, { staging, image: image.staged })),
    ...planPostInstall(install, inputs, place),
    ...(image.staged === undefined ? [] : planPackingOfMade(install, inputs, { staging, image: image.staged })),
  ];
  const checks = planSanityChecks(install, inputs, place);
  const steps: Step[] = [
    ...planModulefileCheck(install),
    ...planHook('pre_install', install, hookFacts),
    { kind: 'make-directory', path: staging },
    {
      kind: 'reserve-room',
      directory: staging,
      bytes: image.bytes,
      files: written.length + (makesVenv(install, inputs) ? filesOfVenv : 0) + 10,
    },
    ...planWriting(written, staging, install),
    ...mpi.steps,
    ...planTry(install, inputs, { staging, later: [...building, ...checks] }),
    ...image.steps,
    ...building,
    {
      kind: 'check-paths',
      root: staging,
      installDir,
      files: install.sanityCheckPaths.files,
      dirs: install.sanityCheckPaths.dirs,
    },
    ...checks,
    ...image.retire,
    {
      kind: 'write-record',
      path: joinHost(staging, recordFile),
      record: {
        ...planRecord(install, inputs),
        image: image.record,
        ...(inputs.previous?.userWrappers === undefined ? {} : { userWrappers: inputs.previous.userWrappers }),
        files,
        retired: image.kept,
      },
    },
    ...planGroup(install, 'staged'),
    { kind: 'publish', from: staging, to: installDir, modulefile },
    ...planHook('pre_module', install, hookFacts),
    ...planReadOnly(install),
    planModulefile(install, { toolVersion: inputs.toolVersion, images: image.candidates }),
    {
      kind: 'remove-leftovers',
      root: installDir,
      files: (inputs.previous?.files ?? []).filter(
        (file) => ![...files, ...retired].includes(file) && isOfInstall(file),
      ),
    },
    ...planGroup(install, 'published'),
    ...planHook('post_install', install, hookFacts),
  ];
  return { ...placesOf(prefix, name, fullVersion, modulefile), steps };
}

/** What is in the install beside the image, and wrappers of what it has. */
function planUserSoftwareOf(install: ResolvedInstall, inputs: PlanInputs, place: StagedPlace): Step[] {
  return [
    ...planUserSoftware(install, inputs, place),
    ...planConda(install, inputs, place),
    ...planPackingOfDirectory(install, inputs, place),
    ...planWrappers(install, inputs, place),
  ];
}

/** About as many files and directories as `python3 -m venv` makes, with pip. */
const filesOfVenv = 1000;

/** Whether a path that a record lists stays in the install dir and is not the user's: records can be edited. */
export function isOfInstall(path: string): boolean {
  const parts = path.split('/');
  return !path.startsWith('/') && !parts.includes('..') && !parts[0]?.startsWith('user-software') && path !== '';
}
