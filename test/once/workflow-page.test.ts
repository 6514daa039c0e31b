import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/cli/words/graph/render-html.ts';
import type { Graph, GraphNode } from '../../src/operations/workflow/graph.ts';
import { makeSandbox } from '../harness/sandbox.ts';

/* The page of a workflow as a browser has it: Debian's Chromium, without a window. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const node = (name: string, needs: readonly string[], more: Partial<GraphNode>): GraphNode => ({
  ...{ name, kind: 'job', asks: '1 core, 0.5 GB', state: 'finished', took: '2 s', why: undefined, log: [] },
  needs: needs.map((each) => ({ name: each, on: each === 'web' ? 'begin' : 'ok' })),
  ...more,
});

const wide = Array.from({ length: 12 }, (_, index) => node(`part-${index}`, ['prepare'], {}));
const graph: Graph = {
  title: '/home/user/a-directory-with-a-long-name/simulation-of-many-things-7.fz',
  state: 'failed',
  nodes: [
    node('prepare', [], { log: ['unpacked'] }),
    node('web', ['prepare'], { kind: 'service', state: 'running' }),
    ...wide,
    node('a-job-with-a-name-that-is-as-long-as-names-may-be-at-most-63-it', ['web'], {
      state: 'failed',
      why: 'exit status 3',
      log: ['</pre><script>alert(1)</script>', 'a line of a log that is far too long '.repeat(12)],
    }),
    node('gone', ['part-3'], { state: 'lost', why: 'it ended without a word' }),
    node('waits', ['part-4'], { state: 'pending', took: undefined }),
    node('ended', ['part-5'], { state: 'cancelled' }),
    node('odd', ['part-6'], { state: 'unknown' }),
    node('never', ['gone', 'waits'], { state: 'never', took: undefined, why: '`gone` did not end well' }),
  ],
};

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell' });
});
afterAll(() => browser.close());

interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
}

/** Opens the page from a file, as users do; what the browser finds wrong with it goes to `faults`. */
async function open({ colorScheme, width }: Look, faults: string[]): Promise<Page> {
  const file = join(makeSandbox().dir, 'page.html');
  writeFileSync(file, renderHtml(graph));
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 700 } });
  page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!/^(data:|file:.*\/page\.html)/.test(request.url())) faults.push(request.url());
  });
  await page.goto(`file://${file}`);
  return page;
}

describe('the page of a workflow', () => {
  test.each<Look>([
    { colorScheme: 'light', width: 1280 },
    { colorScheme: 'dark', width: 360 },
  ])('has nothing wrong with it, $colorScheme and $width px wide', async (look) => {
    const faults: string[] = [];
    const page = await open(look, faults);
    // All is looked at, what is folded in too.
    await page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true })");
    await page.evaluate(axe);
    const { violations, passes }: Record<'violations' | 'passes', { id: string; nodes: { html: string }[] }[]> =
      await page.evaluate('axe.run()');
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)])).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
    // The graph and the logs move within their frames, the page does not.
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(look.colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 24, 29)');
    expect(faults).toEqual([]);
    await page.close();
  });

  test('leads the keyboard through all jobs, and from each to its part', async () => {
    const faults: string[] = [];
    const page = await open({ colorScheme: 'light', width: 360 }, faults);
    const focused = (): Promise<{ href: string; isSeen: boolean; outline: string }> =>
      page.evaluate(`(() => {
        const element = document.activeElement;
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const shape = getComputedStyle(element.querySelector('rect') ?? element);
        return {
          href: element.getAttribute('href') ?? '',
          isSeen: right > 0 && left < innerWidth && bottom > 0 && top < innerHeight,
          outline: shape.outlineStyle,
        };
      })()`);
    // The frame of the graph, which is moved with the arrows.
    await page.keyboard.press('Tab');
    for (const { name } of graph.nodes) {
      await page.keyboard.press('Tab');
      expect(await focused()).toEqual({ href: `#job-${name}`, isSeen: true, outline: 'solid' });
    }
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction("document.activeElement.tagName === 'SUMMARY'");
    expect(
      await page.evaluate('document.activeElement.parentElement.id + document.activeElement.parentElement.open'),
    ).toBe('job-oddtrue');
    expect(faults).toEqual([]);
    await page.close();
  });
});
