import { describeBadArgument, describeBadProgram, scriptPattern } from '../../easyconfig/rules.ts';
import type { WrittenEasyconfig } from '../../easyconfig/schema.ts';
import { formatValue } from '../../lib/format.ts';
import { parseCommands } from '../shell.ts';
import type { ShpcAlias } from './recipe.ts';

type Wrapper = NonNullable<WrittenEasyconfig['wrappers']>[number];

/** The wrapper that an alias asks for, or why there is none; `remark` where it is not quite the same. */
export function wrapperOf({ name, command }: ShpcAlias): { wrapper: Wrapper; remark?: string } | { fault: string } {
  const shown = `\`${formatValue(name)}\``;
  if (!scriptPattern.test(name)) return { fault: `the alias ${shown} is no name of a program` };
  const words = command.trim();
  if (words === '') return { fault: `the alias ${shown} has no command` };
  if (/[\n\r]/.test(words)) return { fault: `the command of ${shown} has several lines` };
  const parsed = parseCommands(words);
  const [only, ...more] = parsed ?? [];
  if (only !== undefined && more.length === 0 && only.output === undefined && only.input === undefined) {
    if (!only.words.some(({ isExpanded }) => isExpanded))
      return plainWrapper(
        name,
        only.words.map(({ text }) => text),
      );
  } else if (parsed !== undefined || /[;|<>]|&&?|^\s*\./.test(words.replace(/'[^']*'|\$\([^()]*\)/g, '')))
    return { fault: `the command of ${shown} is more than one program with its arguments: \`${formatValue(words)}\`` };
  if (/['"]/.test(words.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/g, '')))
    return { fault: `the command of ${shown} has a quote that is not closed: \`${formatValue(words)}\`` };
  return expandedWrapper(name, words);
}

function plainWrapper(
  name: string,
  [command = '', ...args]: readonly string[],
): { wrapper: Wrapper } | { fault: string } {
  const bad = describeBadProgram(command) ?? args.map(describeBadArgument).find((fault) => fault !== undefined);
  if (bad !== undefined) return { fault: `the command of \`${name}\`, \`${formatValue(command)}\`, ${bad}` };
  if (command === name && args.length === 0) return { wrapper: name };
  return {
    wrapper: {
      name,
      ...(command === name ? {} : { command }),
      ...(args.length === 0 ? {} : { args: args.map(exactly) }),
    },
  };
}

/** What a shell would put in the place of `$(…)` it puts there in the container, at each call. */
function expandedWrapper(name: string, words: string): { wrapper: Wrapper; remark: string } | { fault: string } {
  const text = `exec ${words} "$@"`;
  const bad = describeBadArgument(text);
  if (bad !== undefined) return { fault: `the command of \`${name}\` ${bad}` };
  return {
    wrapper: { name, command: 'sh', args: ['-c', exactly(text), 'sh'] },
    remark: `the command of \`${name}\` is expanded in the container, not on the host: \`${formatValue(words)}\``,
  };
}

/** So that a `%` stands for itself. */
export function exactly(text: string): string {
  return text.replace(/%(?=%|\(\w+\)s)/g, '%%');
}
