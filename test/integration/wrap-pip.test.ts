import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

const base = '--base "$CT_IMAGES/venv.sif"';

test('Python packages in a base image, packed, with wrappers; a failing pip leaves nothing', async () => {
  const sandbox = makeSandbox();
  await sandbox.succeed(makeWheel('demo_tool'));
  sandbox.write('requirements.txt', 'demo_tool==1.0\n');
  sandbox.write('wrong.txt', 'demo_tool==3.0\n');
  const failed = await sandbox.run(`ctinstall wrap pip wrong.txt --name py ${base} -- --no-index --find-links wheels`);
  expect([failed.status, failed.stderr]).toEqual([1, expect.stringMatching(/demo_tool==3.0/)]);
  expect(readdirSync(sandbox.dir).filter((name) => /^py|squashfs/.test(name))).toEqual([]);
  expect(existsSync(join(sandbox.prefix, 'software'))).toBe(false);

  const out = await sandbox.succeed(`mkdir recipes
    ctinstall wrap pip requirements.txt --name py --output recipes/py-1.yaml ${base} -- --no-index --find-links=wheels >&2
    module load py; demo_tool 'a  b'; python -c 'import demo_tool, of_the_image, sys; print(demo_tool.version, sys.prefix)'
    "$CTINSTALL_PREFIX/software/py/1/bin/demo_tool" bare; ls "$CONTAINERROOT"
    ctinstall verify; ctinstall squashfs status py/1 | head -1`);
  const python = '/user-software/venv/py/bin/python';
  expect(out).toMatch(
    new RegExp(
      `^demo_tool 1.0 ${python}[0-9.]* a {2}b\\n1.0 /user-software/venv/py\\ndemo_tool 1.0 ${python}[0-9.]* bare\\n[^]*user-software.squashfs\\n[^]*py/1: as installed\\npy/1: /user-software is the squashfs file\\n$`,
    ),
  );
  expect(readdirSync(join(sandbox.prefix, 'software/py/1'))).not.toContain('user-software');
  expect((await sandbox.run(`ctinstall wrap pip none.txt --name x ${base}`)).stderr).toMatch(
    /there is no file `.*\/none.txt`\n+hint: name a `requirements.txt`/,
  );
});

test('packages need no file, and give the module its name', async () => {
  const sandbox = makeSandbox();
  await sandbox.succeed(makeWheel('demo_tool'));
  const out = await sandbox.succeed(`mkdir here; cd here
    ctinstall wrap pip demo_tool==1.0 --dry-run ${base} -- --no-index --find-links ../wheels; ls`);
  expect(out).toMatch(/^name: "demo_tool"$/m);
  expect(out).toContain('requirements: ["demo_tool==1.0"]');
  const local = await sandbox.succeed(`cd here
    ctinstall wrap pip ../wheels/demo_tool-1.0-*.whl --version 2 ${base} -- --no-index >&2; ls
    module load demo_tool/2; demo_tool x; cat "$CTINSTALL_PREFIX/easyconfigs/demo_tool-2.yaml"`);
  expect(local).toMatch(/^demo_tool 1\.0 \S+ x\n/);
  expect(local).toContain(`requirements: ["${sandbox.dir}/wheels/demo_tool-1.0`);
  sandbox.write('requirements.txt', 'demo_tool\n');
  const both = await sandbox.run(`ctinstall wrap pip requirements.txt demo_tool --name x ${base}`);
  expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('beside a requirements file') });
});
