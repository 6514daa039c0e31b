import type { BuildFacts } from '../../../discover/build-facts.ts';
import { statIfThere } from '../../../host/files.ts';
import { commandError, run } from '../../../host/run.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatLine } from '../../../lib/format.ts';
import { type HostPath, joinHost } from '../../../lib/paths.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import {
  bothNames,
  runtimeEnvironment,
  runtimeVariable,
  sourceVariables,
} from '../../../runtime/runtime-environment.ts';
import type { Context } from '../../context.ts';

export interface RuntimeBuild {
  /** A definition file, or an address such as `docker://debian:12`. */
  readonly from: string;
  readonly part: HostPath;
  readonly work: HostPath;
  readonly flags: readonly string[];
  readonly runtime: Runtime;
  readonly facts: Pick<BuildFacts, 'takesMksquashfsArgs'>;
  /** Keeps what it said where it failed; gives back where. */
  readonly keepLog: (text: string) => Promise<string>;
}

/** Has the runtime build a SIF. */
export async function runBuild(build: RuntimeBuild, context: Context): Promise<void> {
  const { from, part, work, flags, runtime, facts, keepLog } = build;
  const { environment, cwd, signal, reporter } = context;
  const temporary = runtimeVariable(environment, 'TMPDIR') ?? joinHost(work, 'tmp');
  const packing = facts.takesMksquashfsArgs ? ['--mksquashfs-args', '-comp zstd -Xcompression-level 3'] : [];
  const argv = [runtime.path, 'build', ...flags, ...packing, part, from] as const;
  const result = await run(argv, {
    cwd,
    signal,
    env: {
      ...runtimeEnvironment(environment, sourceVariables),
      ...bothNames('CACHEDIR', runtimeVariable(environment, 'CACHEDIR') ?? joinHost(work, 'cache')),
      ...bothNames('TMPDIR', temporary),
      TMPDIR: temporary,
      // On some kernels proot, where a runtime uses it, else runs commands on the host.
      PROOT_NO_SECCOMP: '1',
    },
    onErrorLine: (line) => reporter.report({ event: 'working', what: formatLine(line) }),
  });
  if (result.exitCode === 0 && (await statIfThere(part)) !== undefined) return;
  const kept = await keepLog(`${result.stdout}${result.stderr}`);
  const failed = commandError(argv, result, `building with \`${runtime.name}\``, cwd);
  throw new CtinstallError('command-failed', failed.message, {
    details: failed.details,
    hint: `all that it said is in \`${kept}\``,
  });
}
