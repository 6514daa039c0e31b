import { describe, expect, it } from 'vitest';
import { describeRun, faultOf, libraryOf, type MpiRun, parseRanks, renderTable } from '../../src/mpi/comparison.ts';
import { renderComparisonPage } from '../../src/mpi/comparison-page.ts';
import { parseOsu, ranksOfOsu } from '../../src/mpi/osu.ts';
import { pingPongMark } from '../../src/mpi/ping-pong.ts';

type Rows = readonly (readonly [number, number, number])[];

function said(
  rank: number,
  size: number,
  rows: Rows = [],
  mapped: readonly string[] = ['/a/libuct.so.0', '/a/libmpi.so.12'],
): string {
  return `${pingPongMark}${JSON.stringify({ rank, size, node: `n${rank}`, version: 'MPICH 4', how: 'mpi4py', mapped, rows })}\n`;
}

function parseRun(text: string, started: number, nodes = started): MpiRun {
  return { started, nodes, transports: [], ranks: parseRanks(text) };
}

describe('what ranks say of a run', () => {
  it('is read among other output, in the order of ranks; what is no such line is passed over', () => {
    const run = parseRun(`hello\n0: ${said(1, 2)}${pingPongMark}{broken\n${pingPongMark}{"rank": 1}\n${said(0, 2)}`, 2);
    expect(run.ranks.map(({ rank }) => rank)).toEqual([0, 1]);
    expect(faultOf(run)).toBeUndefined();
    expect(libraryOf(run)).toBe('/a/libmpi.so.12');
    expect(describeRun('x', run)[1]).toBe('#   2 ranks: 1 on n0, 1 on n1; loaded for the network: libuct');
    const transports = ['rc_mlx5/mlx5_0:1', 'rc_mlx5/mlx5_1:1', 'posix/memory', 'sysv/memory'];
    expect(describeRun('x', { ...run, transports }).slice(2)).toEqual([
      '#   used by UCX: rc_mlx5/mlx5_0:1, rc_mlx5/mlx5_1:1, posix/memory,',
      '#     sysv/memory',
    ]);
  });

  it('many worlds of one rank, lost ranks and none at all are faults', () => {
    expect(faultOf(parseRun(said(0, 1) + said(0, 1), 2))).toMatch(/^2 worlds of one rank, not one of 2/);
    expect(faultOf(parseRun(said(0, 2), 2))).toBe('1 of 2 ranks came to their end');
    expect(faultOf(parseRun('', 2))).toBe('no rank came to its end');
  });

  it('ranks that do not sit where they should are a fault', () => {
    const both = said(0, 2) + said(1, 2).replace('n1', 'n0');
    expect(faultOf(parseRun(both, 2))).toBe('the ranks sat on 1 of 2 nodes');
    expect(faultOf(parseRun(both, 2, 1))).toBeUndefined();
  });

  it('tables are in the form of OSU, with a ratio that is above 1 where the host is better', () => {
    const [container, host] = [
      parseRun(
        said(0, 1, [
          [1, 4, 10],
          [2, 5, 20],
        ]),
        1,
      ),
      parseRun(said(0, 1, [[1, 2, 30]]), 1),
    ];
    expect(renderTable('latency', container, host).slice(2)).toEqual([
      '1                       4.00            2.00      2.00',
      '2                       5.00               -         -',
    ]);
    expect(renderTable('bandwidth', container, host)[2]).toBe('1                      10.00           30.00      3.00');
    const page = renderComparisonPage('<m>', { container, host }, ['a < b']);
    expect(page).toContain('MPI of &lt;m&gt;');
    expect(page.match(/<polyline/g)).toHaveLength(4);
    expect(page).not.toMatch(/NaN|Infinity/);
  });
});

/* As OSU's programs of version 7 print it, below what the script found out. */
const latency = `node n0
mapped /opt/osu/lib/libx.so.1
mapped /usr/lib/libmpi.so.12.1.0

# OSU MPI Latency Test v7.3
# Datatype: MPI_CHAR.
# Size          Latency (us)
1                       1.25
2                       1.30
4194304               800.12
`;
const bandwidth = `node n0
# OSU MPI Bandwidth Test v7.3
# Size      Bandwidth (MB/s)
1                       5.50
4194304             11000.00
`;

describe("what OSU's programs say of a run", () => {
  const [first, second] = [parseOsu(latency), parseOsu('node n1\nmapped /usr/lib/libmpi.so.12.1.0\n')];

  it('rows of both programs are one table; the rank that prints is the first', () => {
    const run = {
      started: 2,
      nodes: 2,
      transports: [],
      ranks: ranksOfOsu([second, first], [parseOsu(bandwidth)], 'MPICH 4'),
    };
    expect(faultOf(run)).toBeUndefined();
    expect(run.ranks[0]).toMatchObject({ node: 'n0', how: 'OSU MPI Latency Test v7.3' });
    expect(run.ranks[0]?.rows).toEqual([
      [1, 1.25, 5.5],
      [4194304, 800.12, 11000],
    ]);
    expect(libraryOf(run)).toBe('/usr/lib/libmpi.so.12.1.0');
  });

  it('worlds of one, which these programs refuse to be, are said', () => {
    const alone = parseOsu('node n1\nThis test requires exactly two processes\n');
    const run = { started: 2, nodes: 2, transports: [], ranks: ranksOfOsu([alone, alone], [alone], 'MPICH 4') };
    expect(faultOf(run)).toMatch(/^2 worlds of one rank/);
  });
});
