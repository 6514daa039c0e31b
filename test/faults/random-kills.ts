import { expect } from 'vitest';
import type { Sandbox } from '../harness/sandbox.ts';

/*
 * The built tool is killed at random moments of its run, with its whole process group; what it had started goes on alone, or
 * is killed as well. $CTINSTALL_TEST_SEED repeats the moments of a run that failed.
 */

const seed = Number(process.env.CTINSTALL_TEST_SEED ?? Date.now() % 1_000_000);

/** Numbers in [0, 1), the same again for the same seed (mulberry32). */
function makeRandom(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Bash functions for the scripts of these tests. */
export const functions = `
here=$CTINSTALL_PREFIX/software/tiny/1.0
# Prints what says whether the user software, in whatever form, has changed by one byte.
sums() { singularity exec "$SIF" sh -c 'cd /user-software && { find . -type f -exec sha256sum {} +; find . -exec stat -c "%a %Y %N" {} +; }' | sort | sha256sum; }
# Who packs or unpacks the user software.
packer() { readlink "$here/.ctinstall/user-software.lock" | cut -d: -f2; }
# Runs a command and kills it after that many seconds; prints whether it was still running.
kill_at() {
  local seconds=$1 pid status
  shift
  set -m
  "$@" >out 2>&1 &
  pid=$!
  set +m
  sleep "$seconds"
  kill -9 -- "-$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  status=$?
  [ "$status" = 137 ] && echo killed && return
  echo "ended $status"
  [ "$status" = 0 ] || cat out
}
# What the killed run had started may still be at work: a script that packs is killed too, or awaited.
settle() { # kill or wait
  local pid
  pid=$(packer) || return 0
  [ "$1" = wait ] || kill -9 -- "-$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}
# What no run may leave when it has ended.
leftovers() { find "$CTINSTALL_PREFIX/.ctinstall" "$here/.ctinstall" -name '*lock' -o -name '*~' -o -name '*.part' -o -name uninstalled; find "$here" -maxdepth 1 -name '.user*'; find "$CTINSTALL_PREFIX/.ctinstall" -mindepth 2; }
`;

export interface Round {
  /** The command that is killed. */
  readonly command: string;
  /** Bash: what must hold right after the kill, then after the next run. What it prints must be `expected`. */
  readonly check: string;
  readonly expected: string;
}

/**
 * Kills the commands of `rounds` in turn until that many kills have met a command that was running, each at another moment,
 * and checks what there is after each. Returns how many there were.
 */
export async function killAtRandom(sandbox: Sandbox, kills: number, rounds: readonly Round[]): Promise<number> {
  const random = makeRandom(seed + kills);
  const times = rounds.map(() => 0);
  let done = 0;
  for (let turn = 0; done < kills; turn += 1) {
    expect(turn, 'enough of the kills meet a running command').toBeLessThan(kills * 4);
    const index = turn % rounds.length;
    const { command, check, expected } = rounds[index] as Round;
    // The first run of each shows how long it takes; its moment comes long after its end.
    const longest = times[index] ?? 0;
    const seconds = longest === 0 ? undefined : (0.1 + 0.95 * random()) * longest;
    const orphan = random() < 0.5 ? 'kill' : 'wait';
    const run = seconds === undefined ? `${command} >out 2>&1; echo "ended $?"` : `kill_at ${seconds} ${command}`;
    const measure = `start=$(date +%s%N); ${run}; echo "took $((($(date +%s%N) - start) / 1000000))"`;
    const ran = await sandbox.run(`${functions}\n${measure}\nsettle ${orphan}\n${check}`);
    const [first, took, ...rest] = ran.stdout.split('\n');
    const what = `seed ${seed}, turn ${turn}: \`${command}\` killed after ${seconds} s, orphans: ${orphan}\n${ran.stdout}\n${ran.stderr}`;
    expect(rest.join('\n'), what).toBe(expected);
    expect(first, what).toMatch(/^(killed|ended 0)$/);
    if (seconds === undefined) times[index] = Number(took?.replace('took ', '')) / 1000;
    if (first === 'killed') done += 1;
  }
  return done;
}
