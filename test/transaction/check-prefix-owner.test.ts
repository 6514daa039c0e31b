import { chmodSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { placesOf } from '../../src/plan/places.ts';
import { checkPrefixOwner, thisCaller } from '../../src/transaction/check-prefix-owner.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { makeRecorder } from '../apply/install-support.ts';
import { describeTree } from '../apply/support.ts';
import { asRoot, isRoot } from '../harness/as-root.ts';
import { failure } from '../image/failure.ts';

let root: string;
let places: ReturnType<typeof placesOf>;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-owner-'));
  mkdirSync(join(root, 'outside'));
  mkdirSync(join(root, 'prefix'), { mode: 0o755 });
  places = placesOf(asPrefix(hostPath(join(root, 'prefix'))), 'demo', '1.0');
});
afterEach(() => rmSync(root, { recursive: true }));

const me = thisCaller();
/** Makes a file somebody else's for who is given back: root gives it away, others are taken for another user. */
function giveAway(path: string): typeof me {
  if (me.user !== 0) return { user: me.user + 4711, groups: [] };
  lchownSync(path, 4711, 0);
  return { user: 0, groups: [] };
}

async function warningsOf(caller = me): Promise<string[]> {
  const { events, report } = makeRecorder();
  await checkPrefixOwner(places, { report }, caller);
  return events.map((event) => (event.event === 'warning' ? event.message : event.event));
}

const below = [
  'software',
  'software/demo',
  'software/demo/1.0',
  'software/demo/1.0/.ctinstall',
  'modules',
  'modules/demo',
  '.ctinstall',
  '.ctinstall/staging',
  '.ctinstall/staging/demo@1.0',
  '.ctinstall/retired',
  '.ctinstall/retired/demo@1.0',
  '.ctinstall/locks',
];

function plant(path: string): void {
  mkdirSync(join(places.prefix, path, '..'), { recursive: true });
  symlinkSync(join(root, 'outside'), join(places.prefix, path));
}

describe('a symbolic link', () => {
  it.each(below)('of this user is followed, of another one refused: %s', async (path) => {
    plant(path);
    expect(await warningsOf()).toEqual([]);
    const link = join(places.prefix, path);
    const error = await failure(checkPrefixOwner(places, makeRecorder(), giveAway(link)));
    expect(error.code).toBe('prefix-not-writable');
    expect(error.message).toMatch(`\`${link}\` is a symbolic link of another user (id `);
  });

  it('of root is followed', async () => {
    plant('software');
    asRoot('chown', '-h', '0:0', join(places.prefix, 'software'));
    // To whom root is another user.
    expect(await warningsOf(isRoot ? { user: 4711, groups: [] } : undefined)).toEqual([]);
  });

  it('of the prefix itself is followed, whoever owns it', async () => {
    symlinkSync(join(root, 'prefix'), join(root, 'link'));
    places = placesOf(asPrefix(hostPath(join(root, 'link'))), 'demo', '1.0');
    expect((await warningsOf()).length).toBe(0);
  });

  it('in place of the lock is no lock, and nobody spins on it', async () => {
    mkdirSync(join(places.prefix, '.ctinstall/locks'), { recursive: true });
    symlinkSync(join(root, 'outside/none'), places.lock);
    const options = { environment: {}, reporter: makeRecorder(), waits: false };
    const error = await failure(withInstallLock(places, options, async () => undefined));
    expect(error).toMatchObject({ code: 'locked', message: expect.stringContaining('an unknown process') });
    await withInstallLock(places, { ...options, forceUnlock: true }, async () => undefined);
    expect(describeTree(join(root, 'outside'))).toEqual({ '/': expect.anything() });
  });

  it('in place of the staging directory is removed, not followed', async () => {
    mkdirSync(join(root, 'outside/kept'));
    for (const path of ['.ctinstall/staging/demo@1.0', '.ctinstall/retired/demo@1.0']) plant(path);
    const before = describeTree(join(root, 'outside'));
    await withInstallLock(places, { environment: {}, reporter: makeRecorder(), waits: false }, async () => undefined);
    expect(describeTree(join(root, 'outside'))).toEqual(before);
    expect(Object.keys(describeTree(join(places.prefix, '.ctinstall/staging')))).toEqual(['/']);
  });
});

describe('what others can write', () => {
  it.each(['', 'software', 'software/demo', 'software/demo/1.0', 'modules/demo', '.ctinstall'])(
    'is reported, unless the sticky bit protects what is in it: "%s"',
    async (path) => {
      mkdirSync(join(places.prefix, path), { recursive: true });
      const directory = join(places.prefix, path === '' ? '.' : path);
      chmodSync(directory, 0o777);
      const [warning, ...more] = await warningsOf();
      expect(more).toEqual([]);
      expect(warning).toMatch(/^every user of this machine can replace what is in `.*`: chmod o-w \S+$/);
      chmodSync(directory, 0o1777);
      expect(await warningsOf()).toEqual([]);
      chmodSync(directory, 0o2775);
      expect(await warningsOf()).toEqual([]);
    },
  );

  it('is reported where another user owns it', async () => {
    const caller = giveAway(places.prefix);
    expect(await warningsOf(caller)).toEqual([
      expect.stringMatching(/^another user \(id \d+\) can replace what is in `.*\/prefix`: .*`--prefix <dir>`$/),
    ]);
    chmodSync(places.prefix, 0o2775);
    expect(await warningsOf({ ...caller, groups: me.groups })).toEqual([]);
  });
});
