import type { Graph } from '../../../operations/workflow/graph.ts';

/** How many jobs come before each, one after the other. */
export function depthsOf(nodes: Graph['nodes']): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const { name, needs } of nodes)
    depths.set(name, Math.max(-1, ...needs.map((need) => depths.get(need.name) ?? 0)) + 1);
  return depths;
}
