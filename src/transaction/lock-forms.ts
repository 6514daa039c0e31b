import { createHash } from 'node:crypto';
import { createFileOnce, createLinkOnce, readLinkIfThere } from '../host/create-once.ts';
import { codeOf } from '../host/error-code.ts';
import { readTextIfThere } from '../host/files.ts';
import { whyUnfit } from '../host/open-file.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import { holderSchema } from './holder-schema.ts';

/** How a lock is written down. What it says is text, which differs from holder to holder. */
export interface LockForm {
  /** What a holder is told to be at. */
  readonly message: string;
  readonly render: (holder: ProcessIdentity) => string;
  /** Undefined where the text tells nothing of the holder. */
  readonly parse: (text: string) => ProcessIdentity | undefined;
  /** What the lock says now that it was made; undefined where there is one already. */
  readonly create: (path: HostPath, text: string) => Promise<string | undefined>;
  readonly read: (path: HostPath) => Promise<string | undefined>;
  /** The lock that allows to remove this one, for as long as it is the dead holder's. */
  readonly claimOf: (path: HostPath, text: string) => HostPath;
}

/** A file that says in JSON who holds it: the lock of an install. */
export const fileLock: LockForm = {
  message: 'another ctinstall is at work on the same install',
  render: (holder) => `${JSON.stringify(holder)}\n`,
  parse: (text) => {
    try {
      const { data } = holderSchema.safeParse(JSON.parse(text));
      return data && { ...data, pidNamespace: data.pidNamespace, slurmJob: data.slurmJob };
    } catch {
      return undefined;
    }
  },
  create: createFileOnce,
  read: async (path) => {
    // What a link leads to is no lock, and that it leads nowhere does not mean that there is none.
    const link = await readLinkIfThere(path);
    return link === '' ? readTextIfThere(path).catch(describeNoLock) : link;
  },
  claimOf: (path, text) => hostPath(`${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}~`),
};

/** What stands in the place of a lock and cannot be one is a damaged lock: nobody knows whose. */
function describeNoLock(error: unknown): string {
  const unfit = whyUnfit(error);
  if (unfit !== undefined) return unfit.kind === 'irregular' ? unfit.what : 'a file that is too large';
  const code = error instanceof CtinstallError ? codeOf(error.cause) : undefined;
  if (code === 'EISDIR') return 'a directory';
  if (code === 'EACCES' || code === 'EPERM') return 'a file that you may not read';
  throw error;
}

/**
 * A symbolic link whose target says who holds it: the lock of the user software of an install, which `make-squashfs` and
 * `unmake-squashfs` take with no ctinstall at hand. What is said here must be kept alike in `squashfs-lock.bash`.
 */
export const linkLock: LockForm = {
  message: 'another run is at work on the user software of this install',
  render: ({ host, pid, started, boot, user, slurmJob, pidNamespace }) =>
    [host, pid, started, boot, user.replaceAll(':', '_'), slurmJob ?? '', pidNamespace ?? ''].join(':'),
  parse: (text) => {
    const [host, pid, started, boot, user, slurmJob, pidNamespace] = text.split(':');
    if (!host || !/^[1-9]\d{0,6}$/.test(pid ?? '') || started === undefined || boot === undefined) return undefined;
    return {
      host,
      pid: Number(pid),
      started,
      boot,
      user: user ?? '',
      slurmJob: slurmJob || undefined,
      pidNamespace: pidNamespace || undefined,
    };
  },
  create: async (path, text) => ((await createLinkOnce(path, text)) ? text : undefined),
  read: readLinkIfThere,
  claimOf: (path, text) => {
    const [host, pid, started] = text.split(':');
    // What is written there must not lead elsewhere.
    return hostPath(`${path}.after-${`${host}-${pid}-${started}`.replaceAll('/', '_')}`);
  },
};
