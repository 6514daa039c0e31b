import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeConda } from '../harness/conda.ts';
import { makeSandbox } from '../harness/sandbox.ts';

const prefix = '/user-software/conda/env';
const base = '--base "$CT_IMAGES/tiny.sif"';

test('a conda environment, made by the host’s conda in a base image, packed, with wrappers that activate it', async () => {
  const sandbox = makeSandbox();
  await makeConda(sandbox, 'tools/micromamba');
  const out = await sandbox.succeed(`PATH=$PWD/tools:$PATH ctinstall wrap conda environment.yml --name env ${base} >&2
    module load env; tool 'a  b'; colour; module unload env; "$CTINSTALL_PREFIX/software/env/1/bin/tool" bare
    "$CTINSTALL_PREFIX/software/env/1/bin/in-container" cat ${prefix}/conda-meta/made-by
    ctinstall verify`);
  expect(out).toBe(
    `tool ${prefix} activated env a  b\ngreen\ntool ${prefix} activated env bare\n/ctinstall-conda/micromamba\nenv/1: as installed\n`,
  );
  const installDir = join(sandbox.prefix, 'software/env/1');
  expect(readdirSync(installDir)).toEqual(expect.arrayContaining(['user-software.squashfs']));
  expect(existsSync(join(installDir, 'user-software'))).toBe(false);
  expect(readFileSync(join(installDir, '.ctinstall/environment.yml'), 'utf8')).toContain('- tool=1.0');
  const more = await sandbox.succeed(`rm -r tools environment.yml channel
    ctinstall --rebuild --image-dir "$CT_IMAGES" env-1 >&2; module load env; tool again
    ctinstall squashfs update env/1 -- sh -c 'echo red > ${prefix}/share/colour' >&2; module unload env; module load env; colour
    ctinstall verify; ctinstall uninstall --yes --with-user-software env >&2; ls "$CTINSTALL_PREFIX/software"`);
  expect(more).toBe(`tool ${prefix} activated env again\nred\nenv/1: as installed\n`);
});

test('a list of explicit packages; a program that is named, with all that it lies in', async () => {
  const sandbox = makeSandbox();
  await makeConda(sandbox, 'miniconda/bin/conda');
  sandbox.write(
    'lock/explicit.txt',
    `# a lock file\n@EXPLICIT\nfile://${sandbox.dir}/channel/noarch/tool-1.0.tar.gz\n`,
  );
  const out = await sandbox.succeed(`mkdir miniconda/conda-meta; mkdir -p elsewhere; cd elsewhere
    ctinstall wrap conda ../lock/explicit.txt --name env --conda-program ../miniconda/bin/conda --wrappers tool ${base} >&2
    module load env; tool x; in-container cat ${prefix}/conda-meta/made-by; ls "$CONTAINERROOT/bin" | grep -c colour || true`);
  expect(out).toBe(`tool ${prefix} activated env x\n${sandbox.dir}/miniconda/bin/conda\n0\n`);
});

test('the image’s own conda comes first', async () => {
  const sandbox = makeSandbox();
  await makeConda(sandbox, 'root/usr/bin/conda');
  const out =
    await sandbox.succeed(`singularity exec --bind "$PWD/root:/mnt" "$CT_IMAGES/tiny.sif" sh -c 'for each in bin lib lib64 usr etc; do [ ! -e /$each ] || cp -a /$each /mnt/ ; done; mkdir -p /mnt/proc /mnt/sys /mnt/dev /mnt/tmp' 2>/dev/null || test -e root/bin/sh
    mksquashfs root own.sqfs -noappend -no-progress >/dev/null
    mkdir tools; cp root/usr/bin/conda tools/micromamba
    PATH=$PWD/tools:$PATH ctinstall wrap conda environment.yml --name env --base own.sqfs >&2
    module load env; tool; in-container cat ${prefix}/conda-meta/made-by`);
  expect(out).toMatch(/^tool \/user-software\/conda\/env activated env\n\/usr\/s?bin\/conda\n$/);
});

