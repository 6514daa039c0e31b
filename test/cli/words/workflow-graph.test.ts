import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { layoutGraph } from '../../../src/cli/words/graph/layout.ts';
import { renderHtml } from '../../../src/cli/words/graph/render-html.ts';
import { graphStyle, renderSvg } from '../../../src/cli/words/graph/render-svg.ts';
import { renderText } from '../../../src/cli/words/graph/render-text.ts';
import type { Graph, GraphNode } from '../../../src/operations/workflow/graph.ts';

const node = (name: string, needs: readonly string[] = [], more: Partial<GraphNode> = {}): GraphNode => ({
  ...{ name, kind: 'job', asks: '1 core', state: undefined, took: undefined, why: undefined, log: [] },
  needs: needs.map((each) => ({ name: each, on: 'ok' })),
  ...more,
});

const graph: Graph = {
  title: 'a<b>&"1',
  state: 'failed',
  nodes: [
    node('top', [], { state: 'finished', took: '2 s' }),
    node('left', ['top'], {
      state: 'failed',
      why: 'exit status 3',
      log: ['</pre><script>alert(1)</script>', '\u0007x'],
    }),
    node('right', ['top'], { state: 'running' }),
    node('join', ['left', 'right'], { state: 'never' }),
  ],
};

describe('the graph of a workflow', () => {
  it('is lines in a terminal', () => {
    expect(renderText(graph)).toEqual([
      'top       finished, 1 core',
      '  left    failed, 1 core  ← top',
      '  right   running, 1 core  ← top',
      '    join  never, 1 core  ← left, right',
    ]);
  });

  it('is well-formed XML as SVG and as a page, whatever is in it', () => {
    const parse = 'import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())';
    execFileSync('python3', ['-c', parse], { input: renderSvg(graph) });
    const page = renderHtml(graph);
    expect(page).not.toContain('<script>alert');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const name of ['top', 'left', 'right', 'join']) {
      expect(page).toContain(`<a href="#job-${name}" class="node `);
      expect(page).toContain(`<details id="job-${name}"`);
    }
  });

  it('has each job below those that it waits for', () => {
    const y = (name: string): number =>
      Number(new RegExp(`<title>${name}: .*?<rect x="[\\d.]+" y="([\\d.]+)"`).exec(renderSvg(graph))?.[1]);
    expect(y('top')).toBeLessThan(y('left'));
    expect(y('left')).toBe(y('right'));
    expect(y('right')).toBeLessThan(y('join'));
  });

  it('has the edges that lead around jobs inside of the picture', () => {
    const chain = ['a', 'b', 'c', 'd'].map((name, index, all) => node(name, all.slice(Math.max(0, index - 1), index)));
    const { width, edges, nodes } = layoutGraph({ ...graph, nodes: [...chain, node('end', ['a', 'b', 'c', 'd'])] });
    const across = [
      ...edges.flatMap(({ points }) => points.map(({ x }) => x)),
      ...nodes.flatMap((each) => [each.x, each.x + each.width]),
    ];
    expect(Math.min(...across)).toBeGreaterThanOrEqual(12);
    expect(Math.max(...across)).toBeLessThanOrEqual(width - 12);
  });

  it('has words that can be read on each colour, in the light and in the dark', () => {
    const [light = '', dark = ''] = [...graphStyle.matchAll(/:root\{([^}]*)\}/g)].map(([, body = '']) => body);
    for (const theme of [light, dark]) {
      const colour = Object.fromEntries(
        [...theme.matchAll(/--(\w+):(#[0-9a-f]{3,6})/g)].map(([, name, value]) => [name, value]),
      );
      for (const ground of ['paper', 'plain', 'running', 'finished', 'failed', 'stopped', 'waiting'])
        expect(contrast(colour.ink ?? '', colour[ground] ?? ''), ground).toBeGreaterThan(4.5);
      expect(contrast(colour.soft ?? '', colour.paper ?? '')).toBeGreaterThan(4.5);
    }
  });
});

/** As WCAG 2 reckons it. */
function contrast(a: string, b: string): number {
  const [one, other] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return ((one ?? 0) + 0.05) / ((other ?? 0) + 0.05);
}

function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/[0-9a-f]/g, '$&$&') : colour;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
