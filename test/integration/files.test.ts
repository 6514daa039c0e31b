import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('files of a recipe are installed, recorded, written anew and removed', async () => {
  const { succeed, write, prefix } = makeSandbox();
  const at = (path: string): string => join(prefix, 'software/tiny/1.0', path);
  write('x.def', 'Bootstrap: docker 100 %(name)s\n');
  write(
    'tiny-1.0.yaml',
    tinyEasyconfig(`
files:
  - { path: runscripts/say, text: "#!/bin/sh\\necho $0 of %(name)s 100 %%\\n" }
  - { path: bin/tell, text: "#!/bin/sh\\necho on the host\\n" }
  - { path: share/deep/x.def, from: x.def, mode: "600" }
`),
  );
  await succeed(install);
  expect(readFileSync(at('share/deep/x.def'), 'utf8')).toBe('Bootstrap: docker 100 %(name)s\n');
  expect([modeOf(at('runscripts/say')), modeOf(at('share/deep/x.def'))]).toEqual([0o755, 0o600]);
  expect(await succeed('module load tiny && singularity exec "$SIF" say && tell')).toBe(
    '/runscripts/say of tiny 100 %\non the host\n',
  );
  expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');

  await succeed('echo "# changed" >> "$CTINSTALL_PREFIX/software/tiny/1.0/runscripts/say"');
  await succeed('rm x.def; ctinstall regenerate tiny');
  expect(readFileSync(at('runscripts/say'), 'utf8')).not.toContain('changed');
  expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
  // What lay beside the easyconfig is gone, and is kept with the install.
  await succeed(`${install} --rebuild`);
  expect(readFileSync(at('share/deep/x.def'), 'utf8')).toMatch(/^Bootstrap/);

  await succeed('ctinstall uninstall --yes tiny');
  expect(existsSync(at('share'))).toBe(false);
});

test('a file beside the recipe that is missing, or no text, is named', async () => {
  const { run, write } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig('files: [{ path: share/x, from: gone.txt }]\n'));
  const missing = await run(install);
  expect([missing.status, missing.stderr]).toEqual([
    1,
    expect.stringMatching(/gone\.txt` is not there[\s\S]*hint: put it beside/),
  ]);
});

test('a run script of the recipe can have a wrapper, by its name or its path', async () => {
  const { run, succeed, write } = makeSandbox();
  write(
    'said-1.0.yaml',
    `name: said
version: "1.0"
image: { file: tiny.sif }
files: [{ path: runscripts/say, text: "#!/bin/sh\\necho inside $1\\n" }]
wrappers: [say, { name: tell, command: /runscripts/say, args: [told] }]
`,
  );
  await succeed('ctinstall --image-dir "$CT_IMAGES" said-1.0.yaml');
  expect(await succeed('module load said && say "a b" && tell')).toBe('inside a b\ninside told\n');
  write(
    'none-1.0.yaml',
    'name: none\nversion: "1.0"\nimage: { file: tiny.sif }\nwrappers: [{ name: x, command: /runscripts/say }]\n',
  );
  const { status, stderr } = await run('ctinstall --image-dir "$CT_IMAGES" none-1.0.yaml');
  expect([status, stderr]).toEqual([1, expect.stringMatching(/`\/runscripts\/say` of `wrappers` is not in the image/)]);
});
