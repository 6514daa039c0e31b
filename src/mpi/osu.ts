import type { MpiRun } from './comparison.ts';
import { isOfNetwork } from './library-kinds.ts';

/*
 * OSU's own programs, where an image has them. They say nothing of where they run and which libraries they got: a script starts
 * one on each rank, and looks.
 */

/** Called with the program and a directory, for what it prints and the files that it had mapped. */
export const osuScript = `program=$1
node=\${SLURMD_NODENAME:-$(cat /proc/sys/kernel/hostname)}
said=$2/osu-$node-$$
"$program" >"$said.out" &
rank=$!
# Until it has ended: it has no files mapped then.
while now=$(grep -o '/.*[.]so.*' "/proc/$rank/maps" 2>/dev/null) && [ "$now" ]; do
  mapped=$now
  sleep 0.1
done
wait "$rank"
status=$?
{
  echo "node $node"
  printf '%s\\n' "$mapped" | sort -u | sed 's/^/mapped /'
  cat "$said.out"
} >"$said"
rm "$said.out"
exit "$status"
`;

/** What a rank of such a program left. */
export interface SaidByOsu {
  readonly node: string;
  readonly mapped: readonly string[];
  /** `OSU MPI Latency Test v7.3`. */
  readonly title: string | undefined;
  /** Bytes, and microseconds or MB/s; of the first rank only. */
  readonly rows: readonly (readonly [number, number])[];
}

/** Reads what the script left of a rank. */
export function parseOsu(text: string): SaidByOsu {
  const lines = text.split('\n');
  const rest = (word: string): string[] =>
    lines.flatMap((line) => (line.startsWith(word) ? [line.slice(word.length).trim()] : []));
  const rows = lines.flatMap((line): [number, number][] => {
    const [, size, value] = /^(\d+)\s+(\d+(?:\.\d+)?)(?:\s|$)/.exec(line) ?? [];
    return size === undefined ? [] : [[Number(size), Number(value)]];
  });
  return {
    node: rest('node ')[0] ?? '',
    mapped: rest('mapped '),
    title: rest('# ').find((line) => line.startsWith('OSU')),
    rows,
  };
}

/** The ranks of both programs: each is started anew on the same places, and the first prints. */
export function ranksOfOsu(
  latency: readonly SaidByOsu[],
  bandwidth: readonly SaidByOsu[],
  version: string,
): MpiRun['ranks'] {
  const rates = new Map(bandwidth.flatMap(({ rows }) => rows));
  const printing = latency.filter(({ rows }) => rows.length > 0);
  const ordered = [...printing, ...latency.filter((each) => !printing.includes(each))];
  // They refuse to run as worlds of one, and print no row then.
  const size = printing.length === 1 ? ordered.length : 1;
  return ordered.map(({ node, mapped, title, rows }, index) => ({
    ...{ rank: index, size, node, version, mapped: mapped.filter((path) => isOfNetwork(nameOf(path))) },
    how: title ?? "OSU's programs",
    rows: rows.flatMap(([bytes, time]): [number, number, number][] => {
      const rate = rates.get(bytes);
      return rate === undefined ? [] : [[bytes, time, rate]];
    }),
  }));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
