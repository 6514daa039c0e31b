import { describeBadImageSource, isOnThisMachine, schemeOf } from '../easyconfig/image-source.ts';
import { withFileReader } from '../host/file-reader.ts';
import { isFile, lstatIfThere, makeDirectory, removeTree } from '../host/files.ts';
import { finishFile } from '../host/finish-file.ts';
import { commandError, type RunResult } from '../host/run.ts';
import { readImage } from '../image/read-image.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatCommand, formatValue } from '../lib/format.ts';
import { maskSecrets, secretsOf } from '../lib/mask-secrets.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { runNoted } from '../transaction/noted-command.ts';
import { hintOfFetch } from './fetch-hint.ts';
import { bothNames, runtimeEnvironment, runtimeVariable, sourceVariables } from './runtime-environment.ts';

export interface FetchOptions {
  /** Passes {@link describeBadImageSource}. */
  readonly source: string;
  /** Where a relative path in `docker-archive:` and `oci:` begins. */
  readonly base: HostPath;
  /** Program: a name on `PATH` or a path. */
  readonly runtime: string;
  /** The file to make: must not be there yet; its directory is. */
  readonly to: HostPath;
  /** A directory that is this function's own, made anew and removed: the runtime's cache and temporary files. */
  readonly work: HostPath;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Where it is noted what was started; see `noted-command.ts`. */
  readonly note?: HostPath | undefined;
  /** Gets the command and what the runtime says, without secrets. */
  readonly log: (line: string) => void;
}

/**
 * Brings an image with `<runtime> pull`, which makes a SIF of what is none. The file is there whole, on disk and with
 * mode 0644 less the umask, or not at all. Whether it runs on this machine is for the caller to see.
 *
 * Cache and temporary files lie in `work`, unless the user has `SINGULARITY_CACHEDIR` or `SINGULARITY_TMPDIR` (or the same
 * of Apptainer): what is there stays. Logins are the user's own, from the runtime's configuration or variables.
 *
 * A registry or library on this very machine may speak plain http (`--no-https`). Of any other, the user must say so
 * (`SINGULARITY_NOHTTPS=1`): what comes over http may be anybody's.
 *
 * `https://` takes a server that answers HEAD with anything and GET with 200 and the image itself.
 * @throws CtinstallError `fetch-failed`, `interrupted`; those of files where `to` or `work` can't be written
 */
export async function fetchImage(options: FetchOptions): Promise<void> {
  const { source, to, work } = options;
  const bad = describeBadImageSource(source);
  if (bad !== undefined) throw new CtinstallError('fetch-failed', `\`${formatValue(maskSecrets(source))}\` ${bad}`);
  if ((await lstatIfThere(to)) !== undefined)
    throw new CtinstallError('fetch-failed', `\`${to}\` is there already`, { hint: 'remove it, then run again' });
  // A directory, since the runtime writes beside its target.
  const partDirectory = hostPath(`${to}.part~`);
  try {
    for (const directory of [work, partDirectory]) await removeTree(directory);
    for (const directory of [partDirectory, joinHost(work, 'tmp'), joinHost(work, 'cache')])
      await makeDirectory(directory);
    const part = joinHost(partDirectory, 'image.sif');
    await pull(part, options);
    await requireImage(part, maskSecrets(source));
    await finishFile(part, to, 0o644);
  } catch (error) {
    // What went wrong first is what the user should read.
    for (const directory of [partDirectory, work]) await removeTree(directory).catch(() => undefined);
    throw error;
  }
  for (const directory of [partDirectory, work]) await removeTree(directory);
}

async function pull(part: HostPath, { source, base, runtime, to, work, log, ...options }: FetchOptions): Promise<void> {
  const cache = runtimeVariable(options.environment, 'CACHEDIR');
  const temporary = runtimeVariable(options.environment, 'TMPDIR') ?? joinHost(work, 'tmp');
  const env = {
    ...runtimeEnvironment(options.environment, sourceVariables),
    ...bothNames('CACHEDIR', cache ?? joinHost(work, 'cache')),
    ...bothNames('TMPDIR', temporary),
    TMPDIR: temporary,
  };
  // A library's hash is compared only on the way through the cache; of all else the cache is one copy too many.
  const skipsCache = cache === undefined && schemeOf(source) !== 'library://';
  const flags = [...(skipsCache ? ['--disable-cache'] : []), ...(isOnThisMachine(source) ? ['--no-https'] : [])];
  const cwd = source.includes('://') ? undefined : base;
  const mask = makeMask(source, options.environment);
  const shown = [runtime, 'pull', ...flags, to.slice(to.lastIndexOf('/') + 1), mask(source)] as const;
  log(formatCommand(shown));
  const result = await runNoted([runtime, 'pull', ...flags, part, source], {
    env,
    signal: options.signal,
    note: options.note,
    ...(cwd === undefined ? {} : { cwd }),
  });
  const said = { ...result, stdout: cleanOutput(result.stdout, mask), stderr: cleanOutput(result.stderr, mask) };
  for (const line of `${said.stdout}\n${said.stderr}`.split('\n')) if (line !== '') log(line);
  if (result.exitCode !== 0 || !(await isFile(part))) throw fetchError(shown, said, cwd);
}

function fetchError(
  shown: readonly [string, ...string[]],
  result: RunResult,
  cwd: HostPath | undefined,
): CtinstallError {
  const source = shown.at(-1) ?? '';
  const failed = commandError(shown, result, `fetching \`${source}\``, cwd);
  return new CtinstallError('fetch-failed', failed.message, {
    details: failed.details,
    hint: hintOfFetch(`${result.stdout}\n${result.stderr}`, { source, runtime: shown[0], signal: result.signal }),
  });
}

/** What came may be a web page, a part of an image, or an artifact of another kind. */
async function requireImage(part: HostPath, shownSource: string): Promise<void> {
  await withFileReader(part, (reader) => readImage(reader, shownSource)).catch((error: unknown) => {
    if (!(error instanceof CtinstallError)) throw error;
    throw new CtinstallError('fetch-failed', error.message, { hint: error.hint, details: error.details, cause: error });
  });
}

function makeMask(source: string, environment: FetchOptions['environment']): (text: string) => string {
  const password = ['APPTAINER', 'SINGULARITY'].map((prefix) => environment[`${prefix}_DOCKER_PASSWORD`] ?? '');
  return (text) => maskSecrets(text, [...secretsOf(source), ...password]);
}

/** Without secrets, colours and what else a terminal obeys: a server chooses some of it. */
function cleanOutput(text: string, mask: (text: string) => string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  return plain
    .split(/\r?\n/)
    .map((line) => formatValue(mask(line.replaceAll('\t', ' ')).trimEnd(), 1000))
    .join('\n');
}
