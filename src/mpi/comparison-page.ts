import type { MpiRun } from './comparison.ts';

/** A page that stands by itself: the curves of both runs, and the tables as they were printed. */
export function renderComparisonPage(
  module: string,
  { container, host }: { readonly container: MpiRun; readonly host: MpiRun },
  lines: readonly string[],
): string {
  const plots = (
    [
      ['Latency (us)', 1],
      ['Bandwidth (MB/s)', 2],
    ] as const
  ).map(([title, column]) => renderPlot(title, column, container, host));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>MPI of ${escapeHtml(module)}</title>
<style>body { font: 16px sans-serif; margin: 2em } svg { margin-right: 2em } .c { stroke: #c40; fill: none } .h { stroke: #06c; fill: none }</style>
<h1>MPI of ${escapeHtml(module)}</h1>
<p><b style="color:#c40">container's MPI</b>, <b style="color:#06c">host's MPI</b>; both axes are logarithmic</p>
${plots.join('\n')}
<pre>${escapeHtml(lines.join('\n'))}</pre>
</html>
`;
}

function renderPlot(title: string, column: 1 | 2, container: MpiRun, host: MpiRun): string {
  const series = [container, host].map((run) =>
    (run.ranks[0]?.rows ?? []).map((row) => [Math.log2(row[0]), Math.log10(row[column])] as const),
  );
  const values = series
    .flat()
    .map(([, y]) => y)
    .filter(Number.isFinite);
  const [low, high] = [Math.floor(Math.min(...values, 0)), Math.ceil(Math.max(...values, 1))];
  const [width, height] = [440, 300];
  const x = (value: number): string => (40 + (value / 22) * (width - 50)).toFixed(1);
  const y = (value: number): string => (height - 30 - ((value - low) / (high - low)) * (height - 50)).toFixed(1);
  const lines = series.map(
    (points, index) =>
      `<polyline class="${index === 0 ? 'c' : 'h'}" points="${points.map(([a, b]) => `${x(a)},${y(b)}`).join(' ')}"/>`,
  );
  const sizes = [0, 10, 20].map(
    (power) =>
      `<text x="${x(power)}" y="${height - 10}" font-size="12">${['1 B', '1 KiB', '1 MiB'][power / 10]}</text>`,
  );
  const scale = Array.from(
    { length: high - low + 1 },
    (_, index) => `<text x="0" y="${y(low + index)}" font-size="12">10^${low + index}</text>`,
  );
  return `<svg width="${width}" height="${height}" role="img" aria-label="${title}"><text x="40" y="14">${title}</text>${[...lines, ...sizes, ...scale].join('')}</svg>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
