import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES:$PWD" tiny-1.0.yaml';

const easyconfig = `# the top
name: tiny
version: "1.0"   # of the image
image: { file: tiny.sif, mode: copy }
env:
  # for everybody
  module: { A: a, B: b }
`;

function prepared(text = easyconfig): Sandbox & { readonly kept: (fullVersion: string) => string } {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', text);
  return {
    ...sandbox,
    kept: (fullVersion) =>
      readFileSync(join(sandbox.prefix, `software/tiny/${fullVersion}/.ctinstall/easyconfig.yaml`), 'utf8'),
  };
}

describe('--set', () => {
  test('changes what is installed and kept, and leaves the file and its comments', async () => {
    const { succeed, kept, dir } = prepared();
    await succeed(`${install} --set env.module.A=changed --set versionsuffix=-x --set 'env.container={ C: "1" }'`);
    expect(kept('1.0-x')).toBe(`# the top
name: tiny
version: "1.0" # of the image
image: { file: tiny.sif, mode: copy }
env:
  # for everybody
  module: { A: changed, B: b }
  container:
    C: "1"
versionsuffix: -x
`);
    expect(readFileSync(join(dir, 'tiny-1.0.yaml'), 'utf8')).toBe(easyconfig);
    expect(await succeed('module load tiny; echo "$A $B"; singularity exec "$SIF" sh -c \'echo "$C"\'')).toBe(
      'changed b\n1\n',
    );
  });

  test('takes a key away where the value is empty', async () => {
    const { succeed, kept } = prepared();
    await succeed(`${install} --set env.module.A= --set image.mode=null`);
    expect(kept('1.0')).toContain('image: { file: tiny.sif }\n');
    expect(kept('1.0')).toContain('module: { B: b }\n');
  });

  test('shows its faults at the flag, those of the file at its lines', async () => {
    const { run, prefix } = prepared(easyconfig.replace('A: a', 'A: 3'));
    const ran = await run(`${install} --dry-run --set image.file=a/b --set version=1.10 --set imge.file=x`);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('the easyconfig has 4 faults');
    expect(ran.stderr).toMatch(
      /\n {2}--set image\.file: `image\.file`: `a\/b` is a path.*\n.*image\.file=a\/b\n.* {11}\^\^\^\n/,
    );
    expect(ran.stderr).toMatch(/--set version: `version` must be text, but YAML reads `1\.10` as the number 1\.1\n/);
    expect(ran.stderr).toContain(`hint: quote it: \`--set 'version="1.10"'\``);
    expect(ran.stderr).toMatch(/--set imge\.file: unknown key `imge`[\s\S]*did you mean `image`\?/);
    expect(ran.stderr).toMatch(/tiny-1\.0\.yaml:7:16: `env\.module\.A` must be text/);
    expect(existsSync(prefix)).toBe(false);
    const unread = await run(`${install} --set foo --set 'a=['`);
    expect(unread.status).toBe(2);
    expect(unread.stderr).toMatch(/--set foo: there is no `=`[\s\S]*--set a: /);
  });

  test('a fault that only this machine shows is at the flag too', async () => {
    const { run } = prepared();
    const ran = await run(`${install} --dry-run --set 'wrappers=[bash]'`);
    expect(ran.stderr).toMatch(/--set wrappers: no wrapper may be called `bash`[\s\S]*choose another name/);
  });

  test('with --module-only changes the module of an install that is there', async () => {
    const { succeed, kept } = prepared();
    await succeed(install);
    const change = '--module-only --set env.module.A=changed';
    expect(await succeed(`${install} --dry-run --trace ${change}`)).toMatch(/^\+set\("A", "changed"\)$/m);
    await succeed(`${install} ${change}`);
    expect(kept('1.0')).toContain('A: changed');
    expect(await succeed('module load tiny; echo "$A"; ctinstall verify')).toBe('changed\ntiny/1.0: as installed\n');
  });

  test('is shown by --dry-run, and by show', async () => {
    const { succeed, run } = prepared();
    expect(await succeed(`${install} --dry-run --set name=other`)).toMatch(/^other\/1\.0 → /);
    expect(await succeed('ctinstall show --set env.module.A=shown tiny-1.0.yaml')).toMatch(/A=shown/);
    const refused = await run(`${install} --inject-checksums --set a=b`);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringMatching(/leave out `--set`/) });
  });
});

