import * as z from 'zod';
import { foldWords } from '../lib/fold-words.ts';
import { pingPongMark } from './ping-pong.ts';

const rankSchema = z.object({
  rank: z.number(),
  size: z.number(),
  node: z.string(),
  version: z.string(),
  how: z.string(),
  mapped: z.array(z.string()),
  rows: z.array(z.tuple([z.number(), z.number(), z.number()])),
});

/** What the ranks of a run said. */
export interface MpiRun {
  /** How many ranks were started. */
  readonly started: number;
  /** On how many nodes. */
  readonly nodes: number;
  /** What UCX says that it used: `rc_mlx5/mlx5_0:1`; empty where MPI does not use it. */
  readonly transports: readonly string[];
  readonly ranks: readonly z.infer<typeof rankSchema>[];
}

/** Reads the lines that the ranks of a run left. */
export function parseRanks(text: string): MpiRun['ranks'] {
  const ranks = text.split('\n').flatMap((line) => {
    const at = line.indexOf(pingPongMark);
    if (at === -1) return [];
    try {
      return rankSchema.safeParse(JSON.parse(line.slice(at + pingPongMark.length))).data ?? [];
    } catch {
      return [];
    }
  });
  return ranks.toSorted((a, b) => a.rank - b.rank);
}

/** What is wrong with a run, if something is: a wrong PMI starts many worlds of one rank, and ends well. */
export function faultOf({ started, nodes, ranks }: MpiRun): string | undefined {
  const [first] = ranks;
  if (first === undefined) return 'no rank came to its end';
  if (ranks.every(({ size }) => size === 1) && started > 1)
    return `${ranks.length} worlds of one rank, not one of ${started}: the launcher and this MPI have no PMI in common`;
  if (ranks.length !== started || ranks.some(({ size }) => size !== started))
    return `${ranks.length} of ${started} ranks came to their end`;
  const used = new Set(ranks.map(({ node }) => node)).size;
  return used === nodes ? undefined : `the ranks sat on ${used} of ${nodes} nodes`;
}

/** The file of MPI that was really mapped. */
export function libraryOf({ ranks }: MpiRun): string | undefined {
  return ranks[0]?.mapped.find((path) => /\/libmpi(ch|_\w+)?\.so[.\d]*$/.test(path));
}

/** A line on a run for people: what it was, where its ranks sat, and over what they spoke. */
export function describeRun(name: string, run: MpiRun): string[] {
  const [first] = run.ranks;
  const fault = faultOf(run);
  if (first === undefined) return [`# ${name}: ${fault}`];
  const nodes = [...new Set(run.ranks.map(({ node }) => node))].map(
    (node) => `${run.ranks.filter((rank) => rank.node === node).length} on ${node}`,
  );
  const loaded = first.mapped
    .filter((path) => path !== libraryOf(run))
    .map((path) => path.slice(path.lastIndexOf('/') + 1).replace(/\.so.*$/, ''));
  return [
    ...remark(`# ${name}: ${first.version}, ${libraryOf(run) ?? 'no libmpi'} (by ${first.how})`),
    ...remark(
      `#   ${run.ranks.length} ranks: ${nodes.join(', ')}; loaded for the network: ${[...new Set(loaded)].join(', ') || 'nothing'}`,
    ),
    ...(run.transports.length === 0 ? [] : remark(`#   used by UCX: ${run.transports.join(', ')}`)),
    ...(fault === undefined ? [] : remark(`#   ${fault}`)),
  ];
}

/** On lines of at most 80 characters, if no path is longer. */
function remark(text: string): string[] {
  return foldWords(text, 74).map((line, at) => (at === 0 ? line : `#     ${line}`));
}

/** Two columns in OSU's form, and how many times the second is as good: more bandwidth, less latency. */
export function renderTable(what: 'latency' | 'bandwidth', container: MpiRun, host: MpiRun): string[] {
  const column = what === 'latency' ? 1 : 2;
  const unit = what === 'latency' ? 'Latency (us)' : 'Bandwidth (MB/s)';
  const [ours = [], theirs = []] = [container.ranks[0]?.rows, host.ranks[0]?.rows];
  const sizes = [...new Set([...ours, ...theirs].map(([size]) => size))].toSorted((a, b) => a - b);
  const cell = (rows: typeof ours, size: number): number | undefined => rows.find((row) => row[0] === size)?.[column];
  const shown = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(2)).padStart(16);
  return [
    `# ${unit}`,
    `# Size      ${"container's MPI".padStart(16)}${"host's MPI".padStart(16)}${'ratio'.padStart(10)}`,
    ...sizes.map((size) => {
      const [own, other] = [cell(ours, size), cell(theirs, size)];
      const ratio =
        own === undefined || other === undefined ? undefined : what === 'latency' ? own / other : other / own;
      return `${String(size).padEnd(12)}${shown(own)}${shown(other)}${(ratio?.toFixed(2) ?? '-').padStart(10)}`;
    }),
  ];
}
