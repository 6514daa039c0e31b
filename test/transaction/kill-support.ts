import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Plan } from '../../src/plan/types.ts';
import { makeSite, type Site } from '../apply/install-support.ts';
import { bundle, type Ended } from '../apply/support.ts';

export interface KillSupport {
  /** A site in memory, another one for each test. */
  readonly site: () => Site;
  /** Runs `test/transaction/apply-program.ts`; it is killed before its change number `killAt` to the file system (0: never). */
  readonly run: (what: string, plan: Plan, killAt?: number) => Promise<Ended>;
  /**
   * Runs it once, from the prefix as it is, and gives back how to bring the prefix to where it was before each of the changes,
   * and last to where it was at the end. What a kill leaves is what was there then: most moments are copies, some are kills.
   */
  readonly momentsOf: (what: string, plan: Plan) => Promise<(() => Promise<void>)[]>;
}

/** One in so many moments is reached by a kill: each costs a whole run. */
const killEach = 15;

/** Puts one tree in the place of another; where there is none, in place of nothing. */
export function replaceTree(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  if (existsSync(from)) cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

/** Makes the program once for the tests of a file. */
export function useKillProgram(): KillSupport {
  let programs: string;
  let program: string;
  beforeAll(async () => {
    programs = mkdtempSync(join(tmpdir(), 'ctinstall-kill-program-'));
    program = await bundle('test/transaction/apply-program.ts', programs);
  });
  afterAll(() => rmSync(programs, { recursive: true }));

  let site: Site;
  beforeEach(() => {
    site = makeSite({ isInMemory: true });
  });
  afterEach(() => site.remove());

  const start = (what: string, plan: Plan, environment: Record<string, string>): Promise<Ended> => {
    const file = join(site.root, 'plan.json');
    writeFileSync(file, JSON.stringify(plan));
    const child = spawn(process.execPath, [program, what, file], {
      env: { ...site.environment, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal, stderr })));
  };
  const run = (what: string, plan: Plan, killAt = 0): Promise<Ended> => start(what, plan, { KILL_AT: String(killAt) });
  const momentsOf = async (what: string, plan: Plan): Promise<(() => Promise<void>)[]> => {
    const { prefix } = site;
    const begin = join(prefix, '../begin');
    const copies = join(prefix, '../copies');
    replaceTree(prefix, begin);
    rmSync(copies, { recursive: true, force: true });
    mkdirSync(copies);
    expect(await start(what, plan, { COPY_FROM: prefix, COPY_TO: copies })).toEqual({
      status: 0,
      signal: null,
      stderr: '',
    });
    const changes = Math.max(0, ...readdirSync(copies).map(Number));
    const end = join(copies, `${changes + 1}`);
    replaceTree(prefix, end);
    return Array.from({ length: changes + 1 }, (_, index) => async () => {
      const isKill = index < changes && index % killEach === 0;
      replaceTree(isKill ? begin : join(copies, `${index + 1}`), prefix);
      if (!isKill) return;
      const { signal, status } = await run(what, plan, index + 1);
      // What goes on at once does not take the same number of changes each time: near the end it may be done before.
      const isDone = index + killEach >= changes && signal === null;
      expect(isDone ? status : signal).toBe(isDone ? 0 : 'SIGKILL');
    });
  };
  return { site: () => site, run, momentsOf };
}
