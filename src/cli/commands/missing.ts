import { type Found, findMissing, type MissingOptions, type State } from '../../operations/missing/find-missing.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

const words: Readonly<Record<State, string>> = {
  installed: 'installed',
  missing: 'not installed',
  differs: 'differs',
  faulty: 'cannot be looked for',
};

/** `ctinstall missing <easyconfig or stack>…`: nothing is said of those that are installed. Exit status 1 if any is not. */
export async function missing(
  names: readonly string[],
  flags: Pick<MissingOptions, 'set' | 'tryVersion'>,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  let wanting: readonly Found[] = [];
  const tell = (found: readonly Found[]): void => {
    wanting = found.filter(({ state }) => state !== 'installed');
    if (context.isJson) printDocument('missing', found, context);
    else
      for (const { module, easyconfig, state, why } of wanting)
        context.print(`${module ?? easyconfig}: ${words[state]}${why === undefined ? '' : `: ${why}`}`);
  };
  await findMissing({ ...flags, names, settings, tell }, context);
  if (wanting.length > 0) process.exitCode = 1;
  else context.reporter.report({ event: 'note', message: 'nothing is missing' });
}
