import picocolors from 'picocolors';

export interface ColourOptions {
  readonly colour: 'auto' | 'always' | 'never';
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether what is written there is coloured: `--color`, else `NO_COLOR` (https://no-color.org), else whether it is a terminal. */
export function isColoured(
  stream: { readonly isTTY?: boolean | undefined },
  { colour, environment }: ColourOptions,
): boolean {
  if (colour !== 'auto') return colour === 'always';
  return stream.isTTY === true && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb';
}

export type State = 'good' | 'warning' | 'bad' | 'hint';

/** A word in the colour of what it says. */
export function paint(word: string, state: State, isOn: boolean): string {
  if (!isOn) return word;
  const { green, yellow, red, cyan } = picocolors.createColors(true);
  return { good: green, warning: yellow, bad: red, hint: cyan }[state](word);
}

const states = { error: 'bad', warning: 'warning', hint: 'hint' } as const;

/** Colours `error:`, `warning:` and `hint:` where a line begins with them. */
export function paintLabels(text: string, isOn: boolean): string {
  if (!isOn) return text;
  return text.replace(
    /^( *)(error|warning|hint):/gm,
    (_, blanks: string, label: keyof typeof states) => `${blanks}${paint(`${label}:`, states[label], isOn)}`,
  );
}
