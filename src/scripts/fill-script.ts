import { quoteBash } from './quote-bash.ts';

/** The line of a script that ctinstall writes the value of: `key=…  # filled in by ctinstall`. */
const filledLine = /^([a-z_][a-z0-9_]*)=.* {2}# filled in by ctinstall$/gm;

/** What the lines of a script get, by their key: a text, or a list for an array. */
export type ScriptValues = Readonly<Record<string, string | readonly string[]>>;

/**
 * Writes values into the lines of a script that are there for them, quoted.
 * @throws Error when lines and values do not match one to one, which is a bug
 */
export function fillScript(text: string, values: ScriptValues): string {
  const missing = new Set(Object.keys(values));
  const filled = text.replace(filledLine, (_line, key: string) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) throw new Error(`the script has a line for \`${key}\`, which has no value`);
    if (!missing.delete(key)) throw new Error(`the script has more than one line for \`${key}\``);
    const quoted = typeof value === 'string' ? quoteBash(value) : `(${value.map(quoteBash).join(' ')})`;
    return `${key}=${quoted}  # filled in by ctinstall`;
  });
  if (missing.size > 0)
    throw new Error(`the script has no line for ${[...missing].map((key) => `\`${key}\``).join(', ')}`);
  return filled;
}
