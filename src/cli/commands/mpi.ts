import { CtinstallError } from '../../lib/errors.ts';
import { findMpi, type MpiOfInstall } from '../../operations/mpi/find-mpi.ts';
import { keepSavedMpi } from '../../operations/mpi/saved-mpi.ts';
import { describeFindings } from '../../report/describe-findings.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';
import type { SettingsFileFlags } from './settings-file.ts';
import { setSetting } from './settings-set.ts';

/** `ctinstall mpi [module]…`: what this machine has, and what fits. */
export async function mpi(
  modules: readonly string[],
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { findings, installs } = await findMpi({ modules, settings }, context);
  if (context.isJson) {
    const document = {
      findings: findings.map(({ value, hint, ...rest }) => ({ ...rest, value: value ?? null, hint: hint ?? null })),
      installs: installs.map(({ module, way, fits }) => ({ module, way, fits: fits ?? null })),
    };
    return printDocument('mpi', document, context);
  }
  const isColoured = process.stdout.isTTY && !context.environment.NO_COLOR;
  for (const line of describeFindings(findings, { isColoured })) context.print(line);
  for (const line of installs.flatMap(describe)) context.print(line);
}

function describe({ module, way, fits }: MpiOfInstall): string[] {
  const given = way === undefined ? 'as the image has it' : `\`${way}\``;
  return [
    `${module}: MPI ${given}`,
    ...(fits ?? []).map((fit) => `  ${fit.way} ${fit.isFit ? 'fits' : 'does not fit'}: ${fit.why}`),
  ];
}

/** `ctinstall mpi save`. @throws CtinstallError `mpi-unfit` where none, or several, were found */
export async function saveMpi(flags: SettingsFileFlags, context: CommandContext): Promise<void> {
  const { facts, findings } = await findMpi({ modules: [], settings: {} }, context);
  const { mpi } = facts;
  if (mpi.state !== 'found') {
    const [finding] = findings;
    throw new CtinstallError('mpi-unfit', `the host's MPI is ${mpi.state}: ${finding?.value ?? mpi.tried.join(', ')}`, {
      hint: finding?.hint,
    });
  }
  const { product, how, main } = mpi.mpi;
  await setSetting('mpi_library', main.path, flags, context);
  const found = { path: main.path, product, how, tried: [...mpi.tried] };
  const file = await keepSavedMpi({ found }, { isSite: flags.site === true }, context);
  context.reporter.report({ event: 'note', message: `${product}, and what was tried: ${file}` });
}
