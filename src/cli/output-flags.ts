export const colourChoices = ['auto', 'always', 'never'] as const;

/** How a command prints. The flags are read before the command line is understood: a fault in it is to be told rightly too. */
export interface OutputFlags {
  readonly isJson: boolean;
  readonly isTrace: boolean;
  readonly isQuiet: boolean;
  readonly isDryRun: boolean;
  readonly colour: (typeof colourChoices)[number];
}

/** What is before `--` counts; short flags may stand together (`-nv`). */
export function readOutputFlags(argv: readonly string[]): OutputFlags {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const has = (long: readonly string[], short?: string): boolean =>
    words.some(
      (word) => long.includes(word) || (short !== undefined && /^-[a-z]+$/.test(word) && word.includes(short, 1)),
    );
  const given = words.flatMap((word, index) =>
    word === '--color' ? [words[index + 1]] : word.startsWith('--color=') ? [word.slice('--color='.length)] : [],
  );
  return {
    isJson: has(['--json']),
    isTrace: has(['--trace', '--verbose'], 'v'),
    isQuiet: has(['--quiet'], 'q'),
    isDryRun: has(['--dry-run'], 'n'),
    colour: colourChoices.find((choice) => choice === given.at(-1)) ?? 'auto',
  };
}
