import type { SyntaxNode } from '@lezer/common';
import { formatLine } from '../../lib/format.ts';
import { type Named, percentTemplate, show } from './formatting.ts';
import { describeQuotes, readContent } from './literals.ts';
import { callMethod, requireText } from './methods.ts';
import { childrenOf, partsOf, type Source } from './source.ts';
import { type Dict, describeKind, type List, RecipeFault, text, type Value } from './values.ts';

export interface Scope {
  readonly source: Source;
  /** The value of a name; undefined where there is none. */
  readonly lookUp: (name: string) => Value | undefined;
  /** How many expressions this one lies in. */
  readonly depth: number;
}

/** More than this nobody writes. */
const deepest = 400;

/** The value of an expression. Nothing is run, and nothing is guessed. @throws RecipeFault for what is not understood */
export function evaluate(node: SyntaxNode, { depth, ...rest }: Scope): Value {
  const scope = { ...rest, depth: depth + 1 };
  const line = scope.source.lineOf(node.from);
  if (depth > deepest) throw new RecipeFault(line, 'is nested too deeply');
  const evaluator = Object.hasOwn(evaluators, node.name) ? evaluators[node.name] : undefined;
  if (evaluator === undefined)
    throw new RecipeFault(
      line,
      `\`${formatLine(scope.source.textOf(node).split('\n')[0] ?? '')}\` is not understood: an importer runs nothing`,
    );
  return evaluator(node, scope, line);
}

type Evaluator = (node: SyntaxNode, scope: Scope, line: number) => Value;

const evaluators: Readonly<Record<string, Evaluator>> = {
  String: literal,
  FormatString: literal,
  ContinuedString: (node, scope, line) =>
    text(
      partsOf(node)
        .map((part) => requireText(evaluate(part, scope)).text)
        .join(''),
      line,
    ),
  Number: (node, { source }, line) => {
    const written = source.textOf(node).replaceAll('_', '');
    const value = Number(written);
    if (!/^\d+(\.\d+)?$/.test(written) || !(value < 1e15) || (value !== 0 && value < 1e-3))
      throw new RecipeFault(line, `the number \`${written}\` is not understood`);
    return { kind: 'number', value, isWhole: !written.includes('.'), line };
  },
  Boolean: (node, { source }, line) => ({ kind: 'truth', value: source.textOf(node) === 'True', line }),
  None: (_node, _scope, line) => ({ kind: 'none', line }),
  VariableName: (node, { source, lookUp }, line) => {
    const name = source.textOf(node);
    const value = lookUp(name);
    if (value === undefined) throw new RecipeFault(line, `the name \`${formatLine(name)}\` has no value here`);
    return value;
  },
  ArrayExpression: list,
  TupleExpression: (node, scope, line) => ({ ...list(node, scope, line), isTuple: true }),
  DictionaryExpression: dictionary,
  ParenthesizedExpression: (node, scope, line) => evaluate(only(partsOf(node), line), scope),
  BinaryExpression: binary,
  UnaryExpression: (node, scope, line) => {
    const [operator, operand] = childrenOf(node);
    const value = operand && evaluate(operand, scope);
    const sign = operator && scope.source.textOf(operator);
    if (value?.kind === 'number' && sign === '-') return { ...value, value: -value.value };
    // The grammar binds `not` looser than Python does.
    if (value !== undefined && sign === 'not' && operand?.name !== 'BinaryExpression')
      return { kind: 'truth', value: !isTrue(value), line };
    throw new RecipeFault(line, `\`${sign}\` is not understood here`);
  },
  ConditionalExpression: (node, scope, line) => {
    const [yes, , condition, , no] = childrenOf(node);
    if (yes === undefined || condition === undefined || no === undefined)
      throw new RecipeFault(line, 'is not understood');
    return evaluate(isTrue(evaluate(condition, scope)) ? yes : no, scope);
  },
  MemberExpression: member,
  CallExpression: call,
  ArrayComprehensionExpression: comprehension,
};

