import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** Runs a command to its end and returns its stdout. Throws, with what it said, unless it ends with 0. */
export function run(argv, options = {}) {
  const [program, ...rest] = argv;
  const result = spawnSync(program, rest, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
    ...options,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${argv.join(' ')}: ${result.signal ?? result.status}\n${result.stderr}`);
  return result.stdout;
}

/** Of rounds of one measurement: what comes after so many seconds is left out, so that all of it ends on a busy machine too. */
export const enoughSeconds = Number(process.env.CT_BENCH_SECONDS);
/** With less than this a median says little: only where they take very long there are fewer. */
export const fewestRounds = 3;

/** `usual` rounds, or the share of them that CT_BENCH_ROUNDS asks for; three at least. */
export function roundsOf(usual) {
  return Math.max(fewestRounds, Math.round((usual * Number(process.env.CT_BENCH_ROUNDS)) / 100));
}

/**
 * Runs the sides in turn, A B A B …, so that what else the machine does meets all of them alike; a different one is first
 * in each round; fewer rounds where they take long. Returns the milliseconds of each side by its name, one per round; where it `warmsUp`, a first round is
 * not counted. `prepare` is called before each run, outside of the time.
 */
export function interleave(sides, { rounds, warmsUp = true, prepare = () => {} }) {
  const entries = Object.entries(sides);
  const times = Object.fromEntries(entries.map(([name]) => [name, []]));
  const begun = performance.now();
  const isEnough = (round) => {
    const seconds = (performance.now() - begun) / 1000;
    return (
      round >= rounds ||
      (round >= fewestRounds && seconds > enoughSeconds) ||
      (round >= 1 && seconds > 3 * enoughSeconds)
    );
  };
  for (let round = warmsUp ? -1 : 0; !isEnough(round); round++) {
    for (let turn = 0; turn < entries.length; turn++) {
      const [name, side] = entries[(turn + round + 1) % entries.length];
      prepare(name);
      const started = performance.now();
      side();
      if (round >= 0) times[name].push(performance.now() - started);
    }
  }
  return times;
}

/** What a function makes of the figures of each round. */
export function perRound(times, describe) {
  const names = Object.keys(times);
  return times[names[0]].map((_, round) =>
    describe(Object.fromEntries(names.map((name) => [name, times[name][round]]))),
  );
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
}

export function median(values) {
  return quantile(values, 0.5);
}

/** `cp 1.31 s, openssl 1.44 s`: the median of each side. */
export function formatTimes(times) {
  return Object.entries(times)
    .map(([name, values]) => `${name} ${(median(values) / 1000).toFixed(2)} s`)
    .join(', ');
}

/** `quickest runs: node 31 ms, list 90 ms`: what is least disturbed by what else a busy machine does. */
export function formatQuickest(times) {
  const each = Object.entries(times).map(([name, values]) => `${name} ${Math.min(...values).toFixed(1)} ms`);
  return `quickest runs: ${each.join(', ')}`;
}

/** Has run.sh, which may be root, empty the caches of the file systems; says whether it can. */
export function dropCaches() {
  const pipes = process.env.CT_BENCH_DROP_CACHES;
  if (pipes === undefined) return false;
  writeFileSync(`${pipes}/ask`, '\n');
  readFileSync(`${pipes}/answer`);
  return true;
}
