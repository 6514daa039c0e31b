import { LuaWriterError } from './errors.ts';
import type { LuaChain, LuaExpression } from './expressions.ts';
import { checkDottedName, checkIdentifier } from './identifiers.ts';
import { quoteLua } from './quote.ts';

/** Lua's parser follows 200 levels in all, and one of ours costs it at most two. */
const maximumDepth = 80;
/** A table constructor that is longer than this is written with one item on each line. */
const maximumListWidth = 80;
/** `..` nests to the right in Lua's parser, so a longer chain is written in groups. */
const maximumChain = 50;

/** How tightly each kind binds (Lua 5.1 manual, 2.5.6); `prefix` is what `.x`, `[x]`, `:x()` can follow. */
const binding = {
  or: 1,
  and: 2,
  comparison: 3,
  concat: 4,
  unary: 5,
  simple: 6,
  prefix: 7,
} as const;
const operatorOf = {
  concat: ' .. ',
  and: ' and ',
  or: ' or ',
  equals: ' == ',
  'not-equals': ' ~= ',
} as const;

/** Where an expression stands: how deep it is nested, how far its lines are indented, whether it must be one line. */
export type Place = {
  readonly depth: number;
  readonly indent: string;
  readonly isInline?: boolean;
};

/** The place inside of another. @throws LuaWriterError `too-deep` */
export function nest(place: Place, indent = place.indent): Place {
  if (place.depth >= maximumDepth) {
    throw new LuaWriterError('too-deep', `nested more than ${maximumDepth} levels deep: Lua's parser gives up there`);
  }
  return { ...place, depth: place.depth + 1, indent };
}

/** An expression as Lua source, with the parentheses that its meaning needs and no other. */
export function renderExpression(expression: LuaExpression, place: Place): string {
  const inner = nest(place);
  switch (expression.kind) {
    case 'text':
      return quoteLua(expression.value);
    case 'number':
      return renderNumber(expression.value);
    case 'boolean':
      return expression.value ? 'true' : 'false';
    case 'nil':
      return 'nil';
    case 'name':
      return checkDottedName(expression.name);
    case 'call':
      return `${checkDottedName(expression.functionName)}(${renderAll(expression.args, inner)})`;
    case 'method':
      return `${renderOperand(expression.object, binding.prefix, inner)}:${checkIdentifier(expression.methodName)}(${renderAll(expression.args, inner)})`;
    case 'concat':
    case 'and':
    case 'or':
      return renderChain(expression, inner);
    case 'equals':
    case 'not-equals':
      // A comparison inside a comparison is in parentheses on either side, so that a reader need not know the rule.
      return [expression.left, expression.right]
        .map((side) => renderOperand(side, binding.concat, inner))
        .join(operatorOf[expression.kind]);
    case 'not':
      return `not ${renderOperand(expression.operand, binding.unary, inner)}`;
    case 'list':
      return renderList(expression.items, place);
    case 'index':
      return `${renderOperand(expression.table, binding.prefix, inner)}[${renderExpression(expression.key, inner)}]`;
  }
}

function bindingOf(expression: LuaExpression): number {
  switch (expression.kind) {
    case 'or':
    case 'and':
    case 'concat':
      return binding[expression.kind];
    case 'equals':
    case 'not-equals':
      return binding.comparison;
    case 'not':
      return binding.unary;
    case 'name':
    case 'call':
    case 'method':
    case 'index':
      return binding.prefix;
    default:
      return binding.simple;
  }
}

function renderOperand(expression: LuaExpression, least: number, place: Place): string {
  const source = renderExpression(expression, place);
  return bindingOf(expression) >= least ? source : `(${source})`;
}

function renderAll(expressions: readonly LuaExpression[], place: Place): string {
  return expressions.map((each) => renderExpression(each, place)).join(', ');
}

function renderChain(chain: LuaChain, place: Place): string {
  const least = chain.kind === 'concat' ? binding.unary : binding[chain.kind];
  return joinInGroups(
    chain.operands.map((operand) => renderOperand(operand, least, place)),
    operatorOf[chain.kind],
  );
}

function joinInGroups(sources: readonly string[], operator: string): string {
  if (sources.length <= maximumChain) return sources.join(operator);
  const size = Math.ceil(sources.length / Math.ceil(sources.length / maximumChain));
  const groups: string[] = [];
  for (let start = 0; start < sources.length; start += size) {
    groups.push(`(${sources.slice(start, start + size).join(operator)})`);
  }
  return joinInGroups(groups, operator);
}

function renderList(items: readonly LuaExpression[], place: Place): string {
  const inline = `{${renderAll(items, { ...nest(place), isInline: true })}}`;
  if (place.isInline || place.indent.length + inline.length <= maximumListWidth) return inline;
  const inner = nest(place, `${place.indent}  `);
  const lines = fillLines(
    items.map((item) => `${renderExpression(item, inner)},`),
    maximumListWidth - inner.indent.length,
  );
  return `{\n${lines.map((line) => `${inner.indent}${line}\n`).join('')}${place.indent}}`;
}

/** As many words on a line as fit, one at least. */
function fillLines(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Integers beyond 2^53 are written as floats: Lua 5.3 would read digits as another, 64-bit, number. */
function renderNumber(value: number): string {
  if (!Number.isFinite(value)) throw new LuaWriterError('bad-number', `${value} has no Lua literal`);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}
