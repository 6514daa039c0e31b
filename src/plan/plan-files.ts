import { type HostPath, joinHost, type StagingDir } from '../lib/paths.ts';
import { wrappersDirectory } from '../modulefile/container-environment.ts';
import { describeModulefile, type ModulefileOptions } from '../modulefile/describe-install.ts';
import { renderModulefile } from '../modulefile/render.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import { fillScript } from '../scripts/fill-script.ts';
import { scriptValuesOf } from '../scripts/script-values.ts';
import { keptCondaFile } from './plan-conda.ts';
import { planGpuFile } from './plan-gpu.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { planMpiFile } from './plan-mpi.ts';
import type { PlannedFile } from './planned-file.ts';
import type { PlannedRecord } from './planned-record.ts';
import type { Step } from './steps/step.ts';
import type { WriteModulefileStep } from './steps/write-modulefile.ts';

export const recordFile = '.ctinstall/record.json';
/** What the recipe's virtual environment was to have when it was made. */
export const requirementsFile = '.ctinstall/requirements.txt';

/** The scripts, and the easyconfig for later. `images`: where the module looks for the image. */
export function planFiles(
  install: ResolvedInstall,
  inputs: Pick<PlanInputs, 'scriptTexts' | 'easyconfigText' | 'requirements' | 'condaFileText' | 'fileTexts'>,
  images: readonly HostPath[],
): PlannedFile[] {
  const scripts = install.scripts.map(({ name, directory }) => {
    const text = inputs.scriptTexts[name];
    if (text === undefined) throw new RangeError(`no text for the script ${name}`);
    return {
      relative: `${directory}/${name}`,
      mode: directory === '.ctinstall' ? 0o644 : 0o755,
      content: fillScript(text, scriptValuesOf(name, install, images)),
    };
  });
  const { easyconfigText, requirements, condaFileText } = inputs;
  return [
    ...scripts,
    ...planMpiFile(install),
    ...planGpuFile(install),
    ...filesOfRecipe(install, inputs.fileTexts),
    { relative: '.ctinstall/easyconfig.yaml', mode: 0o644, content: easyconfigText },
    ...(requirements === undefined ? [] : [{ relative: requirementsFile, mode: 0o644, content: requirements.text }]),
    ...(condaFileText === undefined
      ? []
      : [{ relative: keptCondaFile(condaFileText), mode: 0o644, content: condaFileText }]),
  ];
}

/** Where texts of files from beside the recipe are not at hand, those stay as they were installed. */
function filesOfRecipe({ files }: ResolvedInstall, texts: PlanInputs['fileTexts'] = {}): PlannedFile[] {
  return files.flatMap(({ path, mode, content }) => {
    const read = Object.hasOwn(texts, path) ? texts[path] : undefined;
    const text = content.kind === 'text' ? content.text : read;
    return text === undefined ? [] : [{ relative: path, mode, content: text }];
  });
}

/** Their directories and themselves, in the staging directory. */
export function planWriting(written: readonly PlannedFile[], staging: StagingDir, install: ResolvedInstall): Step[] {
  return [
    ...directoriesFor(written, install).map((directory) => ({
      kind: 'make-directory' as const,
      path: joinHost(staging, directory),
    })),
    ...written.map(({ relative, mode, content }) => ({
      kind: 'write-file' as const,
      path: joinHost(staging, relative),
      mode,
      content,
    })),
  ];
}

function directoriesFor(written: readonly PlannedFile[], { image, moduleKind }: ResolvedInstall): string[] {
  const ofImage = ['bin', 'runscripts', ...(moduleKind === 'tool' ? [wrappersDirectory] : [])];
  const always = [...(image === undefined ? [] : ofImage), '.ctinstall'];
  const around = written.flatMap(({ relative }) => (relative.includes('/') ? [relative.replace(/\/[^/]*$/, '')] : []));
  return [...new Set([...always, ...around])];
}

export function planModulefile(install: ResolvedInstall, options: ModulefileOptions): WriteModulefileStep {
  return {
    kind: 'write-modulefile',
    path: install.modulefile,
    content: renderModulefile(describeModulefile(install, options), install.modulesTool),
  };
}

/** What the record says of an install whatever becomes of its image. */
export function planRecord(
  install: ResolvedInstall,
  { toolVersion, runtime, easyconfig }: Pick<PlanInputs, 'toolVersion' | 'runtime' | 'easyconfig'>,
): Omit<PlannedRecord, 'image' | 'files' | 'retired'> {
  return {
    name: install.name,
    version: install.version,
    fullVersion: install.fullVersion,
    moduleName: install.moduleName,
    ctinstall: toolVersion,
    prefix: install.prefix,
    modulefile: install.modulefile,
    runtime,
    easyconfig,
    centralImages: install.centralImages,
    binds: install.binds,
    venv: install.venv?.name,
    userSoftware: install.userSoftware.path,
    hidden: install.isHidden,
    moduleKind: install.moduleKind,
  };
}
