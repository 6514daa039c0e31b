import type { LuaExpression } from './expressions.ts';
import { checkIdentifier } from './identifiers.ts';
import { nest, type Place, renderExpression } from './render-expression.ts';
import { type ConditionalBlock, checkStartsWithName, type LuaStatement, startsWithName } from './statements.ts';

/**
 * Statements as Lua source: valid in Lua 5.1 to 5.4, indented by two blanks, one statement to a line.
 * Pure: the same statements always give the same text. What the builders check is checked here again,
 * so a value that was put together by hand is no way around it.
 *
 * @throws LuaWriterError
 */
export function renderLua(statements: readonly LuaStatement[]): string {
  return renderBlock(statements, { depth: 0, indent: '' })
    .map((line) => `${line}\n`)
    .join('');
}

function renderBlock(statements: readonly LuaStatement[], place: Place): string[] {
  const last = statements.findLastIndex(({ kind }) => kind !== 'comment' && kind !== 'blank');
  return statements.flatMap((statement, position) => renderStatement(statement, place, position === last));
}

function renderBody(statements: readonly LuaStatement[], place: Place): string[] {
  return renderBlock(statements, nest(place, `${place.indent}  `));
}

function renderStatement(statement: LuaStatement, place: Place, isLast: boolean): string[] {
  const { indent } = place;
  const source = (expression: LuaExpression) => renderExpression(expression, place);
  switch (statement.kind) {
    case 'comment':
      return commentLines(statement.text).map((line) => `${indent}${line}`);
    case 'blank':
      return [''];
    case 'code':
      return statement.lines.map((line) => (line === '' ? '' : `${indent}${line}`));
    case 'local': {
      const start = `${indent}local ${checkIdentifier(statement.name)}`;
      return [statement.value === undefined ? start : `${start} = ${source(statement.value)}`];
    }
    case 'assign':
      checkStartsWithName(statement.target);
      return [`${indent}${source(statement.target)} = ${source(statement.value)}`];
    case 'run':
      return [
        `${indent}${startsWithName(statement.call) ? source(statement.call) : `do local _ = ${source(statement.call)} end`}`,
      ];
    case 'when':
      return renderWhen(statement.branches, statement.otherwise, place);
    case 'for-each':
      return renderLoop(`_, ${nameList(statement.names)}`, `ipairs(${source(statement.items)})`, statement.body, place);
    case 'for-each-match':
      return renderLoop(nameList(statement.names), source(statement.items), statement.body, place);
    case 'local-function':
      return [
        `${indent}local function ${checkIdentifier(statement.name)}(${nameList(statement.params)})`,
        ...renderBody(statement.body, place),
        `${indent}end`,
      ];
    case 'give-back': {
      const result = statement.value === undefined ? 'return' : `return ${source(statement.value)}`;
      // Lua wants `return` to be the last statement of its block.
      return [`${indent}${isLast ? result : `do ${result} end`}`];
    }
  }
}

function renderWhen(branches: readonly ConditionalBlock[], otherwise: readonly LuaStatement[], place: Place): string[] {
  const { indent } = place;
  const lines = branches.flatMap((branch, position) => [
    `${indent}${position === 0 ? 'if' : 'elseif'} ${renderExpression(branch.condition, place)} then`,
    ...renderBody(branch.body, place),
  ]);
  if (otherwise.length > 0) lines.push(`${indent}${lines.length > 0 ? 'else' : 'do'}`, ...renderBody(otherwise, place));
  return lines.length > 0 ? [...lines, `${indent}end`] : [];
}

function renderLoop(names: string, iterator: string, body: readonly LuaStatement[], place: Place): string[] {
  return [`${place.indent}for ${names} in ${iterator} do`, ...renderBody(body, place), `${place.indent}end`];
}

function nameList(names: readonly string[]): string {
  return names.map(checkIdentifier).join(', ');
}

/** The blank after `--` also keeps `[[` from beginning a comment of several lines. */
function commentLines(text: string): string[] {
  const printable = (line: string) => line.replace(/\p{Cc}/gu, ' ').replace(/\p{Surrogate}/gu, '\ufffd');
  return text.split(/\r\n|\n|\r/).map((line) => `-- ${printable(line)}`.trimEnd());
}
