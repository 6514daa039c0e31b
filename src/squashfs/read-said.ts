import { CtinstallError } from '../lib/errors.ts';
import { saidLines } from '../lib/said-lines.ts';

/** What a squashfs script wrote on stderr. */
export interface Said {
  readonly error: string | undefined;
  readonly hints: readonly string[];
  readonly warnings: readonly { readonly message: string; readonly hint: string | undefined }[];
  /** What else is there, of the squashfs tools or of Slurm. */
  readonly rest: readonly string[];
}

/** Reads `error: …`, `warning: …` and the lines `hint: …` that follow each. */
export function readSaid(stderr: string): Said {
  let error: string | undefined;
  const hints: string[] = [];
  const warnings: { message: string; hint: string | undefined }[] = [];
  const rest: string[] = [];
  for (const line of stderr.split('\n')) {
    const [, kind, text = ''] = /^(error|warning|hint): (.*)$/.exec(line) ?? [];
    const last = warnings.at(-1);
    if (kind === 'error') error ??= text;
    else if (kind === 'warning') warnings.push({ message: text, hint: undefined });
    else if (kind === 'hint' && error !== undefined) hints.push(text);
    else if (kind === 'hint' && last !== undefined) last.hint = text;
    else if (line.trim() !== '' && !isOfCourse(line)) rest.push(line);
  }
  return { error, hints, warnings, rest };
}

/** Lines that were told as they came, or that say once more how the script ended. */
function isOfCourse(line: string): boolean {
  return /^(waiting for |ctinstall-job |srun: job \d+ |srun: error: \S+: task 0: Exited with exit code )/.test(line);
}

/** The script's error as ours. */
export function scriptError(
  exitCode: number | undefined,
  { error, hints, rest }: Said,
  { title, slurmJob }: { title: string; slurmJob: string | undefined },
): CtinstallError {
  const code =
    exitCode === 2
      ? /^nothing to /.test(error ?? '')
        ? 'nothing-to-pack'
        : 'usage'
      : /squashfs-tools/.test(hints.join())
        ? 'squashfs-tools-missing'
        : 'command-failed';
  const job = slurmJob === undefined ? '' : `, Slurm job ${slurmJob.split('.')[0]}`;
  const isTimedOut = rest.some((line) => line.includes('DUE TO TIME LIMIT'));
  return new CtinstallError(code, error ?? `could not ${title} (exit status ${exitCode ?? 'none'}${job})`, {
    details: saidLines(rest.join('\n')),
    hint: isTimedOut ? 'give it more time: `--time`' : hints.length === 0 ? undefined : hints.join('\nhint: '),
  });
}
