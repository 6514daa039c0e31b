import type { Graph } from '../../../operations/workflow/graph.ts';
import { depthsOf } from './depths.ts';

/** The graph for a terminal: each job on a line, further in than those that it waits for. */
export function renderText({ nodes }: Graph): string[] {
  const depths = depthsOf(nodes);
  const rows = nodes
    .map((node, index) => ({ node, index, depth: depths.get(node.name) ?? 0 }))
    .toSorted((a, b) => a.depth - b.depth || a.index - b.index);
  const width = Math.max(...rows.map(({ node, depth }) => node.name.length + 2 * depth));
  return rows.map(({ node, depth }) => {
    const name = `${'  '.repeat(depth)}${node.name}`.padEnd(width);
    const needs = node.needs.map((need) => `${need.name}${need.on === 'begin' ? ' (running)' : ''}`).join(', ');
    return `${name}  ${[node.state, node.asks].filter((word) => word !== undefined).join(', ')}${needs === '' ? '' : `  ← ${needs}`}`;
  });
}
