import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { wrappersDirectory } from '../modulefile/container-environment.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import { namesOfScripts } from '../scripts/names.ts';
import { placesOf } from './places.ts';
import { planFiles, planModulefile, planRecord, planWriting, recordFile } from './plan-files.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { isOfInstall } from './plan-install.ts';
import { planGroup, planHook, planModulefileCheck, planReadOnly } from './plan-policy.ts';
import { planNamedWrappers } from './plan-wrappers.ts';
import type { PlannedRecord } from './planned-record.ts';
import type { KeepRecordedStep } from './steps/keep-recorded.ts';
import type { MakeWrappersStep } from './steps/make-wrappers.ts';
import type { Step } from './steps/step.ts';
import type { Plan } from './types.ts';

/** What the record of the install says now. */
export interface RecordedInstall {
  readonly image: PlannedRecord['image'] & KeepRecordedStep['image'];
  readonly files: KeepRecordedStep['files'];
  readonly retired: readonly string[];
}

/**
 * Writes scripts and modulefile of an install anew, for other settings or another version of ctinstall. The image, user
 * software and all else stay as they are, and nothing of the recipe is run.
 */
export function planRegenerate(
  install: ResolvedInstall,
  inputs: Pick<PlanInputs, 'toolVersion' | 'runtime' | 'easyconfigText' | 'scriptTexts'>,
  recorded: RecordedInstall,
): Plan {
  const { prefix, name, fullVersion, installDir, modulefile } = install;
  const places = placesOf(prefix, name, fullVersion, modulefile);
  const { staging } = places;
  const images = candidatesOf(install, recorded);
  const written = planFiles(install, inputs, images);
  // What is in the directories of the image is not looked at again: its wrappers stay as they are.
  const made = recorded.files.flatMap(wrapperOf);
  const kept = install.wrappers.directories.length > 0 ? made : [];
  const commands = install.wrappers.commands.map(({ name }) => name);
  const onPath = planNamedWrappers(install, staging, kept).flatMap(namesOnPath);
  const named = [...commands.map((name) => `bin/${name}`), ...onPath];
  const own = [...written.map(({ relative }) => relative), ...named, recordFile];
  const known = (['bin', 'runscripts'] as const).flatMap((directory) =>
    namesOfScripts(directory).map((script) => `${directory}/${script}`),
  );
  const wrappers = install.wrappers.directories.length > 0 ? [] : made.map((name) => `bin/${name}`);
  const before = recorded.files
    .map(({ path: file }) => file)
    .filter((file) => file.startsWith(`${wrappersDirectory}/`));
  const dropped = [...known, ...wrappers, ...before].filter((path) => !own.includes(path));
  const files = recorded.files.filter(
    ({ path }) => !own.includes(path) && !dropped.includes(path) && isOfInstall(path),
  );
  const { file, source, sha256, digest, size, how } = recorded.image;
  const steps: Step[] = [
    ...planModulefileCheck(install),
    { kind: 'make-directory', path: staging },
    ...planWriting(written, staging, install.moduleKind),
    ...planNamedWrappers(install, staging, kept),
    { kind: 'keep-recorded', image: { sha256, ...(digest === undefined ? {} : { digest }), size, how }, files },
    {
      kind: 'write-record',
      path: joinHost(staging, recordFile),
      record: {
        ...planRecord(install, inputs),
        image: { file, source },
        files: [...files.map(({ path }) => path), ...own],
        retired: recorded.retired,
      },
    },
    ...planGroup(install, 'staged'),
    { kind: 'publish', from: staging, to: installDir, modulefile },
    ...planHook('pre_module', install, { toolVersion: inputs.toolVersion, image: undefined, isRebuild: true }),
    ...planReadOnly(install),
    planModulefile(install, { toolVersion: inputs.toolVersion, images }),
    {
      kind: 'remove-leftovers',
      root: installDir,
      files: recorded.files.map(({ path }) => path).filter((path) => dropped.includes(path)),
    },
    ...planGroup(install, 'published'),
  ];
  return { ...places, steps };
}

function wrapperOf({ path, link }: RecordedInstall['files'][number]): string[] {
  return link === 'in-container' && path.startsWith('bin/') ? [path.slice('bin/'.length)] : [];
}

function namesOnPath({ onPath, commands }: MakeWrappersStep): string[] {
  if (onPath === undefined) return [];
  return [...onPath.links, ...commands].map(({ name }) => `${wrappersDirectory}/${name}`);
}

/** As at the install: its own image or link first, but for one that is used where it lies; then where it was found. */
function candidatesOf({ installDir, centralImages }: ResolvedInstall, { image }: RecordedInstall): HostPath[] {
  // It was brought from a source, or found in a file: which the settings of now need not name any more.
  const found = image.source.startsWith('/') ? [hostPath(image.source)] : [];
  const own = image.how === 'central' ? [] : [joinHost(installDir, image.file)];
  return [...new Set([...own, ...found, ...centralImages])];
}
