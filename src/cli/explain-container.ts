import { isDirectory } from '../host/files.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { CtinstallError, type ErrorCode } from '../lib/errors.ts';
import { formatLine } from '../lib/format.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';

/** What fails in a container because it is one. */
const codes: readonly ErrorCode[] = [
  ...(['runtime-missing', 'squashfs-tools-missing', 'slurm-missing', 'check-failed', 'command-failed'] as const),
  ...(['sanity-check-failed', 'fetch-failed', 'prefix-not-writable', 'filesystem'] as const),
];

export interface ContainerQuestion {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly root: HostPath;
}

/** The error, with a word on it where ctinstall runs inside a container: what it looks for is outside. */
export async function explainContainer(error: unknown, question: ContainerQuestion): Promise<unknown> {
  if (!(error instanceof CtinstallError) || !codes.includes(error.code)) return error;
  const container = await findContainer(question);
  if (container === undefined) return error;
  const { code, message, details } = error;
  const inside = `this is inside a container${container === '' ? '' : `, \`${formatLine(container)}\``}, and ctinstall works on the host`;
  return new CtinstallError(code, message, {
    details: [...details, inside],
    hint: 'leave the container, and run it again',
    cause: error,
  });
}

/**
 * The image of the container that this runs in, '' where its name is not known, undefined on a host. The variables alone prove
 * nothing: modules of other tools set them on the host.
 */
async function findContainer({ environment, root }: ContainerQuestion): Promise<string | undefined> {
  const named = environment.APPTAINER_CONTAINER || environment.SINGULARITY_CONTAINER || '';
  if (await isDirectory(joinHost(root, '.singularity.d'))) return named;
  const runtimes = ['singularity', 'apptainer'].map((name) => lookUpProgram(name, environment.PATH));
  const hasRuntime = (await Promise.all(runtimes)).some((path) => path !== undefined);
  return named === '' || hasRuntime ? undefined : named;
}
