import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/apply/apply-plan.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import type { Plan } from '../../src/plan/types.ts';
import { readRecord } from '../../src/records/record.ts';
import type { ReportEvent } from '../../src/report/types.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { failure } from '../image/failure.ts';
import { previousOf } from '../plan/support.ts';
import { everyStep, makeRecorder, makeSite, type Site, sitePlan } from './install-support.ts';
import { describeTree, writeTree } from './support.ts';

let site: Site;
beforeEach(() => {
  site = makeSite({ isInMemory: true });
});
afterEach(() => site.remove());

async function apply(
  plan: Plan,
  {
    onEvent,
    signal,
    environment,
  }: { onEvent?: (event: ReportEvent) => void; signal?: AbortSignal; environment?: Record<string, string> } = {},
): Promise<ReportEvent[]> {
  const { events, report } = makeRecorder(onEvent);
  const options = { environment: { ...site.environment, ...environment }, reporter: { report }, waits: true, signal };
  await withInstallLock(plan, options, () => applyPlan(plan, options));
  return events;
}

/** What an install is replaced by in these tests: another image, other scripts, the venv there already. */
function rebuildPlan(): Plan {
  return sitePlan(site, {
    image: 'new image',
    more: everyStep.replace('wrappers: [start-shell]', 'wrappers: []').replace('bin/start-shell', 'bin/make-squashfs'),
    hasUserSoftware: true,
    hasVenv: true,
    previous: previousOf([
      'demo.sif',
      'bin/start-shell',
      '.ctinstall/record.json',
      '../../escape',
      'user-software/venv/torch/bin/python',
    ]),
  });
}

describe('applyPlan', () => {
  it('installs all that the plan says', async () => {
    const plan = sitePlan(site, { image: 'the image' });
    const events = await apply(plan);
    const tree = describeTree(plan.installDir);
    expect(Object.keys(tree).filter((path) => !path.endsWith('/'))).toEqual(
      expect.arrayContaining([
        '.ctinstall/easyconfig.yaml',
        '.ctinstall/install.log',
        '.ctinstall/record.json',
        'bin/make-squashfs',
        'bin/start-shell',
        'bin/unmake-squashfs',
        'demo.sif',
        'runscripts/conda-python-simple',
        'user-software/venv/torch/bin/python',
      ]),
    );
    expect(readFileSync(join(plan.installDir, 'demo.sif'), 'utf8')).toBe('the image');
    expect(readFileSync(plan.modulefile, 'utf8')).toContain('demo/1.0-x');
    expect(statSync(join(plan.installDir, 'bin/start-shell')).mode & 0o111).toBe(0o111 & ~process.umask());
    expect(readdirSync(join(site.prefix, '.ctinstall/staging'))).toEqual([]);
    expect(existsSync(plan.retired)).toBe(false);
    expect(existsSync(plan.lock)).toBe(false);
    const kinds = plan.steps.map(({ kind }) => kind);
    for (const name of ['step-started', 'step-finished'] as const)
      expect(events.flatMap((event) => (event.event === name ? [event.step] : []))).toEqual(kinds);
  });

  it('records what it did', async () => {
    const plan = sitePlan(site, { image: 'the image' });
    await apply(plan);
    const read = await readRecord(plan.installDir);
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(read?.fault).toBeUndefined();
    expect(read?.record).toMatchObject({
      name: 'demo',
      fullVersion: '1.0-x',
      moduleName: 'demo/1.0-x',
      ctinstall: '1.2.3',
      prefix: site.prefix,
      modulefile: plan.modulefile,
      venv: 'torch',
      image: { file: 'demo.sif', size: 9, how: expect.stringMatching(/^(copied|cloned)$/) },
    });
    const file = read?.record?.files.find(({ path }) => path === 'bin/start-shell');
    const path = join(plan.installDir, 'bin/start-shell');
    expect(file).toMatchObject({
      size: statSync(path).size,
      mode: statSync(path).mode & 0o7777,
      sha256: hash(readFileSync(path, 'utf8')),
    });
    const recorded = read?.record?.files.map(({ path: name }) => name);
    expect(recorded).not.toContain('user-software');
    const log = readFileSync(join(plan.installDir, '.ctinstall/install.log'), 'utf8');
    expect(log).toContain('sanity check: check it');
  });

  it('replaces an install, and leaves alone what is the user’s', async () => {
    await apply(sitePlan(site, { image: 'old image' }));
    const plan = rebuildPlan();
    writeTree(plan.installDir, { 'user-software/venv/torch/mine': 'mine', 'notes.txt': 'the user’s' });
    writeTree(site.prefix, { 'software/escape': 'not ours' });
    await apply(plan);
    const read = (path: string): string => readFileSync(join(plan.installDir, path), 'utf8');
    expect(read('demo.sif')).toBe('new image');
    expect(read('user-software/venv/torch/mine')).toBe('mine');
    expect(read('user-software/venv/torch/bin/python')).toBe('python\n');
    expect(read('notes.txt')).toBe('the user’s');
    expect(existsSync(join(plan.installDir, 'bin/start-shell'))).toBe(false);
    expect(existsSync(join(site.prefix, 'software/escape'))).toBe(true);
    expect((await readRecord(plan.installDir))?.record?.image?.size).toBe(9);
    expect(existsSync(plan.retired)).toBe(false);
  });

  it('refuses an image with another checksum', async () => {
    const plan = sitePlan(site, { image: 'the image', sha256: 'a'.repeat(64) });
    const error = await failure(apply(plan));
    expect(error.code).toBe('checksum-mismatch');
    expect(error.details).toEqual([
      `  expected SHA-256 ${'a'.repeat(64)}`,
      `  it has           ${createHash('sha256').update('the image').digest('hex')}`,
    ]);
    expect(describeTree(site.prefix)).toEqual({});
  });

  it('takes an image with the checksum asked for', async () => {
    const sha256 = createHash('sha256').update('the image').digest('hex');
    const plan = sitePlan(site, { image: 'the image', sha256 });
    await apply(plan);
    expect((await readRecord(plan.installDir))?.record?.image?.sha256).toBe(sha256);
  });

  it('says which paths are not there', async () => {
    const more = 'sanity_check_paths: { files: [bin/none, demo.sif], dirs: [lib, bin] }\n';
    const error = await failure(apply(sitePlan(site, { image: 'x', more })));
    expect(error).toMatchObject({
      code: 'sanity-check-failed',
      message: 'sanity check: not in the install dir: file bin/none, directory lib',
    });
  });

  it('looks for room before it writes', async () => {
    const plan = sitePlan(site, { image: 'x' });
    const steps = plan.steps.map((step) => (step.kind === 'reserve-room' ? { ...step, bytes: 2 ** 60 } : step));
    const error = await failure(apply({ ...plan, steps }));
    expect(error.code).toBe('no-space');
    expect(error.message).toContain(`in \`${plan.staging}\`, but only`);
    expect(describeTree(site.prefix)).toEqual({});
  });
});

