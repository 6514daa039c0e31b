import type { Task } from '../../formats/fuzzfile/types.ts';
import { removeTree } from '../../host/files.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { identifyProcess } from '../../host/process-identity.ts';
import { startDetached } from '../../host/start-detached.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { hasSlurm } from '../../slurm/has-slurm.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { bringImages } from './images.ts';
import { launcherFor } from './launcher.ts';
import { loadFuzzfile, type TemplateOptions } from './load-fuzzfile.ts';
import { describeTooLarge, noteEngine } from './local-engine.ts';
import { findEntries } from './modules.ts';
import { planRun } from './plan-run.ts';
import { nameOfRuns, type Preparation, renderRun, writePrepared } from './prepare-run.ts';
import { findRanksMpi } from './ranks-mpi.ts';
import type { SlurmNote } from './read-standing.ts';
import { makeRunDirectory, readJsonIfThere, writeRun } from './run-directory.ts';
import { sbatchLines } from './sbatch-lines.ts';
import { makeSecrets, secretsOfJobs, writeSecrets } from './secrets.ts';
import { submitRun } from './submit.ts';
import type { Engine, PlannedJob, Run, RunDirectory } from './types.ts';

export interface StartOptions extends TemplateOptions {
  readonly settings: SettingsValues;
  readonly engine?: string | undefined;
  readonly secret?: readonly string[] | undefined;
  /** Brings images again that are here. */
  readonly pull?: boolean | undefined;
  readonly tell: (line: string) => void;
}

/** Starts a Fuzzfile, and gives back its run; it goes on by itself. */
export async function startWorkflow(file: string, options: StartOptions, context: Context): Promise<RunDirectory> {
  const { workflow, text, notes } = await loadFuzzfile(file, options, context);
  for (const note of notes) options.tell(note);
  const settings = await readSettingsOf(context, options.settings);
  const engine = await chooseEngine(options.engine, context);
  const runtime = await findRuntime(settings, context);
  const secrets = makeSecrets(options.secret ?? [], context);
  const entries = await findEntries(workflow.tasks, settings, context);
  const names = secretsOfJobs(workflow);
  for (const name of names) await secrets.read(name);
  const jobs = planRun(workflow);
  const large = engine === 'local' ? describeTooLarge(jobs) : undefined;
  if (large !== undefined) options.tell(large);
  const { id, directory } = await makeRunDirectory(settings.prefix, nameOfRuns(file), context.environment);
  try {
    const brought = {
      prefix: settings.prefix,
      runtime,
      secrets,
      isAnew: options.pull === true,
      run: { id, directory },
    };
    await bringImages(workflow.tasks, brought, context);
    const facts = { id, directory, engine, runtime, settings, entries, jobs, tasks: workflow.tasks };
    const preparation = await prepare(facts, context);
    const files = renderRun(workflow, jobs, preparation);
    await writePrepared(files, { workflow, preparation, toolDir: context.toolDir, text });
    await writeSecrets(directory, names, secrets);
    const run: Run = {
      id,
      file: hostPath(file, context.cwd),
      engine,
      made: new Date().toISOString(),
      ctinstall: context.toolVersion,
      jobs,
    };
    await writeRun(directory, run);
    await setOff({ directory, run }, context);
    return { directory, run };
  } catch (error) {
    const note = await readJsonIfThere<SlurmNote>(joinHost(directory, 'slurm.json'));
    // Nothing of it runs, or ever did.
    if (note === undefined || note.phase === 'refused') await removeTree(directory).catch(() => undefined);
    throw error;
  }
}

/** Gives a run that is written down to its engine. */
export async function setOff(found: RunDirectory, context: Context): Promise<void> {
  if (found.run.engine === 'slurm') return submitRun(found, context);
  const { toolDir, environment } = context;
  const engine = ['/bin/sh', joinHost(toolDir, 'bin', 'ctinstall'), 'workflow', 'engine', found.directory] as const;
  const pid = await startDetached([engine[0], ...engine.slice(1)], {
    env: environment,
    log: joinHost(found.directory, 'engine.log'),
  });
  // Whoever asks from now on is told that it is at work.
  await noteEngine(found, await identifyProcess(pid, environment));
}

interface Facts {
  readonly id: string;
  readonly directory: HostPath;
  readonly engine: Engine;
  readonly runtime: string;
  readonly settings: Settings;
  readonly entries: Preparation['entries'];
  readonly jobs: readonly PlannedJob[];
  readonly tasks: readonly Task[];
}

export async function prepare({ jobs, tasks, settings, ...facts }: Facts, context: Context): Promise<Preparation> {
  const mpis = await findRanksMpi(tasks, { ...facts, settings }, context);
  return {
    ...facts,
    prefix: settings.prefix,
    sbatchOf: (job) => (facts.engine === 'slurm' ? sbatchLines(job, jobs, { ...facts, settings }) : []),
    slurmPrograms: facts.engine === 'slurm' ? await findSlurmPrograms(context) : undefined,
    launcherOf: await launcherFor(facts.engine, mpis, context),
    variablesOf: ({ name }) => mpis.get(name)?.variables ?? {},
  };
}

async function findSlurmPrograms({ environment }: Context): Promise<string | undefined> {
  const sbatch = await lookUpProgram('sbatch', environment.PATH);
  const place = sbatch === undefined ? undefined : hostPath('..', hostPath(sbatch));
  return place === undefined || ['/usr/local/bin', '/usr/bin', '/bin'].includes(place) ? undefined : place;
}

export async function chooseEngine(asked: string | undefined, { environment }: Context): Promise<Engine> {
  if (asked === undefined) return (await hasSlurm(environment)) ? 'slurm' : 'local';
  if (asked === 'slurm' && !(await hasSlurm(environment)))
    throw new CtinstallError('slurm-missing', 'there is no `sbatch` on PATH', {
      hint: '`--engine local` runs it on this machine',
    });
  if (asked !== 'slurm' && asked !== 'local')
    throw new CtinstallError('usage', `there is no engine \`${asked}\``, { hint: 'there are `slurm` and `local`' });
  return asked;
}

/** @throws CtinstallError `runtime-missing` */
export async function findRuntime(settings: Settings, { environment }: Context): Promise<string> {
  const found = await discoverRuntime(settings.runtime, environment);
  if (found.kind === 'found') return found.value.path;
  throw new CtinstallError('runtime-missing', 'there is no container runtime', {
    hint: 'load the module of Apptainer or SingularityCE, or set `runtime` in the settings',
  });
}
