import { describeValue, LuaWriterError } from './errors.ts';
import { type LuaExpression, type LuaValue, text, toExpression } from './expressions.ts';
import { isUnicodeText } from './quote.ts';

/** The most bytes of one `NAME=value` that Linux hands to a program (MAX_ARG_STRLEN less its NUL). */
export const maximumVariableBytes = 131_071;

/**
 * What no value may hold, each tried with Lmod 8.6.19 (every other character arrives in bash, dash and ksh):
 * NUL ends a variable; Lmod writes a newline unescaped, so that the shell takes what follows for a
 * command; fish splits at CR, and drops VT and FF in front.
 */
const unholdable: ReadonlyMap<string, string> = new Map([
  ['\0', 'a NUL byte'],
  ['\n', 'a newline'],
  ['\v', 'a vertical tab'],
  ['\f', 'a form feed'],
  ['\r', 'a carriage return'],
]);

/** The name of an environment variable; a computed name cannot be checked. @throws LuaWriterError `bad-variable-name` */
export function toVariableName(variable: LuaValue): LuaExpression {
  const expression = toExpression(variable);
  if (expression.kind === 'text' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(expression.value)) {
    throw new LuaWriterError(
      'bad-variable-name',
      `${describeValue(expression.value)} is not the name of an environment variable`,
    );
  }
  return expression;
}

/**
 * A value for an environment variable. What is literal in it is checked, also in the parts of a
 * `concat`, `and` or `or`; what Lua computes is not known here. A number becomes the text of it.
 *
 * @throws LuaWriterError `value-not-holdable`
 */
export function toVariableValue(value: LuaValue): LuaExpression {
  if (typeof value === 'string') {
    checkHoldable(value);
    return text(value);
  }
  switch (value.kind) {
    case 'text':
      checkHoldable(value.value);
      return value;
    case 'number':
      return text(String(value.value));
    case 'concat':
    case 'and':
    case 'or':
      value.operands.forEach(checkParts);
      return value;
    case 'nil':
    case 'boolean':
    case 'list':
    case 'not':
    case 'equals':
    case 'not-equals':
      throw new LuaWriterError('value-not-holdable', 'only text can be the value of an environment variable');
    default:
      return value;
  }
}

/**
 * Refuses what would be longer than one variable may be. A longer one makes Lmod fail to start
 * programs, and then every command of the user's shell. The bytes of literal parts count.
 *
 * @throws LuaWriterError `too-long`
 */
export function checkLength(variable: LuaExpression, value: LuaExpression): void {
  checkBytes(literalBytes(variable) + 1 + literalBytes(value));
}

/** Room for what Lmod puts before the name of the variable that it keeps a pushed value in. */
const stackPrefixBytes = 32;

/**
 * As `checkLength`, for `pushenv`: Lmod also keeps the value, in base64, in a variable of its own with a longer name.
 *
 * @throws LuaWriterError `too-long`
 */
export function checkPushLength(variable: LuaExpression, value: LuaExpression): void {
  checkBytes(stackPrefixBytes + literalBytes(variable) + 1 + 4 * Math.ceil(literalBytes(value) / 3));
}

function checkBytes(bytes: number): void {
  if (bytes > maximumVariableBytes) {
    throw new LuaWriterError(
      'too-long',
      `${bytes} bytes with its name: an environment variable holds ${maximumVariableBytes}`,
    );
  }
}

function literalBytes(expression: LuaExpression): number {
  if (expression.kind === 'text') return Buffer.byteLength(expression.value);
  if (expression.kind !== 'concat') return 0;
  return expression.operands.reduce((sum, operand) => sum + literalBytes(operand), 0);
}

function checkParts(expression: LuaExpression): void {
  if (expression.kind === 'text') checkHoldable(expression.value);
  if (expression.kind === 'concat' || expression.kind === 'and' || expression.kind === 'or') {
    expression.operands.forEach(checkParts);
  }
}

function checkHoldable(value: string): void {
  const refuse = (what: string) => {
    throw new LuaWriterError(
      'value-not-holdable',
      `${describeValue(value)} has ${what}: no environment variable can carry it through Lmod`,
    );
  };
  if (!isUnicodeText(value)) refuse('a lone surrogate');
  for (const [character, what] of unholdable) if (value.includes(character)) refuse(what);
}
