import { LuaWriterError } from './errors.ts';
import { checkDottedName, checkIdentifier } from './identifiers.ts';
import { quoteLua } from './quote.ts';

export type LuaText = { readonly kind: 'text'; readonly value: string };
export type LuaNumber = { readonly kind: 'number'; readonly value: number };
export type LuaBoolean = { readonly kind: 'boolean'; readonly value: boolean };
export type LuaNil = { readonly kind: 'nil' };
export type LuaName = { readonly kind: 'name'; readonly name: string };
export type LuaCall = {
  readonly kind: 'call';
  readonly functionName: string;
  readonly args: readonly LuaExpression[];
};
export type LuaMethod = {
  readonly kind: 'method';
  readonly object: LuaExpression;
  readonly methodName: string;
  readonly args: readonly LuaExpression[];
};
export type LuaChain = {
  readonly kind: 'concat' | 'and' | 'or';
  readonly operands: readonly LuaExpression[];
};
export type LuaComparison = {
  readonly kind: 'equals' | 'not-equals';
  readonly left: LuaExpression;
  readonly right: LuaExpression;
};
export type LuaNot = { readonly kind: 'not'; readonly operand: LuaExpression };
export type LuaList = { readonly kind: 'list'; readonly items: readonly LuaExpression[] };
export type LuaIndex = {
  readonly kind: 'index';
  readonly table: LuaExpression;
  readonly key: LuaExpression;
};

/** A Lua expression as a plain value. Nothing in it is code: the renderer quotes every text and checks every name. */
export type LuaExpression =
  | LuaText
  | LuaNumber
  | LuaBoolean
  | LuaNil
  | LuaName
  | LuaCall
  | LuaMethod
  | LuaChain
  | LuaComparison
  | LuaNot
  | LuaList
  | LuaIndex;

/** What stands where an expression is wanted. A plain string is always literal text, never code. */
export type LuaValue = LuaExpression | string;

/** A plain string as literal text, an expression as it is. */
export function toExpression(value: LuaValue): LuaExpression {
  return typeof value === 'string' ? text(value) : value;
}

/** Literal text. @throws LuaWriterError `bad-text` for a lone surrogate */
export function text(value: string): LuaText {
  quoteLua(value);
  return { kind: 'text', value };
}

/** @throws LuaWriterError `bad-number` unless finite */
export function number(value: number): LuaNumber {
  if (!Number.isFinite(value)) throw new LuaWriterError('bad-number', `${value} has no Lua literal`);
  return { kind: 'number', value };
}

export function boolean(value: boolean): LuaBoolean {
  return { kind: 'boolean', value };
}

export const nil: LuaNil = { kind: 'nil' };

/** A local or a global, also dotted as in `lfs.attributes`. @throws LuaWriterError `bad-identifier` */
export function name(identifier: string): LuaName {
  return { kind: 'name', name: checkDottedName(identifier) };
}

/** `functionName(…)`; the name may be dotted. @throws LuaWriterError `bad-identifier` */
export function call(functionName: string, ...args: readonly LuaValue[]): LuaCall {
  return {
    kind: 'call',
    functionName: checkDottedName(functionName),
    args: args.map(toExpression),
  };
}

/** `object:methodName(…)`. @throws LuaWriterError `bad-identifier` */
export function method(object: LuaValue, methodName: string, ...args: readonly LuaValue[]): LuaMethod {
  return {
    kind: 'method',
    object: toExpression(object),
    methodName: checkIdentifier(methodName),
    args: args.map(toExpression),
  };
}

/** The parts joined with `..`; of no part, the empty text. */
export function concat(...parts: readonly LuaValue[]): LuaExpression {
  return chain('concat', parts) ?? text('');
}

export function equals(left: LuaValue, right: LuaValue): LuaComparison {
  return { kind: 'equals', left: toExpression(left), right: toExpression(right) };
}

export function notEquals(left: LuaValue, right: LuaValue): LuaComparison {
  return { kind: 'not-equals', left: toExpression(left), right: toExpression(right) };
}

/** Lua's `and`: the first operand that is false or nil, else the last; of no operand, `true`. */
export function and(...operands: readonly LuaValue[]): LuaExpression {
  return chain('and', operands) ?? boolean(true);
}

/** Lua's `or`: the first operand that is neither false nor nil, else the last; of no operand, `false`. */
export function or(...operands: readonly LuaValue[]): LuaExpression {
  return chain('or', operands) ?? boolean(false);
}

export function not(operand: LuaValue): LuaNot {
  return { kind: 'not', operand: toExpression(operand) };
}

/** A table that holds the items in order. */
export function list(...items: readonly LuaValue[]): LuaList {
  return { kind: 'list', items: items.map(toExpression) };
}

/** `table[key]`. */
export function index(table: LuaExpression, key: LuaValue): LuaIndex {
  return { kind: 'index', table, key: toExpression(key) };
}

/** Chains of the same operator are joined into one: all three are associative. */
function chain(kind: LuaChain['kind'], values: readonly LuaValue[]): LuaExpression | undefined {
  const operands = values.map(toExpression).flatMap((each) => (each.kind === kind ? each.operands : [each]));
  return operands.length > 1 ? { kind, operands } : operands[0];
}
