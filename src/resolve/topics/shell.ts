import { describeBadAlias, describeBadFunction } from '../../easyconfig/shell-rules.ts';
import { filledIssue } from '../filled-issue.ts';
import type { Resolver } from './resolver.ts';

/** What the module does in the shell that loads it. Checked again once templates are replaced: a prefix may hold a quote. */
export const resolveShell: Resolver<'shell'> = ({ easyconfig, fill }) => {
  const { family, aliases, functions, loadMessage } = easyconfig.shell;
  const filledAliases = Object.entries(aliases).map(([name, text]) => [name, fill(text)] as const);
  const filledFunctions = Object.entries(functions).map(
    ([name, { bash, csh }]) => [name, { bash: fill(bash), csh: csh === undefined ? undefined : fill(csh) }] as const,
  );
  return {
    part: {
      shell: {
        family,
        aliases: Object.fromEntries(filledAliases),
        functions: Object.fromEntries(filledFunctions),
        loadMessage: loadMessage === undefined ? undefined : fill(loadMessage),
      },
    },
    issues: [
      ...filledAliases.flatMap(([name, text]) => filledIssue(['aliases', name], text, describeBadAlias)),
      ...filledFunctions.flatMap(([name, { bash, csh }]) => [
        ...filledIssue(['functions', name], bash, describeBadFunction),
        ...(csh === undefined ? [] : filledIssue(['functions', name], csh, describeBadAlias)),
      ]),
    ],
  };
};
