import type { SyntaxNode } from '@lezer/common';
import { formatLine } from '../../lib/format.ts';
import { add, evaluate } from './evaluate.ts';
import { childrenOf, parseSource, type Source } from './source.ts';
import { RecipeFault, text, type Value } from './values.ts';

/** A parameter of a recipe, or a variable of its author's. */
export interface Parameter {
  readonly value: Value;
  /** Where it is set. */
  readonly line: number;
}

export interface Recipe {
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Comments at the top of the file that begin with `#DOC`, without that. */
  readonly docs: readonly string[];
}

/** What EasyBuild calls by these names in a recipe. */
const constants: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['tar.gz', 'tar.xz', 'tar.bz2', 'tgz', 'txz', 'tbz2', 'zip'].flatMap((ending) => {
      const suffix = ending.toUpperCase().replace('.', '_');
      return [
        [`SOURCE_${suffix}`, `%(name)s-%(version)s.${ending}`],
        [`SOURCELOWER_${suffix}`, `%(namelower)s-%(version)s.${ending}`],
      ];
    }),
  ),
  GITHUB_SOURCE: 'https://github.com/%(github_account)s/%(name)s/archive',
  GITHUB_LOWER_SOURCE: 'https://github.com/%(github_account)s/%(namelower)s/archive',
  GITHUB_RELEASE: 'https://github.com/%(github_account)s/%(name)s/releases/download/v%(version)s',
  GITHUB_LOWER_RELEASE: 'https://github.com/%(github_account)s/%(namelower)s/releases/download/v%(version)s',
  SHLIB_EXT: 'so',
  ARCH: 'x86_64',
  OS_TYPE: 'Linux',
};

/** Those that are no text. */
const markers = ['SYSTEM', 'EXTERNAL_MODULE'];

/** Reads the parameters of an EasyBuild recipe: nothing of it is run. @throws RecipeFault at the first thing that is not understood */
export function readRecipe(recipe: string): Recipe {
  const source = parseSource(recipe);
  const parameters = new Map<string, Parameter>();
  const lookUp = (name: string): Value | undefined => parameters.get(name)?.value ?? constantOf(name);
  for (const statement of childrenOf(source.top)) assign(statement, source, { parameters, lookUp });
  return { parameters, docs: Array.from(recipe.matchAll(/^#DOC ?(.*)$/gm), ([, line = '']) => line.trimEnd()) };
}

interface Assigned {
  readonly parameters: Map<string, Parameter>;
  readonly lookUp: (name: string) => Value | undefined;
}

function assign(statement: SyntaxNode, source: Source, { parameters, lookUp }: Assigned): void {
  const line = source.lineOf(statement.from);
  const parts = childrenOf(statement);
  const [target, operator, expression, ...more] = parts;
  const isAssignment = statement.name === 'AssignStatement' || statement.name === 'UpdateStatement';
  // A lone text is how some write a comment.
  if (statement.name === 'ExpressionStatement' && /^(Format|Continued)?String$/.test(target?.name ?? '')) return;
  if (
    !isAssignment ||
    target?.name !== 'VariableName' ||
    operator === undefined ||
    expression === undefined ||
    more.length > 0
  )
    throw new RecipeFault(
      line,
      `\`${formatLine(source.textOf(statement).split('\n')[0] ?? '')}\` is not understood: recipes are read, not run`,
    );
  const name = source.textOf(target);
  const value = evaluate(expression, { source, lookUp, depth: 0 });
  if (source.textOf(operator) === '=') {
    parameters.set(name, { value, line });
    return;
  }
  const before = parameters.get(name);
  if (source.textOf(operator) !== '+=' || before === undefined)
    throw new RecipeFault(line, `\`${formatLine(name)} ${source.textOf(operator)}\` is not understood`);
  parameters.set(name, { value: add(before.value, value, line), line: before.line });
}

function constantOf(name: string): Value | undefined {
  if (markers.includes(name)) return { kind: 'constant', name, line: 1 };
  return Object.hasOwn(constants, name) ? text(constants[name] ?? '', 1) : undefined;
}
