import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import { formatValue } from '../../lib/format.ts';
import { isClosed } from './literals.ts';
import { RecipeFault } from './values.ts';

/** A recipe as its grammar reads it. Nothing of it is run. */
export interface Source {
  readonly top: SyntaxNode;
  readonly textOf: (node: SyntaxNode) => string;
  /** Counted from 1. */
  readonly lineOf: (position: number) => number;
}

/** @throws RecipeFault at the first place that is no Python */
export function parseSource(recipe: string): Source {
  const tree = parser.parse(recipe);
  const starts = [0, ...Array.from(recipe.matchAll(/\n/g), ({ index }) => index + 1)];
  const lineOf = (position: number): number => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  // The parser goes on after what it does not understand.
  tree.iterate({
    enter: ({ type, from, to, node }) => {
      const literal = type.name === 'String' || type.name === 'FormatString' ? recipe.slice(from, to) : undefined;
      if (literal !== undefined && !isClosed(literal)) {
        const [first = ''] = literal.split('\n');
        throw new RecipeFault(lineOf(from), `is no Python: the text \`${formatValue(first, 100)}\` is not closed`);
      }
      if (!type.isError) return;
      const shown = (line: number): string => `\`${formatValue((recipe.split('\n')[line - 1] ?? '').trim(), 100)}\``;
      // A bracket or a text that is not closed is missed far below, where nothing is wrong.
      const begin = lineOf(statementOf(node).from);
      if (begin < lineOf(from)) throw new RecipeFault(begin, `is no Python: ${shown(begin)} has no end that fits`);
      throw new RecipeFault(lineOf(from), `is no Python: ${shown(lineOf(from))}`);
    },
  });
  return { top: tree.topNode, textOf: ({ from, to }) => recipe.slice(from, to), lineOf };
}

function statementOf(node: SyntaxNode): SyntaxNode {
  let statement = node;
  for (let parent = node.parent; parent?.parent != null; parent = parent.parent) statement = parent;
  return statement;
}

/** Children of a node, without comments. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (child.name !== 'Comment') children.push(child);
  return children;
}

/** The expressions among the children: not what stands between them. */
export function partsOf(node: SyntaxNode): SyntaxNode[] {
  return childrenOf(node).filter(({ name }) => !/^[[\](){},]$/.test(name));
}
