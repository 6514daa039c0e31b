import { CtinstallError } from '../../lib/errors.ts';
import { foldWords } from '../../lib/fold-words.ts';
import { findMpi, type MpiOfInstall } from '../../operations/mpi/find-mpi.ts';
import { keepSavedMpi } from '../../operations/mpi/saved-mpi.ts';
import { describeFindings } from '../../report/describe-findings.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';
import { orMistypedAction } from '../words/mistyped-action.ts';
import type { SettingsFileFlags } from './settings-file.ts';
import { setSetting } from './settings-set.ts';

/** `ctinstall mpi [module]…`: what this machine has, and what fits. */
export async function mpi(
  modules: readonly string[],
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const named = { command: 'mpi', word: modules[0], actions: ['save', 'test', 'trace'] };
  const { findings, installs } = await orMistypedAction(named, () => findMpi({ modules, settings }, context));
  if (context.isJson) {
    const document = {
      findings: findings.map(({ value, hint, ...rest }) => ({ ...rest, value: value ?? null, hint: hint ?? null })),
      installs: installs.map(({ module, way, fits }) => ({ module, way, fits: fits ?? null })),
    };
    return printDocument('mpi', document, context);
  }
  const width = process.stdout.columns || 80;
  const lines = describeFindings(findings, { isColoured: context.isColoured.stdout, width });
  for (const line of [...lines, ...installs.flatMap((each) => describe(each, width))]) context.print(line);
}

function describe({ module, way, fits }: MpiOfInstall, width: number): string[] {
  const given = way === undefined ? 'as the image has it' : `\`${way}\``;
  const ofWay = (fit: NonNullable<typeof fits>[number]): string[] =>
    foldWords(`${fit.way} ${fit.isFit ? 'fits' : 'does not fit'}: ${fit.why}`, width - 4);
  return [
    `${module}: MPI ${given}`,
    ...(fits ?? []).flatMap((fit) => ofWay(fit).map((line, at) => `${at === 0 ? '  ' : '    '}${line}`)),
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
