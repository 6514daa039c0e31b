import type { Variable } from '../../formats/fuzzfile/types.ts';
import { quoteBash } from '../../scripts/quote-bash.ts';

/** A list of bash: one word a line, where there are several. */
export function bashList(name: string, words: readonly string[]): string[] {
  if (words.length <= 1) return [`${name}=(${words.join('')})`];
  return [`${name}=(`, ...words.map((word) => `  ${word}`), ')'];
}

/** Variables that the script of a job knows when it runs. */
const atRunTime = ['FB_TASK_ID'];

/**
 * A word of a command as bash has it, with `$NAME` and `${NAME}` replaced as Fuzzball does: variables of the job's environment
 * and those that a workflow sets, no others, and with no shell in between.
 */
export function commandWord(word: string, env: readonly Variable[], known: Readonly<Record<string, string>>): string {
  const pattern = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;
  const parts: string[] = [];
  let literal = '';
  let from = 0;
  const flush = (): void => {
    if (literal !== '') parts.push(quoteBash(literal));
    literal = '';
  };
  for (const match of word.matchAll(pattern)) {
    const name = match[1] ?? match[2] ?? '';
    const value = env.find((variable) => variable.name === name)?.value;
    literal += word.slice(from, match.index);
    from = match.index + match[0].length;
    if (value !== undefined && 'text' in value) literal += value.text;
    else if (value === undefined && known[name] !== undefined) literal += known[name];
    else if (value !== undefined || atRunTime.includes(name)) {
      flush();
      parts.push(value === undefined ? `"$${name}"` : `"$APPTAINERENV_${name}"`);
    } else literal += match[0];
  }
  literal += word.slice(from);
  flush();
  return parts.length === 0 ? "''" : parts.join('');
}
