import type { Graph, GraphNode } from '../../../operations/workflow/graph.ts';
import { layoutGraph, nodeHeight, type PlacedEdge, type PlacedNode } from './layout.ts';

/** The graph as an SVG; in a page each job is a link to its part. */
export function renderSvg(graph: Graph, { isInPage = false }: { readonly isInPage?: boolean } = {}): string {
  const { width, height, nodes, edges } = layoutGraph(graph);
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  // A page sets what its own style says, and the width at which people can read it.
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="${isInPage ? 'group' : 'img'}" aria-label="Which job waits for which: ${escapeXml(graph.title)}">`;
  return [
    head,
    ...(isInPage ? [] : [`<style>${graphStyle}</style>`]),
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" class="tip"/></marker></defs>',
    ...edges.map(renderEdge),
    ...nodes.map((place) => renderNode(place, byName.get(place.name), isInPage)),
    '</svg>',
  ].join('\n');
}

function renderEdge({ points, isAtBegin }: PlacedEdge): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(' ');
  return `<path class="edge${isAtBegin ? ' begin' : ''}" d="${path}" marker-end="url(#tip)"/>`;
}

function renderNode({ name, x, y, width }: PlacedNode, node: GraphNode | undefined, isInPage: boolean): string {
  const state = node?.state ?? 'plain';
  const under = [node?.state, node?.took ?? (node?.state === undefined ? node?.asks : undefined)]
    .filter((word) => word !== undefined)
    .join(', ');
  const most = Math.floor((width - 16) / 8.4);
  const shown = name.length > most ? `${name.slice(0, most - 1)}…` : name;
  const middle = (x + width / 2).toFixed(1);
  const body = [
    `<title>${escapeXml(`${name}: ${[node?.state, node?.asks, node?.why].filter((word) => word !== undefined).join(', ')}`)}</title>`,
    `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${nodeHeight}" rx="6"/>`,
    `<text x="${middle}" y="${(y + 19).toFixed(1)}" class="name">${escapeXml(shown)}</text>`,
    `<text x="${middle}" y="${(y + 35).toFixed(1)}" class="under">${escapeXml(under)}</text>`,
  ].join('');
  return isInPage
    ? `<a href="#job-${escapeXml(name)}" class="node ${state}">${body}</a>`
    : `<g class="node ${state}">${body}</g>`;
}

export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot hold them
  const plain = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').toWellFormed();
  return plain.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Colours that tell states apart, with enough contrast in the light and in the dark; words tell them too. */
export const graphStyle = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#6e7781;--plain:#eef1f4;--running:#cfe5ff;--finished:#d3f2da;--failed:#ffd9d6;--stopped:#fdeebf;--waiting:#eef1f4}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e8ecf0;--soft:#a9b3bd;--line:#8b949e;--plain:#262c33;--running:#12406f;--finished:#174d27;--failed:#7a1f1a;--stopped:#5c4708;--waiting:#262c33}}
.node rect{fill:var(--plain);stroke:var(--line)}
.node.running rect{fill:var(--running)}
.node.finished rect{fill:var(--finished)}
.node.failed rect,.node.lost rect{fill:var(--failed);stroke-width:2}
.node.cancelled rect,.node.never rect,.node.unknown rect{fill:var(--stopped)}
.node text{fill:var(--ink);text-anchor:middle;font:600 14px ui-monospace,monospace}
.node .under{font:11px system-ui,sans-serif}
.edge{fill:none;stroke:var(--line);stroke-width:1.3}
.edge.begin{stroke-dasharray:5 3}
.tip{fill:var(--line)}
`;
