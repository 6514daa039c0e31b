import { LuaWriterError } from './errors.ts';
import {
  type LuaCall,
  type LuaExpression,
  type LuaIndex,
  type LuaMethod,
  type LuaName,
  type LuaValue,
  name as nameExpression,
  toExpression,
} from './expressions.ts';
import { checkIdentifier } from './identifiers.ts';

/** What runs if a condition holds, as `when` takes it. */
export type LuaBranch = { readonly if: LuaExpression; readonly do: readonly LuaStatement[] };

export type ConditionalBlock = {
  readonly condition: LuaExpression;
  readonly body: readonly LuaStatement[];
};

/** A Lua statement as a plain value; see {@link LuaExpression}. */
export type LuaStatement =
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'blank' }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  | { readonly kind: 'local'; readonly name: string; readonly value: LuaExpression | undefined }
  | { readonly kind: 'assign'; readonly target: LuaName | LuaIndex; readonly value: LuaExpression }
  | { readonly kind: 'run'; readonly call: LuaCall | LuaMethod }
  | {
      readonly kind: 'when';
      readonly branches: readonly ConditionalBlock[];
      readonly otherwise: readonly LuaStatement[];
    }
  | {
      readonly kind: 'for-each' | 'for-each-match';
      readonly names: readonly string[];
      readonly items: LuaExpression;
      readonly body: readonly LuaStatement[];
    }
  | {
      readonly kind: 'local-function';
      readonly name: string;
      readonly params: readonly string[];
      readonly body: readonly LuaStatement[];
    }
  | { readonly kind: 'give-back'; readonly value: LuaExpression | undefined };

/** One `--` line for each line of the text; whatever the text holds, it stays a comment. */
export function comment(text: string): LuaStatement {
  return { kind: 'comment', text };
}

/** An empty line. */
export function blank(): LuaStatement {
  return { kind: 'blank' };
}

/**
 * Lua as it stands, for code that is the same in each file: a template text, into which no value can be put.
 *
 * @throws LuaWriterError `bad-statement` for a text with a value in it
 */
export function code(template: TemplateStringsArray, ...values: readonly never[]): LuaStatement {
  const [source] = template.raw;
  if (source === undefined || values.length > 0) {
    throw new LuaWriterError('bad-statement', 'code is written as it stands: no value goes into it');
  }
  return { kind: 'code', lines: source.replace(/^\n|\s+$/g, '').split('\n') };
}

/** `local name = value`. @throws LuaWriterError `bad-identifier` */
export function local(name: string, value?: LuaValue): LuaStatement {
  return {
    kind: 'local',
    name: checkIdentifier(name),
    value: value === undefined ? undefined : toExpression(value),
  };
}

/**
 * `target = value`; a string as target is the name of the variable.
 *
 * @throws LuaWriterError `bad-identifier`; `bad-statement` for an index into a table that has no name
 */
export function assign(target: string | LuaName | LuaIndex, value: LuaValue): LuaStatement {
  const place = typeof target === 'string' ? nameExpression(target) : target;
  checkStartsWithName(place);
  return { kind: 'assign', target: place, value: toExpression(value) };
}

/** A call for its effect. */
export function run(call: LuaCall | LuaMethod): LuaStatement {
  return { kind: 'run', call };
}

/** `if … then … elseif … else … end`; without a branch, `otherwise` always runs. */
export function when(branches: readonly LuaBranch[], otherwise: readonly LuaStatement[] = []): LuaStatement {
  return {
    kind: 'when',
    branches: branches.map((branch) => ({ condition: branch.if, body: [...branch.do] })),
    otherwise: [...otherwise],
  };
}

/** A plain `if`, as most are: `when` with one branch. */
export function ifThen(
  condition: LuaExpression,
  body: readonly LuaStatement[],
  otherwise: readonly LuaStatement[] = [],
): LuaStatement {
  return { kind: 'when', branches: [{ condition, body: [...body] }], otherwise: [...otherwise] };
}

/** `for _, item in ipairs(items) do`. @throws LuaWriterError `bad-identifier` */
export function forEach(itemName: string, items: LuaExpression, body: readonly LuaStatement[]): LuaStatement {
  return { kind: 'for-each', names: [checkIdentifier(itemName)], items, body: [...body] };
}

/** `for a, b in matches do`, the generic loop over an iterator such as `value:gmatch(…)`. @throws LuaWriterError `bad-identifier` */
export function forEachMatch(
  itemNames: readonly string[],
  matches: LuaExpression,
  body: readonly LuaStatement[],
): LuaStatement {
  if (itemNames.length === 0) throw new LuaWriterError('bad-identifier', 'a loop needs at least one name');
  return {
    kind: 'for-each-match',
    names: itemNames.map(checkIdentifier),
    items: matches,
    body: [...body],
  };
}

/** `local function name(params)`, which can call itself. @throws LuaWriterError `bad-identifier` */
export function localFunction(name: string, params: readonly string[], body: readonly LuaStatement[]): LuaStatement {
  return {
    kind: 'local-function',
    name: checkIdentifier(name),
    params: params.map(checkIdentifier),
    body: [...body],
  };
}

/** `return value`, in any place of a block. */
export function giveBack(value?: LuaValue): LuaStatement {
  return { kind: 'give-back', value: value === undefined ? undefined : toExpression(value) };
}

/**
 * Whether an expression is written beginning with a name. A statement must: one that begins with `(`
 * would be read as a call of the line before it.
 */
export function startsWithName(expression: LuaExpression): boolean {
  switch (expression.kind) {
    case 'name':
    case 'call':
      return true;
    case 'index':
      return startsWithName(expression.table);
    case 'method':
      return startsWithName(expression.object);
    default:
      return false;
  }
}

/** @throws LuaWriterError `bad-statement` */
export function checkStartsWithName(target: LuaExpression): void {
  if (!startsWithName(target)) {
    throw new LuaWriterError('bad-statement', 'only a variable, or an element of a named table, can be assigned to');
  }
}
