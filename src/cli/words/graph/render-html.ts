import type { Graph, GraphNode } from '../../../operations/workflow/graph.ts';
import { escapeXml, graphStyle, renderSvg } from './render-svg.ts';

/** One page with the graph and a part for each job; it asks for nothing from outside. */
export function renderHtml(graph: Graph): string {
  const title = `${graph.title}${graph.state === undefined ? '' : `: ${graph.state}`}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<link rel="icon" href="data:,">
<style>${graphStyle}${pageStyle}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
<nav class="graph" aria-label="Jobs" tabindex="0">
${renderSvg(graph, { isInPage: true })}
</nav>
<h2>Jobs</h2>
${graph.nodes.map(renderJob).join('\n')}
</main>
<script>${openTarget}</script>
</body>
</html>`;
}

/** The part of a job that a link leads to is opened. */
const openTarget = `addEventListener('hashchange',open_);function open_(){const e=document.getElementById(decodeURIComponent(location.hash.slice(1)));if(e&&e.tagName==='DETAILS'){e.open=true;e.querySelector('summary').focus()}}open_();`;

function renderJob({ name, state, took, asks, why, needs, log }: GraphNode): string {
  const said = [state, took].filter((word) => word !== undefined).join(', ');
  const rows = [
    ['asks for', asks],
    [
      'waits for',
      needs
        .map((need) => `${need.name}${need.on === 'begin' ? ' (running)' : need.on === 'any' ? ' (in any way)' : ''}`)
        .join(', '),
    ],
    ['why', why ?? ''],
  ].filter(([, value]) => value !== '');
  return `<details id="job-${escapeXml(name)}"${state === 'failed' || state === 'lost' ? ' open' : ''}>
<summary><strong>${escapeXml(name)}</strong>${said === '' ? '' : ` <span class="state ${state}">${escapeXml(said)}</span>`}</summary>
<dl>${rows.map(([key = '', value = '']) => `<dt>${key}</dt><dd>${escapeXml(value)}</dd>`).join('')}</dl>
${log.length === 0 ? '' : `<pre tabindex="0" aria-label="Last lines of the log of ${escapeXml(name)}">${escapeXml(log.join('\n'))}</pre>`}
</details>`;
}

const pageStyle = `
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:76rem;margin:auto;padding:1rem}
h1{font-size:1.3rem;overflow-wrap:anywhere}h2{font-size:1.1rem}
.graph{overflow:auto;border:1px solid var(--line);border-radius:6px;max-height:75vh}
.node:focus-visible rect,summary:focus-visible,.graph:focus-visible,pre:focus-visible{outline:3px solid #2f81f7;outline-offset:1px;stroke-width:3}
details{border-bottom:1px solid var(--line);padding:.4rem 0}
summary{cursor:pointer;overflow-wrap:anywhere}
.state{color:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.4rem 1rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--plain);padding:.6rem;overflow:auto;font-size:.85rem}
`;
