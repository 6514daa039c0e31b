import { nearestWords } from '../../../lib/near.ts';
import { type Functions, functionNames, isTrue, printValue } from './functions.ts';
import { type Command, type Node, type Operand, type Pipe, TemplateFault, type TemplateValue } from './types.ts';

/** Most actions and calls that a template may do: loops in loops come to an end too. */
const mostSteps = 1_000_000;
/** Most characters of what a template gives: a loop must not fill the memory. */
const mostCharacters = 4 * 2 ** 20;

class Scope {
  readonly variables = new Map<string, TemplateValue>();
  readonly parent: Scope | undefined;

  constructor(parent: Scope | undefined) {
    this.parent = parent;
  }

  find(name: string): Scope | undefined {
    return this.variables.has(name) ? this : this.parent?.find(name);
  }
}

type Jump = 'break' | 'continue' | undefined;

/** Fills a template in with values. A name that has no value is "no value", as in Go. @throws TemplateFault */
export function evaluateTemplate(
  nodes: readonly Node[],
  values: { readonly [name: string]: TemplateValue },
  functions: Functions,
): string {
  const out: string[] = [];
  let length = 0;
  const write = (text: string): void => {
    length += text.length;
    if (length > mostCharacters) throw new TemplateFault('the template gives more than 4 MiB', 0);
    out.push(text);
  };
  let steps = 0;
  const countStep = (at: number): void => {
    steps += 1;
    if (steps > mostSteps) throw new TemplateFault('the template has too much to do: more than a million steps', at);
  };
  const weigh = makeScales();
  const root = new Scope(undefined);
  root.variables.set('$', values);

  const walk = (list: readonly Node[], dot: TemplateValue, scope: Scope): Jump => {
    for (const node of list) {
      const jump = visit(node, dot, scope);
      if (jump !== undefined) return jump;
    }
    return undefined;
  };
  const visit = (node: Node, dot: TemplateValue, scope: Scope): Jump => {
    switch (node.is) {
      case 'text':
        write(node.text);
        return undefined;
      case 'action': {
        const value = evaluatePipe(node.pipe, dot, scope);
        if (node.pipe.variables.length === 0) write(printValue(value));
        return undefined;
      }
      case 'if':
      case 'with': {
        const inner = new Scope(scope);
        const value = evaluatePipe(node.pipe, dot, inner);
        const isThen = isTrue(value);
        return walk(isThen ? node.then : node.otherwise, isThen && node.is === 'with' ? value : dot, inner);
      }
      case 'range':
        return visitRange(node, dot, scope);
      default:
        return node.is;
    }
  };
  const visitRange = (node: Node & { is: 'range' }, dot: TemplateValue, scope: Scope): Jump => {
    const { pipe } = node;
    const value = evaluatePipe({ ...pipe, variables: [] }, dot, scope);
    const entries = entriesOf(value, pipe.at);
    if (entries.length === 0) return walk(node.otherwise, dot, scope);
    for (const [key, item] of entries) {
      countStep(pipe.at);
      const inner = new Scope(scope);
      const names = pipe.variables;
      const given = names.length === 2 ? [key, item] : [item];
      for (const [index, name] of names.entries())
        (pipe.declares ? inner : (scope.find(name) ?? inner)).variables.set(name, given[index]);
      if (walk(node.then, item, inner) === 'break') break;
    }
    return undefined;
  };
  const evaluatePipe = (pipe: Pipe, dot: TemplateValue, scope: Scope): TemplateValue => {
    let value: TemplateValue;
    for (const [index, command] of pipe.commands.entries())
      value = evaluateCommand(command, { dot, scope, piped: index === 0 ? [] : [value] });
    for (const name of pipe.variables) {
      const target = pipe.declares ? scope : scope.find(name);
      if (target === undefined) throw new TemplateFault(`there is no variable \`${name}\` yet`, pipe.at);
      target.variables.set(name, value);
    }
    return value;
  };
  const evaluateCommand = (
    { words, at }: Command,
    { dot, scope, piped }: { dot: TemplateValue; scope: Scope; piped: readonly TemplateValue[] },
  ): TemplateValue => {
    countStep(at);
    const [first, ...rest] = words;
    if (first === undefined) return undefined;
    if (first.is !== 'function') {
      if (rest.length > 0 || piped.length > 0) throw new TemplateFault('a value takes no arguments', at);
      return evaluateOperand(first, dot, scope);
    }
    // What decides is asked first: the rest may only make sense then.
    if (first.name === 'and' || first.name === 'or') {
      let value: TemplateValue;
      for (const get of [
        ...rest.map((operand) => () => evaluateOperand(operand, dot, scope)),
        ...piped.map((one) => () => one),
      ]) {
        value = get();
        if (isTrue(value) === (first.name === 'or')) return value;
      }
      return value;
    }
    const all = [...rest.map((operand) => evaluateOperand(operand, dot, scope)), ...piped];
    return call(first, all);
  };
  const call = (
    { name, at }: { readonly name: string; readonly at: number },
    all: readonly TemplateValue[],
  ): TemplateValue => {
    const made = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (made === undefined) {
      const near = nearestWords(name, functionNames(functions));
      throw new TemplateFault(
        `there is no function \`${name}\`${near.length > 0 ? `; there is \`${near.join('`, `')}\`` : ''}`,
        at,
      );
    }
    try {
      const value = made(...all);
      if (weigh(value) > mostCharacters) throw new TemplateFault(`\`${name}\` gives more than 4 MiB`, at);
      return value;
    } catch (error) {
      if (error instanceof TemplateFault) throw error;
      throw new TemplateFault(error instanceof Error ? error.message : String(error), at);
    }
  };
  const evaluateOperand = (operand: Operand, dot: TemplateValue, scope: Scope): TemplateValue => {
    if (operand.is === 'value') return operand.value;
    if (operand.is === 'function') return call(operand, []);
    let value: TemplateValue;
    const { from } = operand;
    if (from === 'dot') value = dot;
    else if ('pipe' in from) value = evaluatePipe(from.pipe, dot, scope);
    else {
      const owner = scope.find(from.variable);
      if (owner === undefined) throw new TemplateFault(`there is no variable \`${from.variable}\` yet`, operand.at);
      value = owner.variables.get(from.variable);
    }
    for (const field of operand.fields) value = fieldOf(value, field);
    return value;
  };
  walk(nodes, values, root);
  return out.join('');
}

/** Says how much a value would print, about: a list may hold another twice, which holds another twice. */
function makeScales(): (value: TemplateValue) => number {
  const known = new WeakMap<object, number>();
  const weigh = (value: TemplateValue): number => {
    if (typeof value === 'string') return value.length;
    if (typeof value !== 'object') return 1;
    const before = known.get(value);
    if (before !== undefined) return before;
    const weight = Object.values(value).reduce<number>((sum, each) => sum + 1 + weigh(each), 1);
    known.set(value, weight);
    return weight;
  };
  return weigh;
}

function fieldOf(value: TemplateValue, field: string): TemplateValue {
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, field) ? (value as { readonly [name: string]: TemplateValue })[field] : undefined;
}

function entriesOf(value: TemplateValue, at: number): [TemplateValue, TemplateValue][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.map((item: TemplateValue, index) => [index, item]);
  if (typeof value === 'number')
    return Array.from({ length: Math.max(0, Math.min(value, 100_000)) }, (_, index) => [index, index]);
  if (typeof value === 'object') return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  throw new TemplateFault('`range` goes through lists and maps only', at);
}
