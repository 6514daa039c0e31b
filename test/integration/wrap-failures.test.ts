import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/** What is left of a wrap: files here, and below the prefix. */
function leftOf({ dir, prefix }: Sandbox): string[] {
  const there = existsSync(prefix) ? [prefix] : [];
  const below = there
    .flatMap((directory) => readdirSync(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory());
  return [...readdirSync(dir).filter((name) => /\.(yaml|squashfs|part)$/.test(name)), ...below.map(({ name }) => name)];
}

test('what is missing or wrong is said, with what to do, and nothing is left', async () => {
  const sandbox = makeSandbox();
  sandbox.write('prog/bin/x', '#!/bin/sh\n');
  await sandbox.succeed('mkdir -p empty bare/lib "$CTINSTALL_PREFIX"; touch bare/lib/x file; chmod +x prog/bin/x');
  const tiny = '"$CT_IMAGES/tiny.sif"';
  for (const [args, status, message] of [
    ['conda file --base host', 2, /nothing says what the module is to be called\n+hint: .*--name/],
    ['directory prog --name "a b"', 2, /`--name a b` cannot be part of the name of a module/],
    ['folder prog --name x', 2, /`folder` is nothing that `ctinstall wrap` knows\n+hint: .*container, directory/],
    [
      'file',
      2,
      /`file` is nothing that `ctinstall wrap` knows; first comes .*\n {2}for example: ctinstall wrap container/,
    ],
    ['pip ./none --base none.sif', 1, /there is no file `.*\/none`\n+hint: name a `requirements.txt`/],
    ['directory none --name x', 1, /the directory `.*\/none` is not there/],
    ['directory file --name x', 1, /`.*\/file` is a file/],
    ['directory empty --name x', 1, /`.*\/empty` is empty/],
    ['directory bare --name x', 2, /there is no `bin` in `.*\/bare`\n+hint: .*--wrappers/],
    ['directory prog --name x --wrappers none/bin', 2, /there is no `.*\/prog\/none\/bin` for `--wrappers`/],
    ['directory prog --name x --base none.sif', 1, /no image at `.*\/none.sif`/],
    ['directory prog --name x --at /', 2, /nothing can be seen at `\/` in the container/],
    ['directory prog --name x --mask --at /opt/x', 2, /`--mask` does not go with `--at`/],
    ['directory "$(dirname "$CTINSTALL_PREFIX")" --name x --wrappers x', 2, /has the prefix `.*` in it/],
    ['container none.sif --name x', 1, /no image at `.*\/none.sif`/],
    ['container file --name x', 1, /`.*\/file`/],
    [`container ${tiny} --name x --wrappers bin/x`, 2, /is neither a full path nor the name of a program/],
    [
      `container ${tiny} --name x --wrappers /opt/none`,
      1,
      /the directory `\/opt\/none` of `wrappers` is not in the image/,
    ],
    [`container ${tiny} --name x --base host`, 2, /`--base` does not go with `ctinstall wrap container`/],
  ] as const) {
    const failed = await sandbox.run(`ctinstall wrap ${args}`);
    expect([args, failed.status, failed.stderr]).toEqual([args, status, expect.stringMatching(message)]);
    expect([args, leftOf(sandbox)]).toEqual([args, []]);
  }
});

test('a file that cannot be read is named, and nothing is left', async () => {
  const sandbox = makeSandbox();
  sandbox.write('prog/bin/x', '#!/bin/sh\n');
  sandbox.write('prog/secret', 'x\n');
  const failed = await sandbox.run(
    'chmod 000 prog/secret; chmod +x prog/bin/x; ctinstall wrap directory prog --name prog',
  );
  expect([failed.status, failed.stderr]).toEqual([1, expect.stringMatching(/prog` could not be packed[\s\S]*secret/)]);
  expect(leftOf(sandbox)).toEqual([]);
  expect(
    await sandbox.succeed('chmod 600 prog/secret; ctinstall wrap directory prog --name prog && ctinstall verify'),
  ).toContain('as installed');
});

test('an easyconfig that says something else is overwritten only with --force, and is back after a failure', async () => {
  const sandbox = makeSandbox();
  sandbox.write('prog/bin/x', '#!/bin/sh\necho x\n');
  sandbox.write('ctinstall/easyconfigs/prog-1.yaml', '# mine\n');
  const wrap = 'chmod +x prog/bin/x; ctinstall wrap directory prog --name prog';
  const refused = await sandbox.run(wrap);
  expect([refused.status, refused.stderr]).toEqual([
    2,
    expect.stringContaining('is there already, and says something else'),
  ]);
  const easyconfigs = join(sandbox.prefix, 'easyconfigs');
  expect(readdirSync(easyconfigs)).toEqual(['prog-1.yaml']);
  expect((await sandbox.run(`${wrap} --force --wrappers /opt/none`)).status).toBe(1);
  expect(readFileSync(join(easyconfigs, 'prog-1.yaml'), 'utf8')).toBe('# mine\n');
  expect(await sandbox.succeed(`${wrap} --force >&2; module load prog; x`)).toBe('x\n');
  const installed = readFileSync(join(easyconfigs, 'prog-1.yaml'), 'utf8');
  const again = await sandbox.run(`${wrap} --force --wrappers ls`);
  expect([again.status, again.stderr]).toEqual([
    2,
    expect.stringContaining('prog/1 is installed, and `--force` alone'),
  ]);
  expect(readFileSync(join(easyconfigs, 'prog-1.yaml'), 'utf8')).toBe(installed);
  expect(existsSync(join(easyconfigs, 'prog-1-host.squashfs'))).toBe(true);
});

test('SIGTERM while it packs: nothing is left', async () => {
  const sandbox = makeSandbox();
  sandbox.write('prog/bin/x', '#!/bin/sh\n');
  // A mksquashfs that says where it is, and takes its time over anything but trials on empty directories.
  sandbox.write(
    'slow/mksquashfs',
    `#!/bin/bash\nreal=$(PATH=\${PATH#*:} type -P mksquashfs)\ncase $1 in */prog) touch '${sandbox.dir}/packing'; sleep 60 & wait ;; esac\nexec "$real" "$@"\n`,
  );
  const { stdout } = await sandbox.run(`chmod +x slow/mksquashfs prog/bin/x; PATH=$PWD/slow:$PATH
    ctinstall wrap directory prog --name prog --base "$CT_IMAGES/tiny.sif" & pid=$!
    until [ -e packing ]; do sleep 0.05; done
    kill -TERM $pid; wait $pid; echo "status $?"`);
  expect(stdout).toMatch(/status (130|143)\n$/);
  expect(leftOf(sandbox).filter((name) => name !== 'packing')).toEqual([]);
});

test('an easyconfig that is given a conda environment or a directory later: a rebuild says that it makes neither', async () => {
  const sandbox = makeSandbox();
  const rebuild = async (more: string): Promise<string> => {
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
    const { status, stderr } = await sandbox.run('ctinstall --rebuild --image-dir "$CT_IMAGES" tiny-1.0.yaml');
    expect(status).toBe(0);
    return stderr;
  };
  const note = 'is not in the user software of tiny/1.0, which is there already';
  expect(await rebuild('')).not.toContain(note);
  expect(await rebuild('python: { conda: { name: env, file: environment.yml } }\n')).toContain(
    `the conda environment \`env\` ${note}`,
  );
  expect(await rebuild(`user_software: { from: ${sandbox.dir} }\n`)).toContain(`what \`${sandbox.dir}\` holds ${note}`);
  await sandbox.succeed('mkdir -p "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/conda/env"');
  expect(await rebuild('python: { conda: { name: env, file: environment.yml } }\n')).not.toContain(note);
});