describe('--try-version', () => {
  const versioned = `name: tiny
version: "1.0"
image:
  # built by hand
  file: tiny-1.0-rocm-1.0.2.sif
  sha256: ${'a'.repeat(64)}
  source: docker://example.org/tiny:v1.0
`;

  test('takes the version in the names of the image too, drops its checksum, and says so', async () => {
    const { succeed, run, prefix, kept } = prepared(versioned);
    await succeed('cp "$CT_IMAGES/tiny.sif" tiny-1.10-rocm-1.0.2.sif');
    const ran = await run(`${install} --try-version 1.10`);
    expect(ran.stderr).toMatch(/`image\.file` is `tiny-1\.10-rocm-1\.0\.2\.sif` with version 1\.10\n/);
    expect(ran.stderr).toMatch(/`image\.source` is `docker:\/\/example\.org\/tiny:v1\.10` with version 1\.10\n/);
    expect(ran.stderr).toMatch(/the checksum of the image is left out/);
    expect(ran.stderr).not.toMatch(/should be called/);
    expect(readdirSync(join(prefix, 'software/tiny'))).toEqual(['1.10']);
    expect(kept('1.10')).toBe(`name: tiny
version: "1.10"
image:
  # built by hand
  file: tiny-1.10-rocm-1.0.2.sif
  source: docker://example.org/tiny:v1.10
`);
    expect(await succeed('module load tiny/1.10; echo "$EBVERSIONTINY"; ctinstall verify')).toBe(
      '1.10\ntiny/1.10: as installed\n',
    );
  });

  test('says where the image stays the same; a version that is none is a fault of the flag', async () => {
    const { run } = prepared();
    const same = await run(`${install} --dry-run --try-version 2`);
    expect(same.stdout).toMatch(/^tiny\/2 → /);
    expect(same.stderr).toMatch(/`image\.file` does not name the version: it stays `tiny\.sif` with version 2\n/);
    const bad = await run(`${install} --dry-run --try-version 2/3`);
    expect(bad.status).toBe(2);
    expect(bad.stderr).toMatch(/--try-version: `version`: `2\/3` is not a valid version\n {2}\| 2\/3\n {2}\| \^\^\^\n/);
  });
});

describe('ctinstall show --copy', () => {
  test('puts a shipped easyconfig here, to edit, and never replaces a file', async () => {
    const { succeed, run, dir } = makeSandbox();
    const name = 'mpi4py-3.1.6-rocm-6.2.0.yaml';
    const copied = await run(`ctinstall show --copy ${name}`);
    expect(copied.stdout).toMatch(
      /^copied \S*\/easyconfigs\/m\/mpi4py\/\S* to \S*\/mpi4py-3\.1\.6-rocm-6\.2\.0\.yaml\n$/,
    );
    expect(copied.stderr).toContain(`\nctinstall --dry-run ./${name}\nctinstall ./${name}\n`);
    // But for the first line, which leads an editor to the schema.
    const [first = '', mode] = (
      await succeed(
        `diff <(tail -n +2 ${name}) <(tail -n +2 "$CT_TOOL/easyconfigs/m/mpi4py/${name}") && head -1 ${name} && stat -c %a ${name}`,
      )
    ).split('\n');
    expect(mode).toMatch(/^6/);
    expect(existsSync(first.replace('# yaml-language-server: $schema=', ''))).toBe(true);
    const elsewhere = await run(`cd /usr && ctinstall show --copy ${name}`);
    expect([elsewhere.status, elsewhere.stderr]).toEqual([
      1,
      expect.stringMatching(/hint: the copy goes to the current/),
    ]);
    await succeed(`echo mine > ${name}`);
    const again = await run(`ctinstall show --copy "$CT_TOOL/easyconfigs/m/mpi4py/${name}"`);
    expect(again.status).toBe(1);
    expect(again.stderr).toMatch(/is there already, and is not replaced/);
    expect(readFileSync(join(dir, name), 'utf8')).toBe('mine\n');
    expect((await run(`ctinstall show --copy ${name}`)).stderr).toMatch(/is here already/);
    await succeed(`rm ${name}; ctinstall show --copy ${name} --set versionsuffix=-mine`);
    expect(readdirSync(dir).filter((file) => file.endsWith('.yaml'))).toEqual(['mpi4py-3.1.6-mine.yaml']);
  });
});
