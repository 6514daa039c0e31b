import { type RunResult, run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';

/** What a check looks at: a test can put another machine in its place. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the system's own files begin: `/`. */
  readonly root: HostPath;
  readonly signal?: AbortSignal | undefined;
}

/** A file of the system: `/proc/driver/nvidia/version`. */
export function systemPath({ root }: Machine, path: string): HostPath {
  return hostPath(path.replace(/^\/+/, ''), root);
}

/** What a program answered; or that it could not be started, or did not end in time and was ended. */
export type Answer =
  | (RunResult & { readonly kind: 'answered' })
  | { readonly kind: 'not-started' }
  /** With the lines that it had printed on stderr. */
  | { readonly kind: 'hung'; readonly stderr: string };

export interface AskOptions {
  readonly cwd?: string;
  /** Beside those of the machine; undefined takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Seconds that the program may take. */
  readonly seconds?: number;
}

/** Longer than a loaded login node needs for anything that is asked here. */
const usualSeconds = 20;

/** Asks a program of the machine something. @throws CtinstallError `interrupted` by the user, never for what it answers */
export async function ask(
  argv: readonly [string, ...string[]],
  { environment, signal }: Machine,
  options: AskOptions = {},
): Promise<Answer> {
  const tooLong = AbortSignal.timeout((options.seconds ?? usualSeconds) * 1000);
  let stderr = '';
  try {
    const result = await run(argv, {
      env: { ...environment, LC_ALL: 'C', ...options.environment },
      onErrorLine: (line) => {
        stderr += `${line}\n`;
      },
      signal: signal === undefined ? tooLong : AbortSignal.any([signal, tooLong]),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    return { kind: 'answered', ...result };
  } catch (error) {
    if (!(error instanceof CtinstallError) || signal?.aborted === true) throw error;
    return tooLong.aborted ? { kind: 'hung', stderr } : { kind: 'not-started' };
  }
}

/** Both streams of an answer: older programs print their version on stderr. Empty where there is none. */
export function textOf(answer: Answer): string {
  return answer.kind === 'answered' ? `${answer.stdout}${answer.stderr}` : '';
}
