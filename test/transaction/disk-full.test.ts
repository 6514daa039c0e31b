import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import type { Plan } from '../../src/plan/types.ts';
import { everyStep, makeSite, type Site, sitePlan } from '../apply/install-support.ts';
import { bundle } from '../apply/support.ts';
import { isRoot } from '../host/support.ts';
import { previousOf } from '../plan/support.ts';

/* The file system runs full, of bytes or of files, at each write of a run: see disk-full-program.ts for what must hold. */

let programs: string;
let program: string;
beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'ctinstall-full-program-'));
  program = await bundle('test/transaction/disk-full-program.ts', programs);
});
afterAll(() => rmSync(programs, { recursive: true }));

let site: Site;
beforeEach(() => {
  const made = makeSite();
  mkdirSync(join(made.root, 'mounted'));
  site = { ...made, prefix: asPrefix(hostPath(join(made.root, 'mounted/prefix'))) };
});
afterEach(() => site.remove());

/** How often the run failed before it had room enough. */
function runFull(what: string, measure: string, change: (plan: Plan) => Plan): number {
  const old = sitePlan(site, { image: `old image${'x'.repeat(20_000)}` });
  // The next plan's image has the same name.
  const source = join(site.root, 'images/old.sif');
  renameSync(join(site.root, 'images/source.sif'), source);
  const plan = sitePlan(site, {
    image: `new image${'x'.repeat(20_000)}`,
    more: everyStep.replace('wrappers: [start-shell]', 'wrappers: []').replace('[bin/start-shell]', '[]'),
    ...(what === 'install'
      ? {}
      : {
          hasUserSoftware: true,
          hasVenv: true,
          previous: previousOf(['demo.sif', 'bin/start-shell', '.ctinstall/record.json'], 'demo.sif'),
        }),
  });
  const file = join(site.root, 'plans.json');
  writeFileSync(file, JSON.stringify({ old: withSource(old, source), plan: change(plan) }));
  const said = execFileSync(
    'unshare',
    [...(isRoot ? [] : ['--map-root-user']), '--mount', process.execPath, program, file, what, measure],
    { env: { ...site.environment }, encoding: 'utf8' },
  );
  return Number(said);
}

function withSource(plan: Plan, source: string): Plan {
  const steps = plan.steps.map((step) => (step.kind === 'copy-image' ? { ...step, from: hostPath(source) } : step));
  return { ...plan, steps };
}

/** As if there were no saying beforehand whether there is room: each write meets the full disk in its turn. */
const withoutReserve = (plan: Plan): Plan => ({
  ...plan,
  steps: plan.steps.filter(({ kind }) => kind !== 'reserve-room'),
});

const fewest = { bytes: 20, files: 25 };

it.each([
  ['bytes', 'rebuild'],
  ['files', 'install'],
  ['files', 'rebuild'],
] as const)(
  'room for ever more %s, at each write of a(n) %s: all is as before, and the last succeeds',
  (measure, what) => {
    expect(runFull(what, measure, withoutReserve)).toBeGreaterThanOrEqual(fewest[measure]);
  },
);

it('room for ever more bytes, an install with its look at the room first: the same', () => {
  expect(runFull('install', 'bytes', (plan) => plan)).toBeGreaterThanOrEqual(fewest.bytes);
});

it('an uninstall needs no room at all for bytes: it is what makes some', () => {
  expect(runFull('uninstall', 'bytes', (plan) => plan)).toBe(0);
});
