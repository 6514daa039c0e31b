import dagre from '@dagrejs/dagre';
import type { Graph } from '../../../operations/workflow/graph.ts';
import { depthsOf } from './depths.ts';

export interface PlacedNode {
  readonly name: string;
  /** Of the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly isAtBegin: boolean;
  readonly points: readonly Point[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const nodeHeight = 44;
const margin = 12;
/** With more jobs only one edge of each is led around others, and the rest are straight: the library would take long. */
const mostForOrder = 200;

/** Places jobs from the top to the bottom, each below those that it waits for. */
export function layoutGraph({ nodes }: Graph): Layout {
  const graph = new dagre.graphlib.Graph();
  const isLarge = nodes.length > mostForOrder;
  graph.setGraph({
    ...{ rankdir: 'TB', nodesep: 24, ranksep: 44, marginx: margin, marginy: margin },
    ...(isLarge ? { ranker: 'none' } : {}),
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const depths = depthsOf(nodes);
  const span = (from: string, to: string): number => (depths.get(to) ?? 0) - (depths.get(from) ?? 0);
  // There is a rank for the label of each edge, between those of jobs.
  for (const node of nodes)
    graph.setNode(node.name, { width: widthOf(node), height: nodeHeight, rank: 2 * (depths.get(node.name) ?? 0) });
  const edges = nodes.flatMap(({ name, needs }) =>
    needs.map((need) => ({ from: need.name, to: name, isAtBegin: need.on === 'begin' })),
  );
  const chosen = new Map(edges.filter(({ from, to }) => span(from, to) === 1).map((edge) => [edge.to, edge.from]));
  const isPlaced = ({ from, to }: { from: string; to: string }): boolean => !isLarge || chosen.get(to) === from;
  for (const { from, to } of edges.filter(isPlaced)) graph.setEdge(from, to);
  dagre.layout(graph, { disableOptimalOrderHeuristic: isLarge });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const middleOf = (name: string): Point => graph.node(name) as unknown as Point;
  const placed = edges.map((edge) => ({
    isAtBegin: edge.isAtBegin,
    points: isPlaced(edge)
      ? (graph.edge(edge.from, edge.to) as unknown as { points: Point[] }).points
      : straight(middleOf(edge.from), middleOf(edge.to)),
  }));
  // The library reckons with the jobs alone, and leads edges around them on the outside.
  const across = placed.flatMap(({ points }) => points.map(({ x }) => x));
  const shift = across.reduce((most, x) => Math.max(most, margin - x), 0);
  const right = across.reduce((most, x) => Math.max(most, x + margin), width);
  return {
    width: Math.ceil(right + shift),
    height: Math.ceil(height),
    nodes: nodes.map((node) => {
      const { x, y } = middleOf(node.name);
      return { name: node.name, x: x - widthOf(node) / 2 + shift, y: y - nodeHeight / 2, width: widthOf(node) };
    }),
    edges: placed.map((edge) => ({ ...edge, points: edge.points.map(({ x, y }) => ({ x: x + shift, y })) })),
  };
}

function widthOf({ name, asks }: { readonly name: string; readonly asks: string }): number {
  return Math.min(360, Math.max(96, name.length * 8.4 + 24, asks.length * 6.4 + 24));
}

function straight(from: Point, to: Point): Point[] {
  return [
    { x: from.x, y: from.y + nodeHeight / 2 },
    { x: to.x, y: to.y - nodeHeight / 2 },
  ];
}
