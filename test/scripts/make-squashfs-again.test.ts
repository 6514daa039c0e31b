import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeMksquashfs } from './fakes.ts';
import { done, type Install, makeFilled } from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

describe('a squashfs that is there already', () => {
  test('is replaced when the directory is the one it came from', async () => {
    const install = makeFilled();
    await install.make();
    const said = `${install.directory} had changed since it was packed: what came in is packed now too\n`;
    expect((await install.make()).stdout).not.toContain(said);
    install.write('lib/c.py');
    const ran = await install.make();
    expect(ran).toMatchObject(done);
    expect(ran.stdout).toContain(said);
    expect(describeSquashfs(install.squashfs)).toEqual(describeTree(install.directory));
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
  });

  test('is replaced when the directory was unpacked from it', async () => {
    const install = makeFilled();
    await install.make(['--remove-directory']);
    expect(await install.unmake(['--keep-squashfs'])).toMatchObject(done);
    install.write('lib/c.py');
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)?.join()).toContain('c.py');
  });

  test('the same command again, when all was done', async () => {
    const install = makeFilled();
    const source = join(install.fakes, 'source');
    renameSync(install.directory, source);
    const pack = (): ReturnType<Install['make']> => install.make(['--from', source]);
    expect(await pack()).toMatchObject(done);
    expect(await pack()).toEqual({
      ...done,
      stdout: `nothing to pack: ${source} is packed already, in ${install.squashfs}\n`,
    });
    mkdirSync(join(source, 'more'));
    expect(await pack()).toMatchObject({ status: 3, stderr: expect.stringContaining('already') });
    expect(await install.unmake()).toMatchObject(done);
    expect(await install.unmake()).toEqual({
      ...done,
      stdout: `nothing to unpack: the user software is a directory, ${install.directory}\n`,
    });
  });

  const others: [string, (install: Install) => void][] = [
    ['nothing says where it came from', ({ state }) => rmSync(join(state, 'user-software.lineage'))],
    [
      'the directory was made anew, and got the same inode number',
      (install) => {
        const entries = readdirSync(install.directory);
        for (const entry of entries) rmSync(join(install.directory, entry), { recursive: true });
        install.write('new.py');
      },
    ],
    [
      'the squashfs is another one',
      ({ squashfs }) => {
        copyFileSync(squashfs, `${squashfs}.copy`);
        renameSync(`${squashfs}.copy`, squashfs);
      },
    ],
    ['the squashfs was changed', ({ squashfs }) => utimesSync(squashfs, 1, 1)],
  ];
  test.each(others)('is not replaced when %s', async (_what, change) => {
    const install = makeFilled();
    await install.make();
    change(install);
    const squashfs = readFileSync(install.squashfs);
    const tree = describeTree(install.directory);
    const ran = await install.make(['--remove-directory']);
    expect(ran).toMatchObject({ status: 3, stdout: '' });
    expect(ran.stderr).toBe(
      `error: \`${install.directory}\` may not descend from \`${install.squashfs}\`: packing it could lose what only the squashfs holds\n` +
        'hint: to have both, move the directory aside, run `unmake-squashfs`, copy into it what you need, and pack again\n' +
        'hint: to drop the old squashfs: make-squashfs --replace-squashfs\n',
    );
    expect(readFileSync(install.squashfs).equals(squashfs)).toBe(true);
    expect(describeTree(install.directory)).toEqual(tree);
    expect(install.leftovers()).toEqual([]);

    expect(await install.make(['--replace-squashfs'])).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(tree);
  });

  test('survives a removed directory: a new one does not descend from it', async () => {
    const install = makeFilled();
    await install.make(['--remove-directory']);
    install.write('new.py');
    expect((await install.make()).status).toBe(3);
  });

  test.each<[string, string, RegExp]>([
    [
      'fails',
      'real "$@" -quiet >/dev/null; exit 1',
      /error: `.*` could not be packed, and is as it was: mksquashfs ended with exit status 1\n$/,
    ],
    ['is killed', 'kill -KILL $$', /mksquashfs was ended by signal 9\nhint: it may have run out of memory/],
    [
      'says that the disk is full',
      'echo "No space left on device" >&2; exit 1',
      /No space left on device\nerror: .*\nhint: free some space/,
    ],
    ['leaves nothing', 'exit 0', /error: the packed form does not hold what `/],
    [
      'leaves zeros where the magic goes',
      'real "$@"; printf "\\0\\0\\0\\0" | dd of="$2" conv=notrunc status=none',
      /does not hold/,
    ],
    ['leaves a file out', 'real "$@" -e "$1/lib/a.py"', /does not hold/],
    ['puts a file in', 'real "$@" -p "more f 644 0 0 echo x"', /does not hold/],
  ])('is kept when mksquashfs %s', async (_what, text, message) => {
    const install = makeFilled();
    await install.make();
    const squashfs = readFileSync(install.squashfs);
    const tree = describeTree(install.directory);
    fakeMksquashfs(install, text);
    const ran = await install.make(['--remove-directory']);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(readFileSync(install.squashfs).equals(squashfs)).toBe(true);
    expect(describeTree(install.directory)).toEqual(tree);
    expect(install.leftovers()).toEqual([]);
  });

  test('is kept when a file is not readable', async () => {
    const install = makeFilled({ unprivileged: true });
    await install.make();
    const squashfs = readFileSync(install.squashfs);
    execFileSync('chmod', ['0', join(install.directory, 'lib/a.py')]);
    const ran = await install.make(['--remove-directory']);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(
      /lib\/a\.py[\s\S]*error: `[\s\S]*could not be packed[\s\S]*hint: what is named above must be readable for you\n$/,
    );
    expect(readFileSync(install.squashfs).equals(squashfs)).toBe(true);
    expect(existsSync(join(install.directory, 'lib/b.py'))).toBe(true);
    expect(install.leftovers()).toEqual([]);
  });
});
