import { CtinstallError } from '../../lib/errors.ts';
import { type TraceOfMpi, traceMpi } from '../../operations/mpi/trace-mpi.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

export interface MpiTraceFlags {
  readonly save?: boolean;
  readonly site?: boolean;
}

/** `ctinstall mpi trace -- <command>`. @throws CtinstallError `command-failed` where the run did not end well */
export async function mpiTrace(
  command: readonly string[],
  flags: MpiTraceFlags,
  context: CommandContext,
): Promise<void> {
  const keepFor = flags.site === true ? 'site' : flags.save === true ? 'user' : undefined;
  // What is printed of the trace is the output here.
  const onOutput = (text: string): boolean => process.stderr.write(text);
  const trace = await traceMpi({ command, keepFor, onOutput }, context);
  if (context.isJson) {
    const { traced: libraries, files, leftOut, ranks, main, exitCode, kept } = trace;
    const document = { ranks, main, libraries, files, leftOut, kept, exitCode: exitCode ?? null };
    printDocument('mpi trace', document, context);
  } else for (const line of describe(trace, context.isTrace)) context.print(line);
  if (trace.exitCode !== 0)
    throw new CtinstallError('command-failed', `the traced run ended with exit status ${trace.exitCode}`, {
      hint: 'what it did not come to is missing above',
    });
}

function describe({ ranks, main, traced, files, leftOut, kept }: TraceOfMpi, isTrace: boolean): string[] {
  const list = (paths: readonly string[]): string[] => paths.map((path) => `  ${path}`);
  const named = (isLate: boolean): string[] =>
    traced
      .filter((library) => library.isLate === isLate)
      .map(({ path, version }) => `${path}${version === undefined || path.endsWith(version) ? '' : ` (${version})`}`);
  const some = (head: string, paths: readonly string[]): string[] => (paths.length === 0 ? [] : [head, ...list(paths)]);
  return [
    `${ranks.withMpi} of ${ranks.all} ranks, on ${ranks.nodes.join(', ')}, loaded ${main}`,
    ...some('linked:', named(false)),
    ...some('loaded while it ran:', named(true)),
    ...some('read, and no library:', files),
    ...leftOut.flatMap(({ why, files: out }) => [
      `left out, ${out.length}: ${why}${isTrace || out.length === 0 ? '' : ` (such as ${out[0]})`}`,
      ...(isTrace ? list(out) : []),
    ]),
    kept === undefined ? 'nothing was kept: `--save` has all that is installed from now on use it' : `kept in ${kept}`,
  ];
}
