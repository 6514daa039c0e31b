import {
  listDirectory,
  makeDirectory,
  readTextIfThere,
  removeFile,
  rename,
  writeFileWhole,
} from '../../../host/files.ts';
import { setMode } from '../../../host/limits.ts';
import { resolveInRoot } from '../../../host/resolve-in-root.ts';
import type { HostPath } from '../../../lib/paths.ts';
import { joinHost } from '../../../lib/paths.ts';
import { addLabels, type Labels } from '../labels.ts';
import { labelsFile } from './guest.ts';
import type { StageFile } from './render-stage.ts';

const directory = '/.singularity.d';

/** What `%post` wrote into `$APPTAINER_LABELS`; the file is no part of the image. */
export async function takeWrittenLabels(root: HostPath): Promise<string> {
  const written = (await readTextIfThere(await resolveInRoot(root, labelsFile))) ?? '';
  await removeFile(joinHost(root, labelsFile));
  return written;
}

/** Writes the files from which runtimes read how to start the image. What is a link there is replaced. */
export async function writeStageFiles(root: HostPath, files: readonly StageFile[], labels: Labels): Promise<void> {
  const place = await resolveInRoot(root, directory);
  await keepDefinition(root, place);
  const before = await readTextIfThere(await resolveInRoot(root, `${directory}/labels.json`));
  const all = [...files, { path: 'labels.json', content: addLabels(before, labels), mode: 0o644 }];
  for (const { path, content, mode } of all) {
    const [name = '', ...above] = path.split('/').toReversed();
    const parent = await resolveInRoot(root, [directory, ...above.toReversed()].join('/'));
    await makeReadable(parent);
    await writeFileWhole(joinHost(parent, name), content, mode);
    await setMode(joinHost(parent, name), mode);
  }
}

/** For everybody, whatever the session's umask is. */
async function makeReadable(path: HostPath): Promise<void> {
  await makeDirectory(path);
  await setMode(path, 0o755);
}

/** The definition file of the base, as the runtimes keep it: `bootstrap_history/Apptainer0` and further numbers. */
async function keepDefinition(root: HostPath, place: HostPath): Promise<void> {
  if (!(await listDirectory(place)).some(({ name }) => name === 'Singularity')) return;
  const history = await resolveInRoot(root, `${directory}/bootstrap_history`);
  await makeReadable(history);
  const count = (await listDirectory(history)).length;
  await rename(joinHost(place, 'Singularity'), joinHost(history, `Apptainer${count}`));
}

/** The object of a SIF that says what the files of the image say. Source: Apptainer `pkg/inspect/metadata.go`. */
export async function renderInspection(root: HostPath): Promise<string> {
  const read = async (path: string): Promise<string | undefined> =>
    (await readTextIfThere(await resolveInRoot(root, `${directory}/${path}`)))?.trimEnd();
  const environment: Record<string, string> = {};
  for (const path of ['env/90-environment.sh', 'env/91-environment.sh']) {
    const text = await read(path);
    if (text !== undefined) environment[`${directory}/${path}`] = text;
  }
  const attributes = {
    environment,
    labels: JSON.parse((await read('labels.json')) ?? '{}') as unknown,
    runscript: await read('runscript'),
    startscript: await read('startscript'),
    test: await read('test'),
    helpfile: await read('runscript.help'),
    deffile: await read('Singularity'),
  };
  return JSON.stringify({ data: { attributes }, type: 'container' });
}
