import { CtinstallError } from '../../lib/errors.ts';
import type { Finding } from '../../lib/finding.ts';
import { checkMachine as findAll } from '../../operations/check/check-machine.ts';
import { describeFindings } from '../../report/describe-findings.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** Prints what this machine has and what is wrong with it. @throws CtinstallError `check-failed` where no install can work */
export async function checkMachine(settings: SettingsValues, context: CommandContext): Promise<void> {
  const findings = await findAll(settings, context);
  const stopping = findings.filter(({ stopsInstalls }) => stopsInstalls).map(({ what }) => what);
  if (context.isJson) printDocument('check', findings.map(describeForPrograms), context);
  else {
    // Without a terminal a line each: it is searched then.
    const style = { isColoured: context.isColoured.stdout, width: process.stdout.columns || undefined };
    context.print(describeFindings(findings, style).join('\n'));
  }
  if (stopping.length > 0)
    throw new CtinstallError('check-failed', `no install can work here: ${stopping.join(', ')}`, {
      hint: 'fix what the lines above say of it, and check again',
    });
}

/** Each field is there, so that programs need not ask. */
function describeForPrograms({ what, state, value, tried, hint, stopsInstalls }: Finding) {
  return { what, state, value: value ?? null, tried, hint: hint ?? null, stopsInstalls };
}
