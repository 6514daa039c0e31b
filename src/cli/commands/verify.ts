import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import type { Prefix } from '../../lib/paths.ts';
import { type VerifyResult, verify as verifyAll } from '../../operations/verify/verify.ts';
import { paint } from '../../report/colours.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** `ctinstall verify [module]…`. @throws CtinstallError `verification-failed` where an install is not as recorded */
export async function verify(
  modules: readonly string[],
  flags: { quick?: boolean },
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const tell = (result: VerifyResult, prefix: Prefix): void => {
    if (!context.isJson) for (const line of describe(result, prefix, context.isColoured.stdout)) context.print(line);
  };
  const results = await verifyAll({ ...flags, modules, settings, tell }, context);
  if (context.isJson) printDocument('verify', results, context);
  const different = results.filter(({ differences }) => differences.length > 0).length;
  if (different > 0)
    throw new CtinstallError(
      'verification-failed',
      `${different} of ${results.length} ${results.length === 1 ? 'install is' : 'installs are'} not as installed`,
      {
        hint: 'where no other remedy is named, install again with `--rebuild`; user software stays',
      },
    );
}

/** Names the place of what is not under the first prefix: another install there may have the same name. */
function describe({ module, installDir, differences }: VerifyResult, prefix: Prefix, isColoured: boolean): string[] {
  const { length } = differences;
  const where = installDir.startsWith(`${prefix}/`) ? '' : ` in ${installDir}`;
  return [
    `${module}${where}: ${length === 0 ? paint('as installed', 'good', isColoured) : paint(`${length} difference${length === 1 ? '' : 's'}`, 'bad', isColoured)}`,
    ...differences.map(({ path, what }) => `  ${formatLine(`${path} ${what}`)}`),
  ];
}
