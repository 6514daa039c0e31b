import type { Workflow } from '../../formats/fuzzfile/types.ts';
import { joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { tryJobs } from '../../slurm/try-jobs.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { loadFuzzfile } from './load-fuzzfile.ts';
import { findEntries } from './modules.ts';
import { planRun } from './plan-run.ts';
import { nameOfRuns, type PreparedFile, renderRun } from './prepare-run.ts';
import { scriptOf, workflowsDirectory } from './run-directory.ts';
import { chooseEngine, prepare, type StartOptions } from './start.ts';
import { trialsOf } from './trials.ts';
import type { Engine, PlannedJob } from './types.ts';

/** The files that a start would write, for people. Nothing is made, and nothing brought. */
export async function previewWorkflow(file: string, options: StartOptions, context: Context): Promise<PreparedFile[]> {
  const { workflow, notes } = await loadFuzzfile(file, options, context);
  for (const note of notes) options.tell(note);
  const engine = await chooseEngine(options.engine, context);
  const { files } = await renderPreview(workflow, { file, engine, settings: options.settings }, context);
  return files.filter(({ path }) => path.endsWith('.sh'));
}

/**
 * Asks Slurm, where it is, whether it would take the jobs of a workflow; nothing is submitted.
 * @returns whether it was asked
 * @throws CtinstallError with all that it would refuse
 */
export async function tryWorkflow(
  workflow: Workflow,
  { file, settings }: { readonly file: string; readonly settings: SettingsValues },
  context: Context,
): Promise<boolean> {
  const engine = await chooseEngine(undefined, context);
  if (engine !== 'slurm') return false;
  const { files, jobs, directory } = await renderPreview(workflow, { file, engine, settings }, context);
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const scripts = jobs.map((job) => ({ job, script: texts.get(scriptOf(directory, job.name)) ?? '' }));
  await tryJobs(trialsOf(scripts), context);
  return true;
}

async function renderPreview(
  workflow: Workflow,
  { file, engine, settings: flags }: { file: string; engine: Engine; settings: SettingsValues },
  context: Context,
): Promise<{ files: PreparedFile[]; jobs: PlannedJob[]; directory: ReturnType<typeof workflowsDirectory> }> {
  const settings = await readSettingsOf(context, flags, { needsPrefix: false });
  const jobs = planRun(workflow);
  const id = nameOfRuns(file);
  const directory = joinHost(workflowsDirectory(settings.prefix), id);
  const runtime = settings.runtime ?? 'singularity';
  const entries = await findEntries(workflow.tasks, settings, context);
  const facts = { id, directory, engine, runtime, settings, entries, jobs, tasks: workflow.tasks };
  return { files: renderRun(workflow, jobs, await prepare(facts, context)), jobs, directory };
}
