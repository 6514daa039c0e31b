/** The closed list of ways in which `ctinstall` fails, and the exit status of each: 1 the work failed, 2 wrong usage. */
export const exitStatusOf = {
  usage: 2,
  'easyconfig-not-found': 2,
  'easyconfig-invalid': 2,
  'stack-invalid': 2,
  'fuzzfile-invalid': 2,
  'definition-invalid': 2,
  'conda-invalid': 2,
  'workflow-not-found': 2,
  'settings-invalid': 2,
  'module-not-named': 2,
  'not-installed': 1,
  'image-not-found': 1,
  'image-unreadable': 1,
  'image-invalid': 1,
  'image-truncated': 1,
  'image-architecture': 1,
  'image-changed': 1,
  'fetch-failed': 1,
  'build-impossible': 1,
  'conda-unsolvable': 1,
  'package-invalid': 1,
  'signature-invalid': 1,
  'checksum-mismatch': 1,
  'checksum-missing': 1,
  'prefix-not-writable': 1,
  'no-space': 1,
  'host-commands': 1,
  'refused-by-site': 1,
  'runtime-missing': 1,
  'squashfs-tools-missing': 1,
  'slurm-missing': 1,
  'mpi-unfit': 1,
  'nothing-to-pack': 1,
  locked: 1,
  'command-failed': 1,
  'sanity-check-failed': 1,
  'verification-failed': 1,
  'check-failed': 1,
  'workflow-failed': 1,
  filesystem: 1,
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof exitStatusOf;

/** The error of a user's or a machine's mistake: what happened, the causes below it, and what to do. */
export class CtinstallError extends Error {
  readonly code: ErrorCode;
  /** What to do about it: one line, imperative. */
  readonly hint: string | undefined;
  /** Lines that go under the message as they are (a place in a file, a failed command's stderr). */
  readonly details: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string | undefined; details?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'CtinstallError';
    this.code = code;
    this.hint = more.hint;
    this.details = more.details ?? [];
  }
}
