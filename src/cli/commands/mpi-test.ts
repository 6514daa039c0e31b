import { isDirectory, writeFileWhole } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath } from '../../lib/paths.ts';
import { describeRun, faultOf, renderTable } from '../../mpi/comparison.ts';
import { type MpiComparison, testMpi } from '../../operations/mpi/test-mpi.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

export interface MpiTestFlags {
  readonly nodes: string;
  readonly ntasks: string;
  readonly timeout: string;
  readonly html?: string;
}

/** `ctinstall mpi test <module>`. @throws CtinstallError `check-failed` where a run was not what it should be */
export async function mpiTest(module: string, flags: MpiTestFlags, context: CommandContext): Promise<void> {
  const number = (name: 'nodes' | 'ntasks' | 'timeout', least: number): number => {
    const value = Number(flags[name]);
    if (Number.isSafeInteger(value) && value >= least && value <= 1_000_000) return value;
    throw new CtinstallError('usage', `\`--${name}\` must be a whole number from ${least} on`);
  };
  const [nodes, seconds] = [number('nodes', 1), number('timeout', 1)];
  const page = flags.html === undefined ? undefined : hostPath(flags.html, context.cwd);
  if (page !== undefined && !(await isDirectory(hostPath('..', page))))
    throw new CtinstallError('filesystem', `cannot write \`${page}\`: there is no such directory`);
  const ranks = Math.max(number('ntasks', 2), nodes);
  const comparison = await testMpi({ module, nodes, ranks, seconds, settings: {} }, context);
  const lines = describe(comparison);
  if (context.isJson) printDocument('mpi test', comparison, context);
  else context.print(lines.join('\n'));
  if (page !== undefined) {
    const { renderComparisonPage } = await import('../../mpi/comparison-page.ts');
    await writeFileWhole(page, renderComparisonPage(module, comparison, lines), 0o644);
  }
  const faults = [comparison.container, comparison.host].flatMap((run) => faultOf(run) ?? []);
  if (faults.length > 0) throw new CtinstallError('check-failed', faults.join('; '));
}

function describe({ container, host, way }: MpiComparison): string[] {
  return [
    ...describeRun("container's MPI", container),
    ...describeRun(`host's MPI (${way})`, host),
    ...renderTable('latency', container, host),
    ...renderTable('bandwidth', container, host),
  ];
}