function literal(node: SyntaxNode, scope: Scope, line: number): Value {
  const written = scope.source.textOf(node);
  const quotes = describeQuotes(written, line);
  const [from, to] = [node.from + quotes.head, node.to - quotes.tail];
  const plain = (start: number, end: number): string =>
    readContent(written.slice(start - node.from, end - node.from).replace(/\r\n?/g, '\n'), quotes, line);
  let [made, at, isWritten] = ['', from, true];
  const replacements = childrenOf(node).filter(({ name }) => name === 'FormatReplacement');
  for (const replacement of replacements) {
    const at0 = scope.source.lineOf(replacement.from);
    const inside = partsOf(replacement);
    const expression = only(inside, at0);
    const shown = show(evaluate(expression, scope), scope.source.textOf(replacement), at0);
    isWritten &&= !shown.includes('\n');
    made += plain(at, replacement.from) + shown;
    at = replacement.to;
  }
  return text(made + plain(at, to), line, isWritten);
}

function list(node: SyntaxNode, scope: Scope, line: number): List {
  return { kind: 'list', items: partsOf(node).map((part) => evaluate(part, scope)), line };
}

function dictionary(node: SyntaxNode, scope: Scope, line: number): Dict {
  const parts = partsOf(node);
  const entries: { key: string; value: Value; line: number }[] = [];
  for (let at = 0; at < parts.length; at += 3) {
    const [key, colon, value] = parts.slice(at, at + 3);
    if (key === undefined || colon?.name !== ':' || value === undefined)
      throw new RecipeFault(line, 'this dictionary is not understood');
    const name = requireText(evaluate(key, scope));
    entries.push({ key: name.text, value: evaluate(value, scope), line: name.line });
  }
  return { kind: 'dict', entries, line };
}

function binary(node: SyntaxNode, scope: Scope, line: number): Value {
  const [first, ...rest] = childrenOf(node);
  const last = rest.at(-1);
  const operator = rest
    .slice(0, -1)
    .map((part) => scope.source.textOf(part))
    .join(' ');
  if (first === undefined || last === undefined) throw new RecipeFault(line, 'is not understood');
  const left = evaluate(first, scope);
  if (operator === 'and') return isTrue(left) ? evaluate(last, scope) : left;
  if (operator === 'or') return isTrue(left) ? left : evaluate(last, scope);
  const right = evaluate(last, scope);
  if (operator === '+') return add(left, right, line);
  if (operator === '%' && left.kind === 'text') return text(percentTemplate(left.text, right, line), line);
  if (operator === '==') return { kind: 'truth', value: isSame(left, right, line), line };
  if (operator === '!=') return { kind: 'truth', value: !isSame(left, right, line), line };
  if (operator === 'in' || operator === 'not in')
    return { kind: 'truth', value: isIn(left, right, line) === (operator === 'in'), line };
  throw new RecipeFault(
    line,
    `\`${formatLine(operator)}\` between ${describeKind(left)} and ${describeKind(right)} is not understood`,
  );
}

export function add(left: Value, right: Value, line: number): Value {
  if (left.kind === 'text' && right.kind === 'text') return text(left.text + right.text, line);
  if (left.kind === 'list' && right.kind === 'list')
    return { kind: 'list', items: [...left.items, ...right.items], line };
  if (left.kind === 'number' && right.kind === 'number')
    return { kind: 'number', value: left.value + right.value, isWhole: left.isWhole && right.isWhole, line };
  throw new RecipeFault(line, `${describeKind(left)} + ${describeKind(right)} is not understood`);
}

function isSame(left: Value, right: Value, line: number): boolean {
  const [a, b] = [left, right].map(plainOf);
  if (a === undefined || b === undefined) throw new RecipeFault(line, 'this comparison is not understood');
  return a === b;
}

function isIn(left: Value, right: Value, line: number): boolean {
  if (right.kind === 'list') return right.items.some((item) => isSame(left, item, line));
  if (right.kind === 'text') return right.text.includes(requireText(left).text);
  throw new RecipeFault(line, `\`in\` ${describeKind(right)} is not understood`);
}

function plainOf(value: Value): string | number | boolean | null | undefined {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'number' || value.kind === 'truth') return value.value;
  return value.kind === 'none' ? null : undefined;
}

function isTrue(value: Value): boolean {
  if (value.kind === 'list') return value.items.length > 0;
  if (value.kind === 'dict') return value.entries.length > 0;
  if (value.kind === 'constant') return true;
  return Boolean(plainOf(value));
}

