import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';

/** A program that finds its parts by a path that is written into it, as most are. */
async function makeProgram(sandbox: Sandbox, directory: string): Promise<void> {
  sandbox.write(`${directory}/lib/words`, 'word=hello\n');
  const path = join(sandbox.dir, directory);
  sandbox.write(`${directory}/bin/hello`, `#!/bin/sh\n. '${path}/lib/words'\necho "$word" "$0" "$@"\n`);
  await sandbox.succeed(`chmod +x '${directory}/bin/hello'`);
}

test('an installation is packed, and runs at its own path from the host’s root, whatever becomes of the original', async () => {
  const sandbox = makeSandbox();
  const { dir, prefix, succeed } = sandbox;
  await makeProgram(sandbox, 'a prog');
  // No wrapper can have such a name, nor does a part of it give one.
  await succeed(`cp -p 'a prog/bin/hello' 'a prog/bin/a b'; cp -p 'a prog/bin/hello' 'a prog/bin/'$'new\\nline'
    ctinstall wrap directory 'a prog' --name prog --version 2.1 --default`);
  const out =
    await succeed(`module load prog; hello 'a  b'; in-container sh -c 'touch "$1"' x 'a prog/new' || echo read-only
    grep -c . /etc/passwd | cmp - <(in-container grep -c . /etc/passwd)
    mv 'a prog' moved; hello; "$CONTAINERROOT/bin/hello"
    module unload prog; "$CTINSTALL_PREFIX/software/prog/2.1/bin/hello" bare`);
  const self = `${dir}/a prog/bin/hello`;
  expect(out).toBe(`hello ${self} a  b\nread-only\nhello ${self}\nhello ${self}\nhello ${self} bare\n`);
  const installed = readdirSync(join(prefix, 'software/prog/2.1')).sort();
  expect(installed).toEqual(['.ctinstall', 'bin', 'prog-2.1-host.squashfs', 'runscripts', 'user-software.squashfs']);
  const programs = readdirSync(join(prefix, 'software/prog/2.1/bin'));
  expect(programs).toContain('hello');
  expect(programs.filter((name) => /^(a|b|a b|new|line|new\nline)$/.test(name))).toEqual([]);
});

test('it is an install like any other: list, verify, rebuild, unpack, change, pack, update, uninstall, and the easyconfig alone', async () => {
  const sandbox = makeSandbox();
  const { dir, prefix, succeed, run } = sandbox;
  await makeProgram(sandbox, 'prog');
  const out = await succeed(`ctinstall wrap directory prog >&2
    ctinstall --rebuild "$CTINSTALL_PREFIX/easyconfigs/prog-1.yaml" >&2
    ctinstall squashfs unmake prog/1 >&2; ctinstall squashfs status prog/1 | head -1
    sed -i s/hello/changed/ "$CTINSTALL_PREFIX/software/prog/1/user-software/lib/words"
    ctinstall squashfs make prog/1 --remove-directory >&2
    module load prog; hello
    ctinstall regenerate --all >&2; ctinstall verify; ctinstall list`);
  expect(out).toMatch(
    `prog/1: ${dir}/prog is the directory\nchanged ${dir}/prog/bin/hello\nprog/1: as installed\nprog/1 `,
  );
  expect((await run('ctinstall wrap directory prog --name prog')).stderr).toContain('installed already');

  // --update packs it anew, with programs that are new; an unpacked copy is not hidden.
  expect(
    await succeed(`cp -p prog/bin/hello prog/bin/again; echo word=bye > prog/lib/words
      ctinstall wrap directory prog --name prog --update >&2; module load prog; again; ctinstall verify`),
  ).toBe(`bye ${dir}/prog/bin/again\nprog/1: as installed\n`);
  const packed = join(prefix, 'software/prog/1/user-software.squashfs');
  const before = readFileSync(packed);
  const refused = await run(
    'ctinstall squashfs unmake --keep-squashfs prog/1; ctinstall wrap directory prog --name prog --update',
  );
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringContaining('would be hidden by what `--from` packs'),
  ]);
  expect(readFileSync(packed).equals(before)).toBe(true);

  const alone = await succeed(`ctinstall uninstall --yes --with-user-software prog
    ls "$CTINSTALL_PREFIX/software" | sed 's/^/left: /'
    ctinstall "$CTINSTALL_PREFIX/easyconfigs/prog-1.yaml" >&2; module load prog; hello`);
  expect(alone).toMatch(new RegExp(`(^|\\n)bye ${dir}/prog/bin/hello\\n$`));
  expect(alone).not.toContain('left: ');
});

test('in a base image, at another path, with wrappers that are named', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'prog/tools/run.sh',
    '#!/bin/sh\necho "$0" in "$(test -e /work-of-host && echo host || echo image)" "$@"\n',
  );
  sandbox.write('prog/share/data', 'x\n');
  const out = await sandbox.succeed(`chmod +x prog/tools/run.sh
    ctinstall wrap directory prog --name prog --base "$CT_IMAGES/tiny.sif" --at /opt/prog --wrappers tools --wrappers go=/opt/prog/tools/run.sh --wrappers sed >&2
    module load prog; run.sh a; go b; echo c | sed s/c/d/; in-container cat /opt/prog/share/data`);
  expect(out).toBe('/opt/prog/tools/run.sh in image a\n/opt/prog/tools/run.sh in image b\nd\nx\n');
});

test('a place that lies below a bound file system: parents before children', async () => {
  const sandbox = makeSandbox();
  const { dir, succeed } = sandbox;
  await makeProgram(sandbox, 'scratch/prog');
  sandbox.write('scratch/data', 'there\n');
  await succeed(`ctinstall wrap directory scratch/prog --name prog --base "$CT_IMAGES/tiny.sif" --dry-run > plan
    ctinstall wrap directory scratch/prog --name prog --base "$CT_IMAGES/tiny.sif" >&2
    sed -i 's#^wrappers:#binds: ["${dir}/scratch"]\\nwrappers:#' "$CTINSTALL_PREFIX/easyconfigs/prog-1.yaml"
    ctinstall --rebuild --image-dir "$CT_IMAGES" "$CTINSTALL_PREFIX/easyconfigs/prog-1.yaml"`);
  expect(readFileSync(join(dir, 'plan'), 'utf8')).toMatch(/user_software: [\s\S]*pack .*scratch\/prog/);
  const out = await succeed(`module load prog; rm -r scratch/prog; hello; in-container cat '${dir}/scratch/data'
    ctinstall --rebuild --image-dir "$CT_IMAGES" "$CTINSTALL_PREFIX/easyconfigs/prog-1.yaml" >&2; hello`);
  expect(out).toBe(`hello ${dir}/scratch/prog/bin/hello\nthere\nhello ${dir}/scratch/prog/bin/hello\n`);
});