test('no channel; a conda that fails: its message; nothing is left', async () => {
  const sandbox = makeSandbox();
  await makeConda(sandbox, 'tools/conda');
  const wrap = `ctinstall wrap conda environment.yml --name env ${base}`;
  for (const [script, status, message] of [
    // ctinstall makes it itself, and this channel is none but for the conda of the tests.
    [wrap, 1, /there is no channel at `file:\/\/.*\/channel`/],
    [`${wrap} --conda-program none`, 1, /there is no conda at `.*\/none`/],
    [`sed -i s/2.0/3.0/ environment.yml; PATH=$PWD/tools:$PATH ${wrap}`, 1, /PackagesNotFoundError: .*colour-3.0/],
    ['ctinstall wrap conda none.yml --name env --base host', 1, /there is no file `.*\/none.yml`/],
    ['ctinstall wrap conda environment.yml --name env', 2, /nothing says which image it runs from\n+hint: `--base/],
  ] as const) {
    const failed = await sandbox.run(script);
    expect([script, failed.status, failed.stderr]).toEqual([script, status, expect.stringMatching(message)]);
    expect(readdirSync(sandbox.dir).filter((name) => /env-|squashfs/.test(name))).toEqual([]);
    expect(existsSync(join(sandbox.prefix, 'software'))).toBe(false);
  }
});

test('no conda anywhere: ctinstall makes it itself, byte code and packages of pip included', async () => {
  const sandbox = makeSandbox();
  // Stands in for the Python of conda: that of the image, with a pip that says what it was asked for.
  const python = `#!/bin/sh\n[ "$2" != pip ] || { cat /tmp/requirements.txt >${prefix}/asked; exit; }\nexport PYTHONPATH=${prefix}/lib/python3.11/site-packages\nexec /usr/bin/python3 "$@"\n`;
  sandbox.write('pkg-python/bin/python', python);
  sandbox.write('pkg-hello/site-packages/hello.py', 'print("hello")\n');
  sandbox.write(
    'list.yml',
    // Paths begin beside the list, wherever the easyconfig lies.
    'channels: [./chan]\ndependencies: [hello, python, { pip: ["-r more/asked.txt"] }]\n',
  );
  sandbox.write('more/asked.txt', "demo; python_version > '3'\n");
  const pack = (name: string, version: string, noarch: string, path: string): string => {
    const index = `"name":"${name}","version":"${version}","build":"0","build_number":0,"depends":[],"subdir":"noarch"${noarch}`;
    sandbox.write(`pkg-${name}/info/index.json`, `{${index}}`);
    sandbox.write(
      `pkg-${name}/info/paths.json`,
      `{"paths_version":1,"paths":[{"_path":"${path}","path_type":"hardlink"}]}`,
    );
    const file = `${name}-${version}-0.tar.bz2`;
    return `tar -cjf chan/noarch/${file} -C pkg-${name} .
      records="$records\${records:+,}$(printf '"${file}":{${index},"sha256":"%s"}' "$(sha256sum < chan/noarch/${file} | cut -d' ' -f1)")"`;
  };
  const out = await sandbox.succeed(`mkdir -p chan/noarch; chmod 755 pkg-python/bin/python; records=
    ${pack('python', '3.11.2', '', 'bin/python')}
    ${pack('hello', '1.0', ',"noarch":"python"', 'site-packages/hello.py')}
    printf '{"info":{"subdir":"noarch"},"packages":{%s},"packages.conda":{}}' "$records" > chan/noarch/repodata.json
    ctinstall wrap conda list.yml --name env --base "$CT_IMAGES/venv.sif" >&2
    module load env; python -m hello; in-container cat ${prefix}/asked
    in-container sh -c 'ls ${prefix}/lib/python3.11/site-packages/__pycache__ ${prefix}/conda-meta'
    ctinstall verify; ls "$CTINSTALL_PREFIX/software/env/1"`);
  expect(out).toBe(`hello
demo; python_version > '3'
${prefix}/conda-meta:
hello-1.0-0.json
history
python-3.11.2-0.json

${prefix}/lib/python3.11/site-packages/__pycache__:
hello.cpython-311.pyc
env/1: as installed
bin
runscripts
user-software.squashfs
venv.sif
`);
});