function member(node: SyntaxNode, scope: Scope, line: number): Value {
  const [object, bracket, ...rest] = childrenOf(node);
  if (object === undefined || bracket?.name !== '[')
    throw new RecipeFault(line, `\`${formatLine(scope.source.textOf(node).split('\n')[0] ?? '')}\` is not understood`);
  const of = evaluate(object, scope);
  const inside = rest.slice(0, -1);
  const colons = inside.filter(({ name }) => name === ':').length;
  if (colons > 1) throw new RecipeFault(line, 'a slice with a step is not understood');
  if (colons === 1) {
    const colon = inside.findIndex(({ name }) => name === ':');
    const [from, to] = [inside.slice(0, colon)[0], inside.slice(colon + 1)[0]].map(
      (part) => part && integer(evaluate(part, scope)),
    );
    if (of.kind === 'text') return text([...of.text].slice(from ?? 0, to).join(''), line);
    if (of.kind === 'list') return { ...of, items: of.items.slice(from ?? 0, to) };
    throw new RecipeFault(line, `a slice of ${describeKind(of)} is not understood`);
  }
  const key = evaluate(only(inside, line), scope);
  const found =
    of.kind === 'dict'
      ? of.entries.findLast((entry) => entry.key === requireText(key).text)?.value
      : of.kind === 'list'
        ? of.items.at(integer(key))
        : of.kind === 'text'
          ? character(of.text, integer(key), line)
          : undefined;
  if (found === undefined)
    throw new RecipeFault(
      line,
      `there is no such entry: \`${formatLine(scope.source.textOf(node).split('\n')[0] ?? '')}\``,
    );
  return found;
}

function character(of: string, at: number, line: number): Value | undefined {
  const found = [...of].at(at);
  return found === undefined ? undefined : text(found, line);
}

function integer(value: Value): number {
  if (value.kind === 'number' && value.isWhole) return value.value;
  throw new RecipeFault(value.line, `${describeKind(value)} stands where a whole number belongs`);
}

function call(node: SyntaxNode, scope: Scope, line: number): Value {
  const [callee, given] = childrenOf(node);
  const [object, dot, property] = callee === undefined ? [] : childrenOf(callee);
  if (
    callee?.name !== 'MemberExpression' ||
    object === undefined ||
    dot?.name !== '.' ||
    property === undefined ||
    given === undefined
  )
    throw new RecipeFault(
      line,
      `the call \`${formatLine(scope.source.textOf(node).split('\n')[0] ?? '')}\` is not understood: an importer runs nothing`,
    );
  const parts = partsOf(given);
  const values: Value[] = [];
  const named: Named[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at];
    if (part === undefined) continue;
    const value = parts[at + 2];
    if (parts[at + 1]?.name === 'AssignOp' && value !== undefined) {
      named.push({ name: scope.source.textOf(part), value: evaluate(value, scope) });
      at += 2;
    } else values.push(evaluate(part, scope));
  }
  return callMethod(evaluate(object, scope), scope.source.textOf(property), { values, named }, line);
}

function comprehension(node: SyntaxNode, scope: Scope, line: number): Value {
  const [result, , target, , from, , condition, ...more] = partsOf(node);
  const words = partsOf(node).map(({ name }) => name);
  if (
    result === undefined ||
    target?.name !== 'VariableName' ||
    from === undefined ||
    more.length > 0 ||
    words[1] !== 'for' ||
    words[3] !== 'in'
  )
    throw new RecipeFault(line, 'this comprehension is not understood');
  const over = evaluate(from, scope);
  if (over.kind !== 'list') throw new RecipeFault(line, `a comprehension over ${describeKind(over)} is not understood`);
  const name = scope.source.textOf(target);
  const items = over.items.flatMap((item) => {
    const inner = { ...scope, lookUp: (other: string) => (other === name ? item : scope.lookUp(other)) };
    return condition === undefined || isTrue(evaluate(condition, inner)) ? [evaluate(result, inner)] : [];
  });
  if (items.length > 10_000) throw new RecipeFault(line, 'makes a list of more than 10,000 entries');
  return { kind: 'list', items, line };
}

function only(nodes: readonly SyntaxNode[], line: number): SyntaxNode {
  const [node, ...more] = nodes;
  if (node === undefined || more.length > 0) throw new RecipeFault(line, 'is not understood');
  return node;
}
