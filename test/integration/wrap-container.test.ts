import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

test('an image without a recipe becomes a module, with an easyconfig that installs it again', async () => {
  const sandbox = makeSandbox();
  const out =
    await sandbox.succeed(`ctinstall wrap container "$CT_IMAGES/venv.sif" --name py --version 3 --versionsuffix=-x --wrappers /opt/venv/bin --wrappers show=cat >&2
    module load py/3-x; python -c 'import sys; print(sys.prefix, sys.argv[1:])' 'a  b'; echo text | show
    ctinstall verify; ctinstall list | head -1
    ctinstall uninstall --yes py >&2; ctinstall --image-dir "$CT_IMAGES" py/3-x >&2; python -c 'print(6*7)'`);
  expect(out).toMatch(/^\/opt\/venv \['a {2}b'\]\ntext\npy\/3-x: as installed\npy\/3-x .*\n42\n$/);
  const easyconfig = readFileSync(join(sandbox.prefix, 'easyconfigs/py-3-x.yaml'), 'utf8');
  expect(easyconfig).toMatch(
    /file: "venv.sif"[\s\S]*- { from: "\/opt\/venv\/bin" }\n {2}- { name: "show", command: "cat" }/,
  );
});

test('one that is brought from its source: the easyconfig says where from', async () => {
  const sandbox = makeSandbox();
  const out = await sandbox.succeed(
    `ctinstall wrap container docker://example.org/team/prog:2.0 --name prog --dry-run`,
  );
  expect(out).toMatch(
    /source: "docker:\/\/example.org\/team\/prog:2.0"[\s\S]*fetch image docker:\/\/example.org\/team\/prog:2.0/,
  );
  expect((await sandbox.succeed('ls')).trim()).toBe('');
});

test('without a name it has that of the image, and leaves nothing in the current directory', async () => {
  const sandbox = makeSandbox();
  const out = await sandbox.succeed(`mkdir here images; cp "$CT_IMAGES/tiny.sif" images/prog_2.1-cpu.sif
    cp "$CT_IMAGES/tiny.sif" images/plain.sif; cd here
    ctinstall wrap container ../images/prog_2.1-cpu.sif; ctinstall wrap container ../images/plain.sif; ls
    ls "$CTINSTALL_PREFIX/easyconfigs"`);
  expect(out).toBe('module load prog/2.1-cpu\nmodule load plain/1\nplain-1.yaml\nprog-2.1-cpu.yaml\n');
  const tag = await sandbox.succeed('ctinstall wrap container docker://example.org/team/tool:4.2 --dry-run');
  expect(tag).toMatch(/^name: "tool"\nversion: "4.2"$/m);
});

test('--output, --dry-run and the image modes', async () => {
  const sandbox = makeSandbox();
  const out =
    await sandbox.succeed(`ctinstall wrap container "$CT_IMAGES/tiny.sif" --name t --output t.yaml --image-mode link >&2
    ls; module load t/1; readlink "$SIF"; start-shell -c 'echo runs'`);
  expect(out).toMatch(/^(?:.*\n)*t\.yaml\n[\s\S]*\/tiny\.sif\nruns\n$/);
});

test('what gets no wrapper is named, and what hides another program; a broken `sh` among the programs is not run', async () => {
  const sandbox = makeSandbox();
  sandbox.write('make-programs', '#!/bin/sh\necho no shell\nexit 3\n');
  const names = ['a b', '[', '-rf', 'ünï', 'bash', 'sh', 'cd', 'ls', 'start-shell', 'good', 'new\nline'];
  const { status, stdout, stderr } = await sandbox.run(`
    mkdir programs; chmod +x make-programs
    ${names.map((name) => `cp make-programs 'programs/${name}'`).join('; ')}
    ctinstall wrap directory programs --name odd --base "$CT_IMAGES/tiny.sif" --at /opt/odd --wrappers . || exit
    ls "$CTINSTALL_PREFIX/software/odd/1/bin"`);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const made = stdout.split('\n');
  expect(made).toEqual(expect.arrayContaining(['cd', 'ls', 'good']));
  for (const name of ['bash', 'sh', '[', '-rf']) expect(made).not.toContain(name);
  expect(stderr).toMatch(
    /^no wrapper for (?=.*`a b`)(?=.*`\[`)(?=.*`-rf`)(?=.*`ünï`)(?=.*`new\?line`).*: the name of a wrapper is made of/m,
  );
  expect(stderr).toMatch(/^no wrapper for `bash`, `sh`: scripts of the host would run it/m);
  expect(stderr).toContain('no wrapper for `start-shell`: a script of ctinstall has that name');
  expect(stderr).toContain('what the shell has of its own, which it runs instead: `cd`\n');
  expect(stderr).toContain("these wrappers come before the system's own programs: `ls`\nhint: to leave them out");
});
