import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const changed = `${tinyEasyconfig().replace('[start-shell]', '[start-shell, { name: say, command: echo }]')}description: new\n`;
const install = 'ctinstall --image-dir "$CT_IMAGES"';

async function installed(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(`${install} tiny-1.0.yaml`);
  return sandbox;
}

test('is named by install, by the table of a stack and by list, until a rebuild applies it', async () => {
  const sandbox = await installed();
  sandbox.write('tiny-1.0.yaml', `# a comment is no change\n${tinyEasyconfig()}`);
  const same = await sandbox.run(`${install} tiny-1.0.yaml; ctinstall list --json`);
  expect(same.stderr).toContain('tiny/1.0 is installed already; `--rebuild` installs it again');
  expect(JSON.parse(same.stdout.slice(same.stdout.indexOf('[')))).toMatchObject([{ differs: null }]);

  sandbox.write('tiny-1.0.yaml', changed);
  sandbox.write('stack.yaml', '- tiny-1.0.yaml\n');
  const differs = 'differs: description, wrappers; `--rebuild` applies it';
  expect((await sandbox.run(`${install} tiny-1.0.yaml`)).stderr).toContain(`tiny/1.0 is installed already; ${differs}`);
  const table = await sandbox.succeed(`${install} --stack stack.yaml`);
  expect(table).toMatch(/^tiny\/1\.0 +there already .* differs: description, wrappers; --rebuild applies it$/m);
  const summary = await sandbox.succeed(`${install} --stack stack.yaml --json`);
  expect(summary).toContain('"outcome":"already-installed","differs":["description","wrappers"]');
  expect(await sandbox.succeed('ctinstall list')).toMatch(/ differs: description, wrappers; --rebuild applies it\n$/);
  expect(JSON.parse(await sandbox.succeed('ctinstall list --json'))).toMatchObject([
    { differs: ['description', 'wrappers'] },
  ]);
  await sandbox.succeed(`${install} --rebuild tiny-1.0.yaml`);
  expect(await sandbox.succeed('ctinstall list')).not.toContain('differs');
});

test('another easyconfig of the same name and version is told by its path', async () => {
  const sandbox = await installed();
  sandbox.write('other/tiny-1.0.yaml', changed);
  const { stderr } = await sandbox.run(`${install} other/tiny-1.0.yaml`);
  expect(stderr).toContain(
    `tiny/1.0 is installed already; from \`${sandbox.dir}/tiny-1.0.yaml\`, of which this easyconfig differs: description, wrappers; \`--rebuild\` applies it`,
  );
  expect(await sandbox.succeed('ctinstall list')).not.toContain('differs');
});

test('`--rebuild` of a module takes the easyconfig that it was installed from, in any directory; the copy where that is gone', async () => {
  const sandbox = makeSandbox();
  sandbox.write('recipes/tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(
    `ctinstall --image "$CT_IMAGES/tiny.sif" recipes/tiny-1.0.yaml; rm "$CTINSTALL_PREFIX/software/tiny/1.0/tiny.sif"`,
  );
  const gone = await sandbox.run('module load tiny');
  expect(gone.stderr.replace(/\s+/g, ' ')).toContain('Install it again (ctinstall --rebuild tiny/1.0)');
  const bare = await sandbox.run('"$CTINSTALL_PREFIX"/software/tiny/1.0/bin/start-shell');
  expect(bare.stderr).toContain('hint: install it again: ctinstall --rebuild tiny/1.0');
  const again = await sandbox.run('mkdir else; cd else; ctinstall --image-dir "$CT_IMAGES" --rebuild tiny/1.0');
  expect(again).toMatchObject({ status: 0, stdout: 'module load tiny/1.0\n' });
  expect(again.stderr).toContain(
    `tiny/1.0: taking ${sandbox.dir}/recipes/tiny-1.0.yaml, which tiny/1.0 was installed from`,
  );
  const lost = await sandbox.run('rm recipes/tiny-1.0.yaml; ctinstall --rebuild tiny');
  expect(lost.status).toBe(2);
  const [, hint = ''] = /^hint: a copy of it was kept: (.*)$/m.exec(lost.stderr) ?? [];
  expect(hint).toMatch(/^cp .*\/easyconfig\.yaml tiny-1\.0\.yaml; ctinstall --rebuild tiny-1\.0\.yaml$/);
  expect(await sandbox.succeed(`export CTINSTALL_IMAGE_DIRS=$CT_IMAGES; ${hint}`)).toBe('module load tiny/1.0\n');
});

test('what `--set` changed is no change of the file; regenerate keeps where it came from', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(
    `${install} --set description=mine tiny-1.0.yaml; CTINSTALL_GPU=none ctinstall regenerate --all`,
  );
  expect(await sandbox.succeed('ctinstall list')).not.toMatch(/differs|changed/);
  sandbox.write('tiny-1.0.yaml', changed);
  expect(await sandbox.succeed('ctinstall list')).toContain('its easyconfig has changed; --rebuild applies it');
  await sandbox.succeed('rm tiny-1.0.yaml');
  expect(await sandbox.succeed('ctinstall list')).not.toMatch(/differs|changed/);
});

