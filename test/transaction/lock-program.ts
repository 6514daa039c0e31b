import { appendFileSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostPath } from '../../src/lib/paths.ts';
import { takeLock } from '../../src/transaction/lock.ts';
import { fileLock, linkLock } from '../../src/transaction/lock-forms.ts';

/*
 * hold <lock>: takes the lock, says so, and keeps it until killed; hold-link: the same with a lock of user software.
 * alone <lock> <directory> <times>: makes and removes the directory under a lock of user software.
 * count <lock> <file> <times>: adds one to the number in the file, under the lock.
 * die <lock> <file> <times>: the same, but is killed holding the lock now and then; notes who is inside.
 */
const [what = '', lock = '', file = '', times = '1'] = process.argv.slice(2);
const options = { environment: process.env, waits: true, onWait: () => undefined };

for (let turn = 0; turn < Number(times); turn += 1) {
  const unlock = await takeLock(hostPath(lock), options, /^(hold-link|alone)$/.test(what) ? linkLock : fileLock);
  if (what.startsWith('hold')) {
    process.stdout.write('held\n');
    await sleep(600_000);
  } else if (what === 'alone') {
    mkdirSync(file);
    await sleep(5);
    rmdirSync(file);
  } else if (what === 'count') {
    const number = Number(readFileSync(file, 'utf8'));
    await sleep(2);
    writeFileSync(file, String(number + 1));
  } else {
    appendFileSync(file, `enter ${process.pid}\n`);
    await sleep(2);
    appendFileSync(file, `leave ${process.pid}\n`);
    if (Math.random() < 0.4) process.kill(process.pid, 'SIGKILL');
  }
  await unlock();
}
