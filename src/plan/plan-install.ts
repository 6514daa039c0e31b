import { type HostPath, joinHost } from '../lib/paths.ts';
import { describeModulefile } from '../modulefile/describe-install.ts';
import { renderLmod } from '../modulefile/render-lmod.ts';
import type { ImageSource, ResolvedInstall } from '../resolve/types.ts';
import { fillScript } from '../scripts/fill-script.ts';
import { scriptValuesOf } from '../scripts/script-values.ts';
import { placesOf } from './places.ts';
import { makesVenv, planPostInstall, planSanityChecks, planUserSoftware } from './plan-commands.ts';
import { planImage } from './plan-image.ts';
import type { Plan, PlannedRecord, Step } from './types.ts';

/** What planning needs beside the install itself. */
export interface PlanInputs {
  readonly toolVersion: string;
  readonly image: ImageSource;
  /** Where relative paths of an image's source begin: the easyconfig's directory. */
  readonly base: HostPath;
  /** The runtime that was found, for the record. */
  readonly runtime: PlannedRecord['runtime'];
  /** Text of the easyconfig, kept with the install. */
  readonly easyconfigText: string;
  /** Text of each script file, by name. */
  readonly scriptTexts: Readonly<Record<string, string>>;
  /** What an earlier install of the same module left, if there is one. */
  readonly previous: PreviousInstall | undefined;
  /** Whether there is user software already: it is the user's, and nothing in it is replaced. */
  readonly hasUserSoftware: boolean;
  /** Whether its venv is there too. */
  readonly hasVenv: boolean;
}

export interface PreviousInstall {
  /** Files that its record lists. */
  readonly files: readonly string[];
  /** File name of its own image, if that is there. */
  readonly image: string | undefined;
  /** When it was made, as its record says. */
  readonly installed: string;
}

const recordFile = '.ctinstall/record.json';

/** The steps of an install, in order. Everything is built in the staging directory; the modulefile comes last. */
export function planInstall(install: ResolvedInstall, inputs: PlanInputs): Plan {
  const { prefix, name, fullVersion, installDir, modulefile } = install;
  const { staging } = placesOf(prefix, name, fullVersion);
  const written = planFiles(install, inputs);
  const image = planImage(install, inputs, staging);
  const files = [...image.files, ...written.map(({ relative }) => relative), recordFile];
  const retired = [...image.kept, ...image.retired];
  const userSoftware = planUserSoftware(install, inputs, { staging, image: image.staged });
  const steps: Step[] = [
    { kind: 'make-directory', path: staging },
    {
      kind: 'reserve-room',
      directory: staging,
      bytes: image.bytes,
      files: written.length + (makesVenv(install, inputs) ? filesOfVenv : 0) + 10,
    },
    ...['bin', 'runscripts', '.ctinstall'].map((directory) => ({
      kind: 'make-directory' as const,
      path: joinHost(staging, directory),
    })),
    ...written.map(({ relative, mode, content }) => ({
      kind: 'write-file' as const,
      path: joinHost(staging, relative),
      mode,
      content,
    })),
    ...image.steps,
    ...userSoftware,
    {
      kind: 'write-record',
      path: joinHost(staging, recordFile),
      record: {
        name,
        version: install.version,
        fullVersion,
        moduleName: install.moduleName,
        ctinstall: inputs.toolVersion,
        prefix,
        modulefile,
        runtime: inputs.runtime,
        image: image.record,
        centralImages: install.centralImages,
        binds: install.binds,
        venv: install.venv?.name,
        files,
        retired: image.kept,
        hidden: install.isHidden,
      },
    },
    { kind: 'publish', from: staging, to: installDir, modulefile },
    ...planPostInstall(install, image.published),
    {
      kind: 'check-paths',
      root: installDir,
      files: install.sanityCheckPaths.files,
      dirs: install.sanityCheckPaths.dirs,
    },
    ...planSanityChecks(install, image.published),
    {
      kind: 'write-modulefile',
      path: modulefile,
      content: renderLmod(describeModulefile(install, { toolVersion: inputs.toolVersion, images: image.candidates })),
    },
    {
      kind: 'remove-leftovers',
      root: installDir,
      files: (inputs.previous?.files ?? []).filter(
        (file) => ![...files, ...retired].includes(file) && isOfInstall(file),
      ),
    },
  ];
  return { ...placesOf(prefix, name, fullVersion), steps };
}

/** About as many files and directories as `python3 -m venv` makes, with pip. */
const filesOfVenv = 1000;

/** Whether a path that a record lists stays in the install dir and is not the user's: records can be edited. */
function isOfInstall(path: string): boolean {
  const parts = path.split('/');
  return !path.startsWith('/') && !parts.includes('..') && !parts[0]?.startsWith('user-software') && path !== '';
}

interface PlannedFile {
  readonly relative: string;
  readonly mode: number;
  readonly content: string;
}

function planFiles(install: ResolvedInstall, inputs: PlanInputs): PlannedFile[] {
  const scripts = install.scripts.map(({ name, directory }) => {
    const text = inputs.scriptTexts[name];
    if (text === undefined) throw new RangeError(`no text for the script ${name}`);
    return {
      relative: `${directory}/${name}`,
      mode: directory === '.ctinstall' ? 0o644 : 0o755,
      content: fillScript(text, scriptValuesOf(name, install)),
    };
  });
  return [...scripts, { relative: '.ctinstall/easyconfig.yaml', mode: 0o644, content: inputs.easyconfigText }];
}
