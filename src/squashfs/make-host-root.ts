import { basename } from 'node:path';
import { describeBadContainerPath } from '../easyconfig/rules.ts';
import { listDirectory, removeFile, rename } from '../host/files.ts';
import { makeSymbolicLink, readLink } from '../host/links.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { commandError, run } from '../host/run.ts';
import { withTemporaryDirectory, writeTree } from '../host/temporary.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';

interface HostRootContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** What the runtime brings itself, and what nobody runs programs from. */
const notBound = ['proc', 'sys', 'dev', 'tmp', 'home', 'root', 'boot', 'lost+found'];

/** By this directory scripts know that they are in a container: images that the runtimes build have it. */
const proof = '.singularity.d';

/** Files that the runtime writes to, or warns where they are missing. */
const ofRuntime = ['etc/passwd', 'etc/group', 'etc/resolv.conf', 'etc/hosts', 'etc/localtime'];

/**
 * Makes an image of a few KiB that stands for the host's own root: empty directories for those of the host to be bound to,
 * and its links, such as `/bin`. A squashfs file, as every runtime takes it. Gives back the directories to bind.
 * @throws CtinstallError `squashfs-tools-missing`
 */
export async function makeHostRoot(to: HostPath, { environment, signal }: HostRootContext): Promise<HostPath[]> {
  if ((await lookUpProgram('mksquashfs', environment.PATH)) === undefined)
    throw new CtinstallError('squashfs-tools-missing', 'there is no `mksquashfs` on PATH', {
      hint: 'load a module with squashfs-tools, or ask your support team; `--base <image>` does without the host',
    });
  const entries = await listDirectory('/');
  const directories = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const links = entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
  await withTemporaryDirectory(environment.TMPDIR || '/tmp', async (temporary) => {
    const root = hostPath('root', temporary);
    await writeTree(root, { directories: [...directories, 'var/tmp', proof], empty: ofRuntime, copies: [] });
    for (const link of links) await makeSymbolicLink(await readLink(hostPath(link)), joinHost(root, link));
    await pack(root, to, { environment, signal });
  });
  return directories
    .filter((name) => !notBound.includes(name) && describeBadContainerPath(`/${name}`) === undefined)
    .map((name) => hostPath(name));
}

async function pack(root: HostPath, to: HostPath, { environment, signal }: HostRootContext): Promise<void> {
  const part = joinHost(hostPath('..', to), `.${basename(to)}.${process.pid}.part`);
  const options = ['-noappend', '-no-progress', '-no-xattrs', '-all-root', '-comp', 'gzip'];
  const argv = ['mksquashfs', root, part, ...options] as const;
  try {
    // With an epoch of the session some versions refuse other options.
    const result = await run(argv, { env: { ...environment, SOURCE_DATE_EPOCH: undefined }, signal });
    if (result.exitCode !== 0) throw commandError(argv, result, 'making an image of the host’s root');
    await rename(part, to);
  } finally {
    await removeFile(part);
  }
}