test('list tells a copy, a link, a central image, and none at all', async () => {
  const sandbox = makeSandbox();
  for (const name of ['own', 'link', 'mid', 'lost']) sandbox.write(`${name}-1.0.yaml`, tinyEasyconfig('', { name }));
  const stdout = await sandbox.succeed(
    `mkdir images; cp "$CT_IMAGES/tiny.sif" images; export CTINSTALL_IMAGE_DIRS=~/images
    ctinstall own-1.0.yaml; ctinstall --image-mode link link-1.0.yaml; ctinstall --image-mode central mid-1.0.yaml
    CTINSTALL_IMAGE_DIRS= ctinstall --image ~/images/tiny.sif lost-1.0.yaml
    rm "$CTINSTALL_PREFIX/software/lost/1.0/tiny.sif"
    echo; ctinstall list; rm "$CTINSTALL_PREFIX/software/own/1.0/tiny.sif"; ctinstall list
    rm images/tiny.sif; ctinstall list; ctinstall list --json`,
  );
  const text = stdout.slice(stdout.indexOf('\n\n') + 2).replace(/\d{4}-\d\d-\d\d/g, '<date>');
  const [shown = '', json = ''] = text.replace(/\d\.\d MiB/g, '<size>').split(/^(?=\[$)/m);
  expect(shown).toMatchInlineSnapshot(`
    "link/1.0  <date>  link
    lost/1.0  <date>  gone          does not load: --rebuild gets its image
    mid/1.0   <date>  central
    own/1.0   <date>  copy <size>
    link/1.0  <date>  link
    lost/1.0  <date>  gone     does not load: --rebuild gets its image
    mid/1.0   <date>  central
    own/1.0   <date>  central
    link/1.0  <date>  gone  does not load: --rebuild gets its image
    lost/1.0  <date>  gone  does not load: --rebuild gets its image
    mid/1.0   <date>  gone  does not load: --rebuild gets its image
    own/1.0   <date>  gone  does not load: --rebuild gets its image
    "
  `);
  expect((JSON.parse(json) as { image: { state: string } }[]).map(({ image }) => image.state)).toEqual(
    Array(4).fill('gone'),
  );
});

test('recipes in other formats are compared by what they become', async () => {
  const { run, succeed, write } = makeSandbox();
  const eb = (description: string): string => `easyblock = 'MakeCp'
name = 'small'
version = '1.0'
description = '${description}'
sources = ['tiny.sif']
`;
  const shpc = (alias: string): string => `description: d
maintainer: m
docker: example.org/tool
latest: { 2.0: sha256:${'ab'.repeat(32)} }
tags: { 1.10: sha256:${'cd'.repeat(32)} }
aliases: { ${alias}: /bin/echo }
`;
  write('small-1.0.eb', eb('old'));
  write('reg/tool/container.yaml', shpc('sayit'));
  await succeed(`${install} small-1.0.eb
    ctinstall --image "$CT_IMAGES/tiny.sif" --easyconfigs "$PWD/reg" tool/1.10`);
  expect(JSON.parse(await succeed('ctinstall list --json'))).toMatchObject([{ differs: null }, { differs: null }]);
  // By this `list` knows it without importing it again.
  const record = 'ctinstall/software/small/1.0/.ctinstall/record.json';
  await succeed(`grep -F "\\"recipeSha256\\": \\"$(sha256sum small-1.0.eb | cut -d' ' -f1)\\"" ${record}`);
  write('small-1.0.eb', `# a comment\n${eb('new')}`);
  write('reg/tool/container.yaml', shpc('tell'));
  expect(JSON.parse(await succeed('ctinstall list --json'))).toMatchObject([
    { differs: ['description'] },
    { differs: ['wrappers'] },
  ]);
  write('small-1.0.eb', 'import os\n');
  expect(await succeed('ctinstall list small')).toMatch(/its easyconfig has changed; --rebuild applies it\n$/);
  write('small-1.0.eb', eb('new'));
  const again = await run(`mkdir else; cd else; ctinstall --image "$CT_IMAGES/tiny.sif" --rebuild tool
    ${install} --rebuild small; ctinstall regenerate --all; ctinstall verify; module load tool small; tell yes`);
  expect([again.status, again.stdout]).toEqual([
    0,
    expect.stringMatching(/small\/1\.0: as installed\ntool\/1\.10: as installed\nyes\n$/),
  ]);
  expect(JSON.parse(await succeed('ctinstall list --json'))).toMatchObject([{ differs: null }, { differs: null }]);
});
