import { userInfo } from 'node:os';
import { isDirectory, isFile, lstatIfThere, makeDirectory, removeTree, statIfThere } from '../host/files.ts';
import { commandError } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine, formatValue } from '../lib/format.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import { describeStep } from '../plan/describe-step.ts';
import type { RunInContainerStep } from '../plan/steps/run-in-container.ts';
import { bindOptionsOf } from '../resolve/bind-options.ts';
import type { Bind } from '../resolve/types.ts';
import { runNoted } from '../transaction/noted-command.ts';

export interface RunContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
  /** Where it is noted what was started; see `noted-command.ts`. */
  readonly note?: HostPath | undefined;
}

/**
 * Runs a step's command in the container with the binds that the module would set on this node. The caller's own binds,
 * container variables and Python settings are kept out: what is checked is the install, not this shell. So is the home
 * directory: `--contain --workdir` gives an empty one, and an empty `/tmp`. Gives back what it printed on stdout.
 */
export async function runInContainer(step: RunInContainerStep, context: RunContext): Promise<string> {
  const binds = [
    ...(await presentBinds(step)),
    ...(await userSoftwareBinds(step.userSoftware)),
    ...(await stagedBinds(step.staged)),
  ].join(',');
  const env: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(context.environment)) if (!isOwnVariable(name)) env[name] = value;
  for (const prefix of ['SINGULARITY', 'APPTAINER']) {
    env[`${prefix}_BIND`] = binds === '' ? undefined : binds;
    for (const [name, value] of Object.entries({ LANG: 'C.UTF-8', ...step.environment }))
      env[`${prefix}ENV_${name}`] = value;
  }
  const { signal, note } = context;
  const { mountPoints, work } = step;
  await makeDirectory(work);
  const argv = [
    step.runtime,
    'exec',
    '--cleanenv',
    '--contain',
    '--workdir',
    work,
    ...(await elsewhere(work)),
    step.image,
    ...step.argv,
  ] as const;
  const result = await runNoted(argv, { env, signal, note, mountPoints }).finally(() => removeTree(work));
  for (const line of `${result.stdout}${result.stderr}`.split('\n'))
    if (line !== '') context.log(`  | ${formatLine(line)}`);
  if (result.exitCode === 0) return result.stdout;
  // Of a program that ran, its words count; how the container was started, where that is what failed.
  const hasStarted = result.exitCode !== undefined && result.exitCode !== startFailed;
  const failed = commandError(hasStarted ? step.argv : argv, result, `\`${describeStep(step)}\``);
  const bindLines = binds === '' || hasStarted ? [] : [`SINGULARITY_BIND=${binds}`];
  throw new CtinstallError(
    step.purpose.startsWith('sanity check') ? 'sanity-check-failed' : 'command-failed',
    failed.message,
    {
      details: hasStarted ? wordsFirst(failed.details) : [...failed.details, ...bindLines],
      hint: hintOf(result.stderr) ?? step.hintOnFailure,
    },
  );
}

function wordsFirst(details: readonly string[]): string[] {
  const isSaid = (line: string): boolean => line.startsWith('  | ');
  const shortened = details.filter((line) => !isSaid(line)).map((line) => formatValue(line, mostOfCommand));
  return [...details.filter(isSaid), ...shortened];
}

/** Characters of the command below its words: the easyconfig has it whole. */
const mostOfCommand = 200;

/** The exit status of the runtimes where they cannot start a container. */
const startFailed = 255;

/**
 * Below `/tmp` the runtime would mount the home directory over the places that it has made for binds there: one that lies
 * there is seen elsewhere. What it is, the runtimes take from the user database.
 */
async function elsewhere(work: HostPath): Promise<string[]> {
  if (!/^\/(var\/)?tmp\//.test(findHome())) return [];
  const home = joinHost(work, 'no-home');
  await makeDirectory(home);
  return ['--home', `${home}:/home/nobody`];
}

function findHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '';
  }
}

async function presentBinds({
  binds,
  staged,
}: {
  readonly binds: readonly Bind[];
  readonly staged: RunInContainerStep['staged'];
}): Promise<string[]> {
  const kept: string[] = [];
  for (const bind of binds) {
    const { host: asWritten, container, optional } = bind;
    const host = await placeNow(asWritten, staged);
    if ((await statIfThere(host)) === undefined) {
      if (optional) continue;
      const isDangling = (await lstatIfThere(host)) !== undefined;
      throw new CtinstallError(
        'sanity-check-failed',
        `\`${host}\` is not on this machine${isDangling ? ' (a link to nothing)' : ''}, but the easyconfig needs it bound`,
        {
          hint: 'write `optional: true` on the bind if the software can do without it',
        },
      );
    }
    kept.push(`${host}:${container}${bindOptionsOf(bind)}`);
  }
  return kept;
}

/** Where something is as long as it is staged: what is not staged is at its own place. */
async function placeNow(path: HostPath, staged: RunInContainerStep['staged']): Promise<HostPath> {
  for (const { host, container } of staged.toReversed()) {
    if (path !== (container as string) && !path.startsWith(`${container}/`)) continue;
    const place = joinHost(host, path.slice(container.length));
    if ((await lstatIfThere(place)) !== undefined) return place;
  }
  return path;
}

async function userSoftwareBinds({
  directory,
  container,
  access,
}: RunInContainerStep['userSoftware']): Promise<string[]> {
  if (await isFile(`${directory}.squashfs`)) return [`${directory}.squashfs:${container}:ro,image-src=/`];
  return (await isDirectory(directory)) ? [`${directory}:${container}${access === 'ro' ? ':ro' : ''}`] : [];
}

async function stagedBinds(staged: RunInContainerStep['staged']): Promise<string[]> {
  const kept: string[] = [];
  for (const { host, container, access } of staged)
    if (await isDirectory(host)) kept.push(`${host}:${container}${access === 'ro' ? ':ro' : ''}`);
  return kept;
}

/** Variables of this shell that would change what runs inside: another module's binds, a venv, Python's own. */
function isOwnVariable(name: string): boolean {
  return /^(SINGULARITY|APPTAINER)(ENV_|_BIND|_BINDPATH$|_MOUNT$|_CONTAINER$|_NAME$)/.test(name);
}

function hintOf(stderr: string): string | undefined {
  if (/fuse/i.test(stderr) && /permission denied|no such file/i.test(stderr))
    return 'the runtime cannot use /dev/fuse on this node: ask your support team, or try another node';
  if (/user namespace/i.test(stderr))
    return 'this node does not allow unprivileged containers: ask your support team, or try another node';
  return undefined;
}
