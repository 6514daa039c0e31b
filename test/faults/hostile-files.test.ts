import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/** Easyconfigs that are none; what is made in `prepare` has the name tiny-1.0.yaml. */
const noFiles: readonly [string, { prepare: string; status: number; says: string }][] = [
  ['a FIFO', { prepare: 'mkfifo tiny-1.0.yaml', status: 2, says: 'is no regular file' }],
  ['a device without end', { prepare: 'ln -s /dev/zero tiny-1.0.yaml', status: 2, says: 'is no regular file' }],
  ['a terminal', { prepare: 'ln -s /dev/tty tiny-1.0.yaml', status: 2, says: 'is no regular file' }],
  ['two gigabytes of nothing', { prepare: 'truncate -s 2G tiny-1.0.yaml', status: 2, says: 'has more than 1.0 MiB' }],
  [
    'one byte too many',
    { prepare: 'cp good tiny-1.0.yaml; truncate -s 1048577 tiny-1.0.yaml', status: 2, says: 'has more than 1.0 MiB' },
  ],
  [
    'links in a circle',
    { prepare: 'ln -s tiny-1.0.yaml tiny-1.0.yaml', status: 2, says: 'is a link to nothing or to itself' },
  ],
  ['a link to nothing', { prepare: 'ln -s none tiny-1.0.yaml', status: 2, says: 'is a link to nothing or to itself' }],
  ['a directory', { prepare: 'mkdir tiny-1.0.yaml', status: 2, says: 'is a directory' }],
  ['unreadable', { prepare: 'cp good tiny-1.0.yaml; chmod 0 tiny-1.0.yaml', status: 1, says: 'permission denied' }],
];

test('an easyconfig that is no such file is refused at once', async () => {
  const { write, run, prefix } = makeSandbox();
  write('good', tinyEasyconfig());
  const { stdout } = await run(
    `ulimit -v 4000000\n${noFiles
      .map(
        ([, { prepare }]) =>
          `${prepare}; ctinstall --image-dir "$CT_IMAGES" ./tiny-1.0.yaml 2>&1; printf '\\0%s\\0' $?; rm -rf tiny-1.0.yaml`,
      )
      .join('\n')}`,
  );
  const parts = stdout.split('\0');
  for (const [index, [name, { status, says }]] of noFiles.entries()) {
    const [said, ended] = parts.slice(2 * index);
    expect([name, ended, said]).toEqual([name, `${status}`, expect.stringContaining('tiny-1.0.yaml')]);
    expect([name, said]).toEqual([name, expect.stringContaining(says)]);
  }
  expect(existsSync(prefix)).toBe(false);
});

test('an easyconfig of a mebibyte is read', async () => {
  const { write, succeed } = makeSandbox();
  const start = tinyEasyconfig();
  write('tiny-1.0.yaml', `${start}#${'x'.repeat(2 ** 20 - start.length - 2)}\n`);
  await succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
});

test('an edited record or journal makes nobody write or remove elsewhere', async () => {
  const { write, succeed, run, dir } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig());
  await succeed(
    'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml; mkdir -p victim/sub; echo mine | tee victim/file victim/sub/file',
  );
  const victims = [
    '../../../../victim/file',
    join(dir, 'victim/file'),
    'bin/../../../../../victim/sub',
    './../../../../victim',
  ];
  write(
    'edit.mjs',
    `import { readFileSync, writeFileSync } from 'node:fs';
     const path = process.env.CTINSTALL_PREFIX + '/software/tiny/1.0/.ctinstall/record.json';
     const record = JSON.parse(readFileSync(path, 'utf8'));
     const files = ${JSON.stringify(victims)};
     record.files.push(...files.map((path) => ({ path, size: 5, mode: 420 })));
     record.retired.push(...files);
     record.modulefile = ${JSON.stringify(join(dir, 'victim/file'))};
     writeFileSync(path, JSON.stringify(record));`,
  );
  await succeed('node edit.mjs');
  for (const command of [
    'ctinstall verify',
    'ctinstall clean',
    'ctinstall --rebuild --image-dir "$CT_IMAGES" tiny-1.0.yaml',
    'node edit.mjs; ctinstall uninstall --yes --with-user-software tiny',
  ]) {
    await run(command);
    expect([command, await succeed('cat victim/file victim/sub/file')]).toEqual([command, 'mine\nmine\n']);
  }
});

test('names of easyconfigs and directories full of tricks do nothing', async () => {
  const { write, succeed, run, dir } = makeSandbox();
  write('good', tinyEasyconfig());
  const names = [
    '$(touch canary).yaml',
    '`touch canary`.yaml',
    '--allow-host-commands.yaml',
    '-rf.yaml',
    "'; touch canary; '.yaml",
    '%(name)s %s.yaml',
    '~root.yaml',
    '*.yaml',
  ];
  for (const [index, name] of names.entries()) {
    write('name', name);
    // The last one is installed.
    const ran = await run(
      `mkdir -p "d $(cat name)"; cp good "d $(cat name)/$(cat name)"; ctinstall ${index % 3 === 1 ? '--rebuild' : '--dry-run'} --image-dir "$CT_IMAGES" "d $(cat name)/$(cat name)"`,
    );
    expect([name, ran.status, ran.stdout + ran.stderr]).toEqual([name, 0, expect.stringContaining(name)]);
  }
  expect(existsSync(join(dir, 'canary'))).toBe(false);
  expect(await succeed('module load tiny; singularity exec "$SIF" echo runs; ctinstall verify')).toContain(
    'runs\ntiny/1.0: as installed',
  );
});
