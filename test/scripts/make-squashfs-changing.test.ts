import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeMksquashfs, realProgram } from './fakes.ts';
import { done, type Install, makeFilled, writeProgram } from './install.ts';
import { describeSquashfs } from './tree.ts';

test('a directory that cannot be read is not taken for an empty one', async () => {
  const install = makeFilled({ unprivileged: true });
  execFileSync('chmod', ['0', install.directory]);
  const ran = await install.make();
  expect(ran).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('/user-software` cannot be read\nhint: see: ls -ld '),
  });
});

describe('a directory that changes while it is packed', () => {
  const changes: [string, string][] = [
    ['a file written to', 'real "$@" && echo more >>"$1/lib/a.py"'],
    [
      'a file written to, with its time put back',
      'real "$@" && touch -r "$1/lib/a.py" "$1/../time" && echo m >>"$1/lib/a.py" && touch -r "$1/../time" "$1/lib/a.py" && rm "$1/../time"',
    ],
    ['a file written to at the very start', 'echo more >>"$1/lib/a.py"; real "$@"'],
  ];
  test.each(changes)('is packed, with a warning, and known to be changed: %s', async (_what, text) => {
    const install = makeFilled();
    fakeMksquashfs(install, text);
    const ran = await install.make();
    expect(ran.status).toBe(0);
    expect(ran.stderr).toBe(
      `warning: \`${install.directory}\` changed while it was packed: the squashfs may lack the latest changes\n` +
        'hint: run make-squashfs again when nothing writes there any more\n',
    );
    expect((await install.unmake()).status).toBe(3);
  });

  test.each(changes.slice(1, 2))('is kept with --remove-directory: %s', async (_what, text) => {
    const install = makeFilled();
    fakeMksquashfs(install, text);
    const ran = await install.make(['--remove-directory']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(
      `error: the directory changed while it was packed: it is kept as \`${install.directory}\`, beside the new squashfs\nhint: `,
    );
    expect(readFileSync(join(install.directory, 'lib/a.py'), 'utf8')).toMatch(/^am/);
    expect(describeSquashfs(install.squashfs)).toBeDefined();
    expect(install.leftovers()).toEqual([]);
    rmSync(join(install.fakes, 'mksquashfs'));
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
  });

  test.each<[string, string]>([['a file is renamed', 'real "$@"; mv "$1/lib/a.py" "$1/lib/c.py"']])(
    'so that other files are in it than in the squashfs: nothing is done: %s',
    async (_what, text) => {
      const install = makeFilled();
      fakeMksquashfs(install, text);
      expect(await install.make(['--remove-directory'])).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('does not hold'),
      });
      expect(existsSync(install.directory)).toBe(true);
      expect(existsSync(install.squashfs)).toBe(false);
    },
  );

  test('in the last moment before it is removed: it is put back', async () => {
    const install = makeFilled();
    writeProgram(
      join(install.fakes, 'mv'),
      `/bin/mv "$@"; [[ \${!#} != */.user-software.removed-* ]] || echo late >"\${!#}/lib/late"`,
    );
    const ran = await install.make(['--remove-directory']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(`it is kept as \`${install.directory}\``);
    expect(readFileSync(join(install.directory, 'lib/late'), 'utf8')).toBe('late\n');
    expect(install.leftovers()).toEqual([]);
  });

  test('in the last moment, and another one has its name by then: it is kept under another name', async () => {
    const install = makeFilled();
    writeProgram(
      join(install.fakes, 'mv'),
      `/bin/mv "$@"; [[ \${!#} != */.user-software.removed-* ]] || { echo late >"\${!#}/lib/late"; mkdir -p "\${!#%/*}/user-software/x"; }`,
    );
    const ran = await install.make(['--remove-directory']);
    expect(ran.status).toBe(1);
    const kept = /it is kept as `([^`]*)`/.exec(ran.stderr)?.[1] ?? '';
    expect(kept).toMatch(/\/user-software\.replaced-\d{8}-\d{6}$/);
    expect(readFileSync(join(kept, 'lib/late'), 'utf8')).toBe('late\n');
    expect(readdirSync(install.directory)).toEqual(['x']);
  });

  test('the squashfs is as old as the start of packing', async () => {
    const install = makeFilled();
    fakeMksquashfs(install, 'touch "$1/../started"; real "$@"');
    await install.make();
    const { mtimeNs } = statSync(install.squashfs, { bigint: true });
    expect(mtimeNs).toBeLessThan(statSync(join(install.root, 'started'), { bigint: true }).mtimeNs);
    expect(mtimeNs).toBeGreaterThan(statSync(join(install.directory, 'lib/b.py'), { bigint: true }).ctimeNs - 1n);
  });
});

describe('to the disk', () => {
  test.each<[string, string, 0 | 1]>([
    ['an error of the disk is an error', 'echo "sync: error syncing \'x\': Input/output error" >&2; exit 1', 1],
    [
      'a file system that does not do it for one file',
      '(($# == 0)) || { echo "sync: error syncing \'x\': Invalid argument" >&2; exit 1; }',
      0,
    ],
  ])('%s', async (_what, text, status) => {
    const install = makeFilled();
    writeProgram(join(install.fakes, 'sync'), `if [[ $1 == --help ]]; then echo --file-system; exit; fi\n${text}`);
    expect((await install.make(['--remove-directory'])).status).toBe(status);
    expect(existsSync(install.directory)).toBe(status === 1);
    expect(existsSync(install.squashfs)).toBe(status === 0);
    expect(install.leftovers()).toEqual([]);
  });

  test('a sync of coreutils before 8.24', async () => {
    const install = makeFilled();
    writeProgram(join(install.fakes, 'sync'), '[[ $# == 0 || $1 == --help ]]');
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(await install.unmake()).toMatchObject(done);
  });
});

/** As if what the scripts note of the time had been noted that much later, or earlier, than all that is there. */
function shiftClock(install: Install, by: string): void {
  writeProgram(
    join(install.fakes, 'touch'),
    `${realProgram('touch')} "$@"; status=$?
    for file; do
      if [[ $file == *.stamp* && $* != *' -r '* && $1 != -r ]]; then ${realProgram('touch')} -d '${by}' -- "$file"; fi
    done
    exit "$status"`,
  );
}

describe('a clock that is set back by an hour', () => {
  test.each([
    ['a file that comes and goes', 'real "$@"; echo >"$1/lib/new"; rm "$1/lib/new"'],
    ['a file replaced by one of its size', 'real "$@"; echo x >"$1/lib/c"; mv "$1/lib/c" "$1/lib/a.py"'],
  ])('while it is packed hides no change: %s', async (_what, text) => {
    const install = makeFilled();
    shiftClock(install, '1 hour');
    fakeMksquashfs(install, text);
    expect((await install.make()).stderr).toContain('changed while it was packed');
    const ran = await install.make(['--remove-directory']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('it is kept as');
    expect(existsSync(install.directory)).toBe(true);
  });

  test('after it was packed hides no change', async () => {
    const install = makeFilled();
    shiftClock(install, '1 hour');
    expect(await install.make()).toMatchObject(done);
    install.write('lib/a.py', 'changed');
    expect((await install.unmake()).status).toBe(3);
    expect(existsSync(install.squashfs)).toBe(true);
  });
});

test.each(['1 hour', '-12 years'])('a clock that is %s off hinders nothing', async (by) => {
  const install = makeFilled();
  shiftClock(install, by);
  expect(await install.make()).toMatchObject(done);
  // Changed or not, the directory descends from the squashfs.
  expect(await install.make()).toMatchObject(done);
  expect(await install.unmake()).toMatchObject(done);
  expect(await install.make(['--remove-directory'])).toMatchObject(done);
  expect(await install.unmake(['--keep-squashfs'])).toMatchObject(done);
  expect(await install.unmake()).toMatchObject(done);
  expect(readFileSync(join(install.directory, 'lib/a.py'), 'utf8')).toBe('a');
});

test('what an earlier version noted is understood', async () => {
  const install = makeFilled();
  const lineage = join(install.state, 'user-software.lineage');
  const forget = (): void => writeFileSync(lineage, readFileSync(lineage, 'utf8').replace(/^(\S+ \S+) .*$/gm, '$1'));
  await install.make();
  forget();
  expect(readFileSync(lineage, 'utf8')).toMatch(/^\d+ [\d.]+\n$/);
  expect(await install.make()).toMatchObject(done);
  forget();
  expect(await install.unmake(['--keep-squashfs'])).toMatchObject(done);
  install.write('lib/a.py', 'changed');
  expect((await install.unmake()).status).toBe(3);
});