/** Fails at one event of a run, before or after a step. */
function failAt(name: 'step-started' | 'step-finished', index: number): (event: ReportEvent) => void {
  let count = 0;
  return (event) => {
    if (event.event !== name) return;
    if (count === index) throw new CtinstallError('no-space', 'the disk is full');
    count += 1;
  };
}

describe('a first install that fails', () => {
  it('at any step leaves nothing', async () => {
    const deep = { ...site, prefix: asPrefix(hostPath(join(site.prefix, 'not/yet/there'))) };
    const plan = sitePlan(deep, { image: 'the image' });
    const before = describeTree(site.root);
    const last = plan.steps.findIndex(({ kind }) => kind === 'write-modulefile');
    for (let index = 0; index <= last; index += 1) {
      expect((await failure(apply(plan, { onEvent: failAt('step-started', index) }))).message).toBe('the disk is full');
      rmSync(site.log, { force: true });
      expect([describeTree(site.root), describeTree(site.prefix)]).toEqual([before, {}]);
    }
  });

  it('in the container leaves nothing, and shows the command', async () => {
    const plan = sitePlan(site, { image: 'the image' });
    for (const command of ['make-venv', 'check it']) {
      const error = await failure(apply(plan, { environment: { FAIL_ON: command } }));
      expect(error.code).toBe(command === 'check it' ? 'sanity-check-failed' : 'command-failed');
      // What it said first, then what was run.
      expect(error.details[0]).toBe('  | it does not work');
      expect(error.details[1]).toMatch(/^command: .*(make-venv|check it)/);
      expect(describeTree(site.prefix)).toEqual({});
    }
  });

  it('because it was interrupted leaves nothing', async () => {
    const plan = sitePlan(site, { image: 'the image' });
    const steps = plan.steps.findIndex(({ kind }) => kind === 'write-modulefile');
    for (let index = 0; index < steps; index += 2) {
      const stop = new AbortController();
      let count = 0;
      const onEvent = (event: ReportEvent): void => {
        if (event.event === 'step-started' && count++ === index) stop.abort();
      };
      expect((await failure(apply(plan, { onEvent, signal: stop.signal }))).code).toBe('interrupted');
      expect(describeTree(site.prefix)).toEqual({});
    }
  });
});

