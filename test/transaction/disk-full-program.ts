import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { applyPlan } from '../../src/apply/apply-plan.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import type { Plan } from '../../src/plan/types.ts';
import { readRecord } from '../../src/records/record.ts';
import { verifyInstall } from '../../src/records/verify.ts';
import { uninstallFiles } from '../../src/transaction/uninstall.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { describeTree, writeTree } from '../apply/support.ts';

/*
 * disk-full-program.ts <plans> <what>: to be run in a mount name space of its own. Mounts a small file system where the
 * prefix is to be, and tries an install, or with `rebuild` one over another, with room for nothing, then for a little more each
 * time, until it succeeds. Prints how often it failed.
 */
const [file = '', what = '', measure = ''] = process.argv.slice(2);
const { old, plan }: { old: Plan; plan: Plan } = JSON.parse(readFileSync(file, 'utf8'));
const mounted = join(plan.prefix, '..');
const mount = (options: string): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', mounted]);
};
const options = { environment: process.env, reporter: { report: () => undefined }, waits: true };
const install = (which: Plan) => withInstallLock(which, options, () => applyPlan(which, options));

const roomy = measure === 'bytes' ? 'size=64m' : 'nr_inodes=10000';
mount(roomy);
if (what !== 'install') {
  await install(old);
  writeTree(plan.installDir, { 'user-software/mine': 'mine', 'notes.txt': 'notes' });
}
const before = describeTree(plan.prefix);
const { bsize, blocks, bfree, files, ffree } = statfsSync(mounted);
const used = measure === 'bytes' ? (blocks - bfree) * bsize : files - ffree;
const step = measure === 'bytes' ? bsize : 1;

let failures = 0;
// A size of nothing would mean one without limit.
for (let room = used === 0 ? step : 0; ; room += step) {
  const limit = `${measure === 'bytes' ? 'size' : 'nr_inodes'}=${used + room}`;
  execFileSync('mount', ['-o', `remount,${limit}`, mounted]);
  const failed = await (what === 'uninstall' ? remove() : install(plan)).then(
    () => undefined,
    (error: unknown) => error,
  );
  execFileSync('mount', ['-o', `remount,${roomy}`, mounted]);
  if (failed === undefined) break;
  failures += 1;
  assert.ok(failed instanceof CtinstallError, failed instanceof Error ? failed.stack : String(failed));
  assert.equal(failed.code, 'no-space', `${failed.message}\n${failed.details.join('\n')}`);
  assert.ok(failed.hint?.startsWith('free some space'), failed.hint);
  // Empty directories that were there before the run are all that it may have taken away.
  assert.deepEqual(describeTree(plan.prefix), before, `with room for ${room}: ${failed.message}`);
  if (what !== 'install') assert.deepEqual(await verify(), []);
}
if (what === 'uninstall') {
  rmSync(join(plan.installDir, 'notes.txt'));
  assert.deepEqual(
    Object.keys(describeTree(plan.prefix)).filter((path) => !path.endsWith('/')),
    [],
  );
} else {
  assert.deepEqual(await verify(), []);
  const image = readFileSync(join(plan.installDir, 'demo.sif'), 'utf8');
  assert.ok(image.startsWith('new image'));
  if (what === 'rebuild') assert.equal(readFileSync(join(plan.installDir, 'user-software/mine'), 'utf8'), 'mine');
}
process.stdout.write(String(failures));

async function verify() {
  const record = (await readRecord(plan.installDir))?.record;
  assert.ok(record !== undefined);
  return verifyInstall(plan.installDir, record, { isQuick: false, checkImage: async () => undefined });
}

async function remove(): Promise<void> {
  await withInstallLock(plan, options, async () => {
    const record = (await readRecord(plan.installDir))?.record;
    assert.ok(record !== undefined);
    await uninstallFiles(plan, record, { removesUserSoftware: true });
  });
}
