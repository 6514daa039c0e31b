import { describeBadPipPath, type PipWord, readPipWords, readRequirementsLine } from '../easyconfig/requirements.ts';
import type { VirtualEnvironment } from '../easyconfig/types.ts';
import { readText, statIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';

/** What pip is to install, with all that was written relative to a file made absolute. */
export interface Requirements {
  /** A requirements file, whole: what it included is in it. Empty where nothing is to be installed. */
  readonly text: string;
  readonly options: readonly string[];
  /** Files and directories of the host that the text or the options name. */
  readonly paths: readonly HostPath[];
}

/** Bytes: what is kept with an install, and read again. */
const mostBytes = 1024 * 1024;
/** Of files that include each other. */
const mostFiles = 100;

/**
 * Reads the requirements of a recipe's virtual environment. `base` is the directory that relative paths begin in: that of
 * the easyconfig. A path that is not on the host is left to be one of the image, unless it is relative.
 * @throws CtinstallError `easyconfig-invalid` for a file that is missing or that pip must not be given
 */
export async function readRequirements(
  { requirements, pipOptions }: Pick<VirtualEnvironment, 'requirements' | 'pipOptions'>,
  base: HostPath,
): Promise<Requirements> {
  const paths = new Set<HostPath>();
  const lines =
    requirements?.kind === 'file'
      ? await readLines(hostPath(requirements.path, base), { paths, files: [] })
      : await placeLines(requirements?.lines ?? [], { base, paths, by: '`requirements`' });
  const options: string[] = [];
  for (const word of readPipWords(pipOptions))
    options.push(await placePath(word, { base, paths, by: '`pip_options`' }));
  return { text: lines.map((line) => `${line}\n`).join(''), options, paths: [...paths] };
}

/** Those of a list: each is one requirement, which may be a path. */
async function placeLines(lines: readonly string[], places: Places): Promise<string[]> {
  const placed: string[] = [];
  for (const line of lines) {
    const { before, path, after } = readRequirementsLine(line);
    placed.push(`${await placePath({ before, path }, places)}${after}`);
  }
  return placed;
}

interface Reading {
  readonly paths: Set<HostPath>;
  /** Those that led here: one cannot include itself. */
  readonly files: readonly HostPath[];
}

async function readLines(file: HostPath, { paths, files }: Reading): Promise<string[]> {
  const by = `\`${file}\``;
  const stats = await statIfThere(file);
  if (stats?.isFile() !== true)
    throw refuse(
      `there is no requirements file \`${file}\``,
      'requirements that are not in a file are a list: `[torchmetrics==1.0]`',
    );
  if (stats.size > mostBytes || files.length >= mostFiles) throw refuse(`${by} is too large for a requirements file`);
  if (files.includes(file)) throw refuse(`${by} includes itself`);
  const lines: string[] = [];
  for (const line of (await readText(file)).split(/\r?\n/)) {
    if (line.includes('\0')) throw refuse(`${by} is no text`);
    const { kind, before, path, after } = readRequirementsLine(line);
    const base = hostPath('..', file);
    if (kind === 'editable')
      throw refuse(`${by} holds \`${formatValue(line)}\`: an editable install is of no use to others`);
    if (kind === 'include')
      lines.push(...(await readLines(hostPath(path ?? '', base), { paths, files: [...files, file] })));
    else lines.push(`${await placePath({ before, path }, { base, paths, by })}${after}`);
  }
  while (lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

/** Where relative paths begin, what gathers those that are there, and who names them. */
interface Places {
  readonly base: HostPath;
  readonly paths: Set<HostPath>;
  readonly by: string;
}

/** The word with its path made absolute. */
async function placePath({ before, path }: PipWord, { base, paths, by }: Places): Promise<string> {
  if (path === undefined) return before;
  const whole = hostPath(path, base);
  if ((await statIfThere(whole)) === undefined) {
    if (path.startsWith('/')) return before + path;
    throw refuse(`${by} names \`${formatValue(path)}\`, but there is no \`${whole}\``);
  }
  const bad = describeBadPipPath(whole);
  if (bad !== undefined) throw refuse(`${by} names \`${formatValue(whole)}\`, which ${bad}`);
  paths.add(whole);
  return before + whole;
}

function refuse(message: string, hint?: string): CtinstallError {
  return new CtinstallError('easyconfig-invalid', `python.venv: ${message}`, { hint });
}
