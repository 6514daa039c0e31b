import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Plan } from '../../src/plan/types.ts';
import { makeSite, type Site } from '../apply/install-support.ts';
import { bundle, type Ended } from '../apply/support.ts';

export interface KillSupport {
  /** A site in memory, another one for each test. */
  readonly site: () => Site;
  /** Runs `test/transaction/apply-program.ts`; it is killed before its change number `killAt` to the file system (0: never). */
  readonly run: (what: string, plan: Plan, killAt?: number) => Promise<Ended>;
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

  const run = (what: string, plan: Plan, killAt = 0): Promise<Ended> => {
    const file = join(site.root, 'plan.json');
    writeFileSync(file, JSON.stringify(plan));
    const child = spawn(process.execPath, [program, what, file], {
      env: { ...site.environment, KILL_AT: String(killAt) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal, stderr })));
  };
  return { site: () => site, run };
}
