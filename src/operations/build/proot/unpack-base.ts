import { checkImage, discoverImageContents } from '../../../discover/image.ts';
import type { Stage } from '../../../formats/definition/types.ts';
import { isFull } from '../../../host/copy-by-system.ts';
import { isDirectory, makeDirectory } from '../../../host/files.ts';
import { commandError, run, runOrFail } from '../../../host/run.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../../lib/paths.ts';
import type { Context } from '../../context.ts';
import { withUmask } from './guest.ts';

export interface UnpackOptions {
  readonly root: HostPath;
  /** A directory of its own. */
  readonly work: HostPath;
  /** Has the runtime make a SIF of what a stage begins with, where that is no file here. */
  readonly fetch: (from: string, sif: HostPath) => Promise<void>;
}

/** Agents whose names go before `//` in the runtimes' addresses. */
const remoteAgents = ['docker', 'oras', 'library', 'shub'];
const archiveAgents = ['docker-archive', 'docker-daemon', 'oci', 'oci-archive'];

/** The address of what a stage begins with, as the runtimes take it; undefined where it is a file, or nothing. */
export function addressOf({ bootstrap, from }: Stage['base']): string | undefined {
  if (remoteAgents.includes(bootstrap)) return `${bootstrap}://${from}`;
  return archiveAgents.includes(bootstrap) ? `${bootstrap}:${from}` : undefined;
}

/** Lays what a stage begins with into a directory that is not there yet; all in it is the user's. */
export async function unpackBase({ base }: Stage, options: UnpackOptions, context: Context): Promise<void> {
  const { root, work, fetch } = options;
  const { environment, cwd, signal } = context;
  const address = addressOf(base);
  const from = address === undefined ? hostPath(base.from, cwd) : joinHost(work, 'base.sif');
  if (address !== undefined) await fetch(address, from);
  if (await isDirectory(from)) {
    await makeDirectory(root);
    await runOrFail(['cp', '-a', '--', `${from}/.`, root], { env: environment, signal }, 'copying the sandbox');
  } else await unpackSif(from, root, context);
  await makeOwn(root, context);
}

/** Root may read and write all; whoever unpacks as a user has to be allowed to. */
export async function makeOwn(root: HostPath, { environment, signal }: Context): Promise<void> {
  await runOrFail(['chmod', '-R', 'u+rwX', '--', root], { env: environment, signal }, 'making files readable');
}

async function unpackSif(path: HostPath, root: HostPath, { environment, signal }: Context): Promise<void> {
  await checkImage(path);
  const { image } = await discoverImageContents(path);
  const partition = image.kind === 'sif' && 'rootFileSystem' in image ? image.rootFileSystem : undefined;
  if (partition?.squashfs === undefined)
    throw new CtinstallError('image-invalid', `\`${path}\` cannot be unpacked: it is no SIF with a plain squashfs`, {
      hint: 'take a SIF as `singularity build` makes it, not encrypted',
    });
  const flags = ['-no-progress', '-no-xattrs', '-d', root, '-o', String(partition.offset)];
  const argv = ['unsquashfs', ...flags, path] as const;
  const result = await run(withUmask(argv, '000'), { env: { ...environment, LC_ALL: 'C' }, signal });
  const faults = result.stderr.split('\n').filter((line) => line.trim() !== '' && !isHarmless(line));
  if (result.exitCode === 0 || (result.exitCode === 2 && faults.length === 0)) return;
  if (isFull(result.stderr))
    throw new CtinstallError('no-space', `there is no room to unpack \`${path}\`, or no quota`, {
      hint: 'make room beside the image, or set `SINGULARITY_TMPDIR` to a directory with more',
    });
  throw commandError(argv, { ...result, stderr: faults.join('\n') }, `unpacking \`${path}\``);
}

/**
 * Device nodes can only be made by root, and not by that of a user namespace, who cannot give files to owners either whom it
 * does not know. A container has the devices of the machine, and in the new image all is root's.
 */
export function isHarmless(line: string): boolean {
  return /device .*(?:superuser|Operation not permitted)|change uid and gids .*Invalid argument/.test(line);
}
