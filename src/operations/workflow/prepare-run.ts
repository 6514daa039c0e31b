import { basename } from 'node:path';
import type { Task, Volume, Workflow } from '../../formats/fuzzfile/types.ts';
import { makeDirectory, readText, writeFileWhole } from '../../host/files.ts';
import { type HostPath, hostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import { runPooled } from '../../lib/pool.ts';
import { quoteBash } from '../../scripts/quote-bash.ts';
import { imagePlace } from './images.ts';
import { renderHelper, renderJob, scriptPlace } from './render-job.ts';
import { scriptOf } from './run-directory.ts';
import type { Engine, PlannedJob } from './types.ts';

export interface Preparation {
  readonly id: string;
  readonly directory: HostPath;
  readonly prefix: Prefix;
  readonly engine: Engine;
  readonly runtime: string;
  /** What enters the containers of installed modules, by their names. */
  readonly entries: ReadonlyMap<string, HostPath>;
  /** Lines of a job for Slurm. */
  readonly sbatchOf: (job: PlannedJob) => readonly string[];
  readonly slurmPrograms: string | undefined;
  /** What starts the ranks of a job, outside of the container and in it. */
  readonly launcherOf: (job: PlannedJob) => { readonly outside: readonly string[]; readonly inside: readonly string[] };
  /** What ranks need in their containers, unless the file says otherwise. */
  readonly variablesOf: (job: PlannedJob) => Readonly<Record<string, string>>;
}

/** A file that a run needs. */
export interface PreparedFile {
  readonly path: HostPath;
  readonly text: string;
  readonly mode: number;
}

/** All that a run needs in its directory, as text: what `--dry-run` shows, and what is written. */
export function renderRun(workflow: Workflow, jobs: readonly PlannedJob[], preparation: Preparation): PreparedFile[] {
  return jobs.flatMap((job) => {
    const task = workflow.tasks.find(({ name }) => name === job.name);
    return task === undefined
      ? [helperFile(job, workflow, preparation)]
      : taskFiles(job, { task, workflow, preparation });
  });
}

function taskFiles(
  job: PlannedJob,
  { task, workflow, preparation }: { task: Task; workflow: Workflow; preparation: Preparation },
): PreparedFile[] {
  const { id, directory, prefix, runtime } = preparation;
  const beside = joinHost(directory, 'jobs', job.name);
  const shown = task.files.map(({ path, text }, index) => ({
    file: joinHost(beside, `file-${index + 1}`),
    path,
    text,
  }));
  const script =
    task.run.is === 'script' ? [{ file: joinHost(beside, 'script'), path: scriptPlace, text: task.run.text }] : [];
  const binds = [
    ...task.mounts.map(({ volume, path }) => `${volumePlace(volume, workflow.volumes, preparation)}:${path}`),
    ...[...shown, ...script].map(({ file, path }) => `${file}:${path}:ro`),
  ];
  const launcher = preparation.launcherOf(job);
  const text = renderJob(job, task, {
    id,
    directory,
    sbatch: preparation.sbatchOf(job),
    slurmPrograms: preparation.slurmPrograms,
    runtime,
    image: 'uri' in task.image ? imagePlace(task.image.uri, prefix) : '',
    binds,
    gpu: gpuFlags(task),
    launcher: launcher.outside,
    launcherInside: launcher.inside,
    entry: 'module' in task.image ? preparation.entries.get(task.image.module) : undefined,
    services: servicesOf(task, workflow),
    variables: preparation.variablesOf(job),
    hasRanks: job.multinode !== undefined && job.multinode.implementation !== 'generic',
  });
  return [
    ...[...shown, ...script].map(({ file, text: content }) => ({ path: file, text: content, mode: 0o755 })),
    { path: scriptOf(directory, job.name), text, mode: 0o755 },
  ];
}

/** Services that run when the task starts: those it waits for, and those before them. */
function servicesOf({ needs }: Task, { tasks }: Workflow): string[] {
  return needs
    .filter(({ name, status }) => status === 'running' && tasks.some((task) => task.name === name))
    .map(({ name }) => name);
}

function gpuFlags({ resource: { devices } }: Task): string[] {
  return [...(devices['nvidia.com/gpu'] ? ['--nv'] : []), ...(devices['amd.com/gpu'] ? ['--rocm'] : [])];
}

function volumePlace(name: string, volumes: readonly Volume[], { directory, prefix }: Preparation): HostPath {
  const kind = volumes.find((volume) => volume.name === name)?.kind ?? { is: 'ephemeral' as const };
  if (kind.is === 'host') return hostPath(kind.path);
  return kind.is === 'persistent' ? joinHost(prefix, 'volumes', kind.path) : joinHost(directory, 'volumes', name);
}

function helperFile(job: PlannedJob, { volumes, files }: Workflow, preparation: Preparation): PreparedFile {
  const { id, directory, slurmPrograms } = preparation;
  const [, name = ''] = job.name.split('+');
  const volume = volumes.find((each) => each.name === name);
  const root = volumePlace(name, volumes, preparation);
  const lines =
    job.kind === 'stop'
      ? [`: >"$run/services/${name}.stop"`]
      : job.kind === 'clean'
        ? ['clear_volumes']
        : (job.kind === 'ingress' ? volume?.ingress : volume?.egress)?.flatMap(({ uri, path, secret }) => {
            const file = quoteBash(joinHost(root, path));
            const inline = /^file:\/\/\/?(.*)$/.exec(uri)?.[1];
            const login = secret === undefined ? '' : ` ${secret}`;
            if (inline !== undefined)
              return [
                `mkdir -p -- ${quoteBash(joinHost(root, path, '..'))} && printf %s ${quoteBash(files[inline] ?? '')} >${file} || fail ${quoteBash(`${path} cannot be written`)}`,
              ];
            const transfer =
              job.kind === 'ingress' ? `bring ${quoteBash(uri)} ${file}` : `send ${file} ${quoteBash(uri)}`;
            return [`${transfer}${login}`];
          });
  const facts = { id, directory, sbatch: preparation.sbatchOf(job), slurmPrograms };
  return { path: scriptOf(directory, job.name), text: renderHelper(job, facts, lines ?? [':']), mode: 0o755 };
}

/** Writes what a run needs; its record comes last, elsewhere. */
export async function writePrepared(
  files: readonly PreparedFile[],
  {
    workflow,
    preparation,
    toolDir,
    text,
  }: { workflow: Workflow; preparation: Preparation; toolDir: HostPath; text: string },
): Promise<void> {
  const { directory } = preparation;
  const library = await readText(joinHost(toolDir, 'runscripts', 'workflow-job.bash'));
  await writeFileWhole(joinHost(directory, 'job.bash'), library, 0o644);
  await writeFileWhole(joinHost(directory, 'fuzzfile.yaml'), text, 0o644);
  for (const { name, kind } of workflow.volumes)
    if (kind.is !== 'host') await makeDirectory(volumePlace(name, workflow.volumes, preparation));
  for (const parent of new Set(files.map(({ path }) => joinHost(path, '..')))) await makeDirectory(parent);
  // Each waits for the disk.
  await runPooled(files, 8, {
    work: ({ path, text: content, mode }) => writeFileWhole(path, content, mode),
    onLaterError: () => undefined,
  });
}

/** What runs of a Fuzzfile are called after. */
export function nameOfRuns(file: string): string {
  const stem = basename(file)
    .replace(/\.(fz|ya?ml)$/, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[-.]+/, '');
  return stem.slice(0, 60) || 'workflow';
}
