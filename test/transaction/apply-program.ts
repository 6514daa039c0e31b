import './kill-at.ts';
import { readFileSync } from 'node:fs';
import { applyPlan } from '../../src/apply/apply-plan.ts';
import type { Plan } from '../../src/plan/types.ts';
import { readRecord } from '../../src/records/record.ts';
import { uninstallFiles } from '../../src/transaction/uninstall.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';

/**
 * Does the plan in a file, `apply`; removes what it installed, `uninstall`, or `uninstall all` with user software; or only
 * clears up after one that was killed, `recover`.
 */
const [what = '', file = ''] = process.argv.slice(2);
const plan: Plan = JSON.parse(readFileSync(file, 'utf8'));
const options = { environment: process.env, reporter: { report: () => undefined }, waits: true };
await withInstallLock(plan, options, async () => {
  if (what === 'apply') await applyPlan(plan, options);
  const record = what.startsWith('uninstall') ? (await readRecord(plan.installDir))?.record : undefined;
  if (record !== undefined) await uninstallFiles(plan, record, { removesUserSoftware: what === 'uninstall all' });
});
