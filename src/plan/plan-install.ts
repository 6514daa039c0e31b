import { joinHost, type StagingDir } from '../lib/paths.ts';
import {
  bindsOf,
  containerPathOf,
  containerVariablesOf,
  escapeForRuntime,
  venvInside,
} from '../modulefile/container-environment.ts';
import { describeModulefile } from '../modulefile/describe-install.ts';
import { renderLmod } from '../modulefile/render-lmod.ts';
import type { ImageSource, ResolvedInstall } from '../resolve/types.ts';
import { fillScript } from '../scripts/fill-script.ts';
import { scriptValuesOf } from '../scripts/script-values.ts';
import { placesOf } from './places.ts';
import type { Plan, PlannedRecord, RunInContainerStep, Step } from './types.ts';

/** What planning needs beside the install itself. */
export interface PlanInputs {
  readonly toolVersion: string;
  readonly image: ImageSource;
  /** The runtime that was found, for the record. */
  readonly runtime: PlannedRecord['runtime'];
  /** Text of the easyconfig, kept with the install. */
  readonly easyconfigText: string;
  /** Text of each script file, by name. */
  readonly scriptTexts: Readonly<Record<string, string>>;
  /** Files that the record of an earlier install of the same module lists. */
  readonly previousFiles: readonly string[];
  /** Whether there is user software already: it is the user's, and nothing in it is replaced. */
  readonly hasUserSoftware: boolean;
  /** Whether its venv is there too. */
  readonly hasVenv: boolean;
}

/** The steps of an install, in order. Everything is built in the staging directory; the modulefile comes last. */
export function planInstall(install: ResolvedInstall, inputs: PlanInputs): Plan {
  const { prefix, name, fullVersion, installDir, modulefile } = install;
  const { staging } = placesOf(prefix, name, fullVersion);
  const written = planFiles(install, inputs);
  const recordFile = '.ctinstall/record.json';
  const files = [install.image.file, ...written.map(({ relative }) => relative), recordFile];
  const image = { file: install.image.file, source: inputs.image.path, size: inputs.image.size };
  const steps: Step[] = [
    { kind: 'make-directory', path: staging },
    {
      kind: 'copy-image',
      from: image.source,
      to: joinHost(staging, image.file),
      size: image.size,
      sha256: install.image.sha256,
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
    ...planUserSoftware(install, inputs, staging),
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
        image,
        centralImages: install.centralImages,
        binds: install.binds,
        venv: install.venv?.name,
        files,
      },
    },
    { kind: 'publish', from: staging, to: installDir, modulefile },
    {
      kind: 'check-paths',
      root: installDir,
      files: install.sanityCheckPaths.files,
      dirs: install.sanityCheckPaths.dirs,
    },
    ...planSanityChecks(install),
    {
      kind: 'write-modulefile',
      path: modulefile,
      content: renderLmod(describeModulefile(install, inputs.toolVersion)),
    },
    {
      kind: 'remove-leftovers',
      root: installDir,
      files: inputs.previousFiles.filter((file) => !files.includes(file) && isOfInstall(file)),
    },
  ];
  return { ...placesOf(prefix, name, fullVersion), steps };
}

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

function planUserSoftware(install: ResolvedInstall, inputs: PlanInputs, staging: StagingDir): Step[] {
  const directory = joinHost(staging, 'user-software');
  if (install.venv === undefined || inputs.hasVenv)
    return inputs.hasUserSoftware ? [] : [{ kind: 'make-directory', path: directory }];
  const place = venvInside(install.venv.name);
  const makeVenv = ['-m', 'venv', '--system-site-packages', place];
  // The environment's activate script is written for bash, and must see only its own argument.
  const inConda = 'activate=$1 environment=$2; shift 2; . "$activate" "$environment" && exec python "$@"';
  const argv: [string, ...string[]] =
    install.conda === undefined
      ? ['python3', ...makeVenv]
      : ['bash', '-c', inConda, 'venv', `${install.conda.root}/bin/activate`, install.conda.name, ...makeVenv];
  return [
    { kind: 'make-directory', path: directory },
    planRun({ ...install, venv: undefined }, `create the virtual environment ${place}`, argv, {
      image: joinHost(staging, install.image.file),
      binds: [],
      userSoftware: directory,
    }),
  ];
}

function planSanityChecks(install: ResolvedInstall): Step[] {
  const place = {
    image: joinHost(install.installDir, install.image.file),
    binds: bindsOf(install),
    userSoftware: joinHost(install.installDir, 'user-software'),
  };
  return install.sanityCheckCommands.map((command) =>
    planRun(install, `sanity check: ${command}`, ['sh', '-c', command], place),
  );
}

function planRun(
  install: Pick<ResolvedInstall, 'runtime' | 'conda' | 'venv' | 'env'>,
  purpose: string,
  argv: readonly [string, ...string[]],
  place: Pick<RunInContainerStep, 'image' | 'binds' | 'userSoftware'>,
): RunInContainerStep {
  const variables = [
    ...Object.entries(install.env.module).map(([name, value]) => ({ name, value })),
    ...containerVariablesOf(install),
    { name: 'PREPEND_PATH', value: containerPathOf(install).join(':') },
  ];
  return {
    kind: 'run-in-container',
    purpose,
    runtime: install.runtime,
    ...place,
    environment: Object.fromEntries(variables.map(({ name, value }) => [name, escapeForRuntime(value)])),
    argv,
  };
}