describe('a rebuild that fails', () => {
  it('at any step leaves the old install as it was', async () => {
    await apply(sitePlan(site, { image: 'old image' }));
    const plan = rebuildPlan();
    writeTree(plan.installDir, { 'user-software/mine': 'mine', 'user-software.squashfs': 'packed', 'notes.txt': 'x' });
    const before = describeTree(site.prefix);
    const last = plan.steps.findIndex(({ kind }) => kind === 'write-modulefile');
    for (let index = 0; index < last; index += 1) {
      await failure(apply(plan, { onEvent: failAt('step-finished', index) }));
      expect(describeTree(site.prefix)).toEqual(before);
    }
  });

  it('has not touched the old install before all its commands have run', async () => {
    const commands = 'post_install: [make it]\n';
    await apply(sitePlan(site, { image: 'old image', more: everyStep + commands }));
    const plan = sitePlan(site, {
      image: 'new image',
      more: everyStep + commands,
      hasUserSoftware: true,
      hasVenv: true,
      previous: previousOf(['demo.sif', 'share/made', '.ctinstall/record.json'], 'demo.sif'),
    });
    const read = (path: string): string => readFileSync(join(plan.installDir, path), 'utf8');
    expect(read('share/made')).toBe('old image');
    const before = describeTree(site.prefix);
    await failure(apply(plan, { environment: { FAIL_ON: 'check it' } }));
    expect(describeTree(site.prefix)).toEqual(before);
    const installed = describeTree(plan.installDir);
    const seen = new Set<string>();
    const onEvent = (event: ReportEvent): void => {
      if (event.event !== 'step-started' || seen.has('publish')) return;
      seen.add(event.step);
      expect({ ...describeTree(plan.installDir), '.ctinstall/user-software.lock': undefined }).toEqual({
        ...installed,
        '.ctinstall/user-software.lock': undefined,
      });
    };
    await apply(plan, { onEvent });
    expect(seen).toContain('run-in-container');
    expect(read('share/made')).toBe('new image');
    const record = (await readRecord(plan.installDir))?.record;
    expect(record?.files.find(({ path }) => path === 'share/made')?.size).toBe('new image'.length);
  });

  it('at its sanity check, or because the modulefile cannot be written, does so too', async () => {
    await apply(sitePlan(site, { image: 'old image' }));
    const plan = rebuildPlan();
    const before = describeTree(site.prefix);
    await failure(apply(plan, { environment: { FAIL_ON: 'check it' } }));
    expect(describeTree(site.prefix)).toEqual(before);
    const unwritable = plan.steps.map((step) =>
      step.kind === 'write-modulefile' ? { ...step, path: hostPath(`${plan.modulefile}/below/a/file.lua`) } : step,
    );
    await failure(apply({ ...plan, steps: unwritable }));
    expect(describeTree(site.prefix)).toEqual(before);
  });

  it('after the modulefile was written stays, and the next run clears up', async () => {
    await apply(sitePlan(site, { image: 'old image' }));
    const plan = rebuildPlan();
    const last = plan.steps.length - 1;
    await failure(apply(plan, { onEvent: failAt('step-started', last) }));
    expect(readFileSync(join(plan.installDir, 'demo.sif'), 'utf8')).toBe('new image');
    expect(existsSync(join(plan.installDir, 'bin/start-shell'))).toBe(true);
    const { events, report } = makeRecorder();
    await withInstallLock(plan, { environment: {}, reporter: { report }, waits: true }, async () => undefined);
    expect(events).toEqual([
      { event: 'note', message: 'clearing up after an earlier run on demo/1.0-x that was stopped' },
    ]);
    expect(readFileSync(join(plan.installDir, 'demo.sif'), 'utf8')).toBe('new image');
    expect(existsSync(join(plan.installDir, 'bin/start-shell'))).toBe(false);
    expect(existsSync(plan.retired)).toBe(false);
    expect(existsSync(plan.staging)).toBe(false);
  });

  it('says why it failed, even if it cannot put everything back', async () => {
    await apply(sitePlan(site, { image: 'old image' }));
    const plan = rebuildPlan();
    const onEvent = (event: ReportEvent): void => {
      if (event.event !== 'step-started' || event.step !== 'write-modulefile') return;
      writeFileSync(join(plan.retired, 'journal.json'), 'torn');
      throw new CtinstallError('no-space', 'the disk is full', { details: ['  more'], hint: 'tidy up' });
    };
    const error = await failure(apply(plan, { onEvent }));
    expect(error).toMatchObject({ code: 'no-space', message: 'the disk is full' });
    expect(error.details.join('\n')).toContain('cannot be put back');
    expect(existsSync(join(plan.retired, 'files/demo.sif'))).toBe(true);
  });
});
