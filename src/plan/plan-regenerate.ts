import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { wrappersDirectory } from '../modulefile/container-environment.ts';
import { mpiFile, mpiLinksDirectory } from '../mpi/mpi-file.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import { isCompanion } from '../resolve/wrapper-companions.ts';
import { namesOfScripts } from '../scripts/names.ts';
import { placesOf } from './places.ts';
import { planFiles, planModulefile, planRecord, planWriting, recordFile } from './plan-files.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { isOfInstall } from './plan-install.ts';
import { planMpiLinks } from './plan-mpi.ts';
import { planGroup, planHook, planModulefileCheck, planReadOnly } from './plan-policy.ts';
import { planNamedWrappers } from './plan-wrappers.ts';
import type { PlannedRecord } from './planned-record.ts';
import type { KeepRecordedStep } from './steps/keep-recorded.ts';
import type { MakeWrappersStep } from './steps/make-wrappers.ts';
import type { Step } from './steps/step.ts';
import type { Plan } from './types.ts';

/** What the record of the install says now. */
export interface RecordedInstall {
  readonly image: (NonNullable<PlannedRecord['image']> & NonNullable<KeepRecordedStep['image']>) | undefined;
  readonly files: KeepRecordedStep['files'];
  readonly retired: readonly string[];
  /** Where the module looks for the image too. */
  readonly centralImages: readonly string[];
}

/** Wrappers of what is in user software, as it was found. */
export interface FoundWrappers {
  /** Names of programs in the `from:` directories of the easyconfig that lie in user software. */
  readonly inDirectories: readonly string[];
  /** Whether those are all of its directories. */
  readonly areAllSeen: boolean;
  /** Names of console scripts that the user installed. */
  readonly user: readonly string[];
  /** Those of before that are there no more. */
  readonly gone: readonly string[];
}

/**
 * Writes scripts and modulefile of an install anew, for other settings or another version of ctinstall. The image, user
 * software and all else stay as they are, and nothing of the recipe is run.
 */
export function planRegenerate(
  install: ResolvedInstall,
  inputs: Pick<PlanInputs, 'toolVersion' | 'runtime' | 'easyconfig' | 'easyconfigText' | 'scriptTexts'>,
  recorded: RecordedInstall & { readonly found: FoundWrappers },
): Plan {
  const { prefix, name, fullVersion, installDir, modulefile } = install;
  const places = placesOf(prefix, name, fullVersion, modulefile);
  const { staging } = places;
  const images = candidatesOf(install, recorded);
  const written = planFiles(install, inputs, images);
  // What is in directories of the image is not looked at again: its wrappers stay as they are.
  const made = recorded.files.flatMap(wrapperOf);
  const plain = install.wrappers.commands;
  const { found } = recorded;
  const wanted = [...found.user, ...found.inDirectories];
  const isUnseen = install.wrappers.directories.length > 0 && !found.areAllSeen;
  const kept = made.filter(
    (name) => wanted.includes(name) || isCompanion(name, plain) || (isUnseen && !found.gone.includes(name)),
  );
  const fresh = wanted.filter((name) => !made.includes(name) && !plain.some((each) => each.name === name));
  const commands = [...plain.map(({ name }) => name), ...fresh];
  const onPath = planNamedWrappers(install, staging, { kept, fresh }).flatMap(namesOnPath);
  const named = [...commands.map((name) => `bin/${name}`), ...onPath];
  const mpi = planMpiLinks(install, staging);
  const own = [...written.map(({ relative }) => relative), ...named, ...mpi.files, recordFile];
  const known = (['bin', 'runscripts'] as const).flatMap((directory) =>
    namesOfScripts(directory).map((script) => `${directory}/${script}`),
  );
  const wrappers = made.filter((name) => !kept.includes(name)).map((name) => `bin/${name}`);
  const before = recorded.files
    .map(({ path: file }) => file)
    .filter((file) => file.startsWith(`${wrappersDirectory}/`) || file.startsWith(`${mpiLinksDirectory}/`));
  const dropped = [...known, ...wrappers, ...before, mpiFile].filter((path) => !own.includes(path));
  const files = recorded.files.filter(
    ({ path }) => !own.includes(path) && !dropped.includes(path) && isOfInstall(path),
  );
  const { image } = recorded;
  const ownImage = image === undefined ? undefined : joinHost(installDir, image.file);
  const steps: Step[] = [
    ...planModulefileCheck(install),
    { kind: 'make-directory', path: staging },
    ...planWriting(written, staging, install),
    ...mpi.steps,
    ...planNamedWrappers(install, staging, { kept, fresh }),
    { kind: 'keep-recorded', image: image && contentOf(image), files },
    {
      kind: 'write-record',
      path: joinHost(staging, recordFile),
      record: {
        ...planRecord(install, inputs),
        centralImages: images.filter((path) => path !== ownImage),
        image: image && { file: image.file, source: image.source },
        userWrappers: found.user,
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

function contentOf({
  sha256,
  digest,
  size,
  how,
}: NonNullable<RecordedInstall['image']>): NonNullable<KeepRecordedStep['image']> {
  return { sha256, ...(digest === undefined ? {} : { digest }), size, how };
}

function wrapperOf({ path, link }: RecordedInstall['files'][number]): string[] {
  return link === 'in-container' && path.startsWith('bin/') ? [path.slice('bin/'.length)] : [];
}

function namesOnPath({ onPath, commands }: MakeWrappersStep): string[] {
  if (onPath === undefined) return [];
  return [...onPath.links, ...commands].map(({ name }) => `${wrappersDirectory}/${name}`);
}

/**
 * As at the install: its own image or link first, but for one that is used where it lies. Then where it was found, if it was
 * found in an image directory: the settings of now need not name that any more.
 */
function candidatesOf({ installDir, centralImages }: ResolvedInstall, recorded: RecordedInstall): HostPath[] {
  const { image } = recorded;
  if (image === undefined) return [];
  const isUsedThere = image.how === 'central';
  const found = isUsedThere || recorded.centralImages.includes(image.source) ? [hostPath(image.source)] : [];
  const own = isUsedThere ? [] : [joinHost(installDir, image.file)];
  return [...new Set([...own, ...found, ...centralImages])];
}
