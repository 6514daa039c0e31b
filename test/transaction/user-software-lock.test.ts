import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDirectory } from '../../src/host/files.ts';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { placesOf } from '../../src/plan/places.ts';
import { cleanPrefix } from '../../src/transaction/clean.ts';
import { commitPublish, writeJournal } from '../../src/transaction/journal.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { makeRecorder } from '../apply/install-support.ts';
import { bundle, start } from '../apply/support.ts';
import { failure } from '../image/failure.ts';
import { fakeMksquashfs } from '../scripts/fakes.ts';
import { done, type Install, makeInstall, type Ran, waitFor } from '../scripts/install.ts';

/*
 * ctinstall and the scripts that pack and unpack exclude each other. The scripts know nothing of ctinstall, and are the real
 * ones here.
 */

let programs: string;
let program: string;
beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'ctinstall-lock-program-'));
  program = await bundle('test/transaction/lock-program.ts', programs);
});
afterAll(() => rmSync(programs, { recursive: true }));

/** An install at the place where ctinstall would look for it. */
function makePlaced() {
  const install = makeInstall({ name: 'my prefix/software/demo/1.0' });
  install.write('lib/a.py');
  const prefix = asPrefix(hostPath(join(install.root, '../../..')));
  return { install, places: placesOf(prefix, 'demo', '1.0') };
}

/** Makes packing wait until `go` is called. */
function slowDown(install: Install): { begun: string; go: () => void } {
  const [begun, go] = [join(install.fakes, 'begun'), join(install.fakes, 'go')];
  fakeMksquashfs(install, `touch '${begun}'; until [[ -e '${go}' ]]; do sleep 0.02; done; real "$@"`);
  return { begun, go: () => writeFileSync(go, '') };
}

function optionsOf(onNote: (message: string) => void = () => undefined) {
  const reporter = makeRecorder((event) => {
    if (event.event === 'note') onNote(event.message);
  });
  return { environment: { SLURM_JOB_ID: '4711' }, reporter, waits: true };
}

describe('while make-squashfs is at work', () => {
  it('ctinstall waits, and says for whom; with --no-wait it fails', async () => {
    const { install, places } = makePlaced();
    const { begun, go } = slowDown(install);
    let packer = 0;
    const packing = install.make(['--remove-directory'], { onStart: (pid) => (packer = pid) });
    await waitFor(begun);
    const error = await failure(withInstallLock(places, { ...optionsOf(), waits: false }, async () => 'worked'));
    expect(error).toMatchObject({ code: 'locked', hint: 'run again when it is done' });
    expect(error.message).toContain(
      `another run is at work on the user software of this install: process ${packer} of `,
    );
    const notes: string[] = [];
    const options = optionsOf((message) => {
      notes.push(message);
      go();
    });
    const found = await withInstallLock(places, options, async () => readdirSync(install.root).toSorted());
    expect(found).toEqual(['.ctinstall', 'bin', 'runscripts', 'user-software.squashfs']);
    expect(notes).toEqual([expect.stringMatching(`^waiting for process ${packer} of .* on ${hostname()}$`)]);
    expect(await packing).toMatchObject(done);
    expect(install.leftovers()).toEqual([]);
  });

  it('which is killed, ctinstall goes on at once, and clears up after it', async () => {
    const { install, places } = makePlaced();
    fakeMksquashfs(install, 'echo torn >"$2"; kill -9 $PPID');
    expect(await install.make()).toMatchObject({ signal: 'SIGKILL' });
    expect(install.leftovers()).not.toEqual([]);
    await withInstallLock(places, { ...optionsOf(), waits: false }, async () => {
      expect(readdirSync(install.root).filter((name) => name.startsWith('.user-software'))).toEqual([]);
    });
    expect(install.leftovers().filter((name) => !name.startsWith('user-software.stamp'))).toEqual([]);
  });
});

