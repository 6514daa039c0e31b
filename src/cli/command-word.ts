/** Options that may stand before the command and have their value behind them. Those that are not here are no matter: see below. */
export const optionsWithValue = ['--prefix', '--easyconfigs', '--image-dir'];

/**
 * The command that a command line is for, where that can be told without knowing all options: its first word, but for a few
 * options before it. Undefined where it cannot.
 */
export function commandWordOf(argv: readonly string[]): string | undefined {
  let at = 0;
  while (optionsWithValue.includes(argv[at] ?? '')) at += 2;
  const word = argv[at];
  return word?.startsWith('-') === true ? undefined : word;
}