describe('while ctinstall is at work', () => {
  it('make-squashfs waits, and says for whom; with --no-wait it fails', async () => {
    const { install, places } = makePlaced();
    let packing: Promise<Ran> | undefined;
    await withInstallLock(places, optionsOf(), async () => {
      const said = new RegExp(`process ${process.pid} of .* on ${hostname()}, Slurm job 4711\n`);
      expect(await install.make(['--no-wait'])).toMatchObject({ status: 1, stderr: expect.stringMatching(said) });
      await new Promise<void>((resolve) => {
        packing = install.make([], { onError: () => resolve() });
      });
      expect(readdirSync(install.root)).not.toContain('user-software.squashfs');
    });
    expect(await packing).toMatchObject({ status: 0, stderr: expect.stringMatching(/^waiting for process [^\n]*\n$/) });
    expect(install.leftovers()).toEqual([]);
  });

  it('which is killed, make-squashfs goes on at once', async () => {
    const { install } = makePlaced();
    const { child, ended, firstLine } = start(program, ['hold-link', install.lock]);
    await firstLine;
    expect((await install.make(['--no-wait'])).status).toBe(1);
    child.kill('SIGKILL');
    await ended;
    expect(readlinkSync(install.lock)).toContain(`:${child.pid}:`);
    expect(await install.make(['--no-wait'])).toMatchObject(done);
    expect(install.leftovers()).toEqual([]);
  });
});

it('clean leaves alone what is being packed, and else finishes what a killed uninstall began', async () => {
  const { install, places } = makePlaced();
  const { begun, go } = slowDown(install);
  const packing = install.make();
  await waitFor(begun);
  await makeDirectory(places.retired);
  const { installDir, modulefile } = places;
  const begunUninstall = { hadModulefile: true, hadInstallDir: true, replaced: [], added: [], isUninstall: true };
  const scripts = readdirSync(join(install.root, 'bin')).toSorted();
  const leftovers = scripts.map((script) => `bin/${script}`);
  await writeJournal(places.retired, { ...begunUninstall, installDir, modulefile, leftovers });
  await commitPublish(places.retired);
  expect(await cleanPrefix(places.prefix, {}, { isDryRun: false })).toMatchObject([
    { install: 'demo@1.0', heldBy: expect.stringContaining('at work on the user software of this install') },
  ]);
  expect(readdirSync(join(install.root, 'bin')).toSorted()).toEqual(scripts);
  go();
  expect(await packing).toMatchObject(done);
  expect(await cleanPrefix(places.prefix, {}, { isDryRun: false })).toMatchObject([{ heldBy: undefined }]);
  expect(existsSync(join(install.root, 'bin'))).toBe(false);
  expect(existsSync(install.squashfs)).toBe(true);
});

it('--force-unlock is for this lock too', async () => {
  const { install, places } = makePlaced();
  symlinkSync('nid001234:1:1:boot:someone::', install.lock);
  const error = await failure(withInstallLock(places, { ...optionsOf(), waits: false }, async () => undefined));
  expect(error.message).toContain('process 1 of someone on nid001234');
  expect(error.hint).toContain('`--force-unlock`');
  const work = async (): Promise<string> => readlinkSync(install.lock);
  expect(await withInstallLock(places, { ...optionsOf(), forceUnlock: true }, work)).toContain(`:${process.pid}:`);
  expect(existsSync(install.lock)).toBe(false);
});

it('an install dir with nothing in it, or none, is as before', async () => {
  const { install, places } = makePlaced();
  rmSync(install.root, { recursive: true });
  await withInstallLock(places, optionsOf(), async () => undefined);
  expect(existsSync(install.root)).toBe(false);
  execFileSync('mkdir', [install.root]);
  await withInstallLock(places, optionsOf(), async () => undefined);
  expect(readdirSync(install.root)).toEqual([]);
});

it('many of both at once, of which each finds the lock of a dead process, are never inside together', async () => {
  const { install } = makePlaced();
  const alone = join(install.fakes, 'alone');
  // A directory can be made by one only.
  fakeMksquashfs(install, `mkdir '${alone}' || { touch '${alone}.not'; exit 1; }; real "$@"; rmdir '${alone}'`);
  const boot = execFileSync('cat', ['/proc/sys/kernel/random/boot_id'], { encoding: 'utf8' }).trim();
  for (let round = 0; round < 2; round += 1) {
    symlinkSync(`${hostname()}:1:${round}:not ${boot}:someone:`, install.lock);
    const scripts = Array.from({ length: 3 }, () => install.make());
    const tools = Array.from({ length: 5 }, () => start(program, ['alone', install.lock, alone, '3']).ended);
    for (const ran of await Promise.all(scripts)) expect(ran.status).toBe(0);
    for (const ran of await Promise.all(tools)) expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(`${alone}.not`)).toBe(false);
    expect(install.leftovers()).toEqual([]);
  }
});
