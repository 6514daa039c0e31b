import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const groups = (paths: string): Record<string, string> => ({ CTINSTALL_BIND_GROUPS: `{ data: [${paths}] }` });

/** Installed where the site's group of binds is `/usr`. */
async function installed(name = 'tiny', more = ''): Promise<Sandbox & { readonly installDir: string }> {
  const sandbox = makeSandbox();
  sandbox.write(`${name}-1.0.yaml`, tinyEasyconfig(`binds: [{ site: data }]\n${more}`, { name }));
  await sandbox.succeed(`ctinstall --image-dir "$CT_IMAGES" ${name}-1.0.yaml`, groups('/usr'));
  return { ...sandbox, installDir: join(sandbox.prefix, `software/${name}/1.0`) };
}

const setBinds = 'module load tiny; echo "$SINGULARITY_BIND"';

test('regenerate brings modulefile and scripts up to new settings, and touches nothing else', async () => {
  const { succeed, run, installDir } = await installed('tiny', `post_install: ["touch '%(installdir)s/made'"]\n`);
  await succeed(`echo mine > "${installDir}/user-software/mine"; echo notes > "${installDir}/notes"`);
  const before = statSync(join(installDir, 'tiny.sif'));
  const now = groups('/usr, /etc');
  const dryRun = await succeed('ctinstall regenerate --all --dry-run --trace', now);
  expect(dryRun).toMatch(/^--- \S.*1\.0\.lua\s+as it is\n\+\+\+ \S.*1\.0\.lua\s+as it would be$/m);
  expect(dryRun).toMatch(/^\+.*"\/etc"/m);
  expect(await succeed(setBinds)).not.toContain('/etc:/etc');
  expect((await run('ctinstall regenerate tiny', now)).stderr).toContain(
    'rewrote the modulefile and scripts of tiny/1.0\n',
  );
  expect(await succeed(setBinds)).toContain('/etc:/etc');
  expect((await run('ctinstall regenerate --all', now)).stderr).toBe('tiny/1.0 is as it should be\n');
  expect(await succeed('ctinstall regenerate --all --dry-run --trace', now)).toBe('');
  const after = statSync(join(installDir, 'tiny.sif'));
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  expect(await succeed(`ctinstall verify; cat "${installDir}"/user-software/mine "${installDir}/notes"`)).toBe(
    'tiny/1.0: as installed\nmine\nnotes\n',
  );
  await succeed('rm "$CTINSTALL_PREFIX/modules/tiny/1.0.lua"; ctinstall regenerate tiny', now);
  expect(await succeed(`module load tiny; singularity exec "$SIF" echo runs; ls "${installDir}/made"`)).toBe(
    `runs\n${installDir}/made\n`,
  );
});

test.each([
  ['another naming scheme', { CTINSTALL_NAMING_SCHEME: 'container/name/version' }, 'container/tiny/1.0.lua'],
  ['another modules tool', { CTINSTALL_MODULES_TOOL: 'environment-modules' }, 'tiny/1.0'],
])('--dry-run shows what moves away under %s, and where to', async (_, setting, to) => {
  const { succeed, run, write, prefix } = await installed();
  const now = { ...groups('/usr'), ...setting };
  const [before, after] = [`${prefix}/modules/tiny/1.0.lua`, `${prefix}/modules/${to}`];
  const dryRun = await succeed('ctinstall regenerate --all --dry-run --trace', now);
  expect(dryRun).toContain(`--- /dev/null\tas it is\n+++ ${after}\tas it would be\n`);
  expect(dryRun).toContain(`--- ${before}\tas it is\n+++ /dev/null\tas it would be\n`);
  expect(dryRun).toMatch(/^-.*"\/usr"/m);
  const rows: { path: string }[] = JSON.parse(await succeed('ctinstall regenerate --all --dry-run --json', now));
  expect(rows.filter(({ path }) => path.includes('/modules/'))).toMatchObject([
    { path: after, before: null },
    { path: before, after: null },
  ]);
  expect([existsSync(before), existsSync(after)]).toEqual([true, false]);
  await succeed('ctinstall regenerate --all', now);
  expect([existsSync(before), existsSync(after)]).toEqual([false, true]);
  expect((await run('ctinstall regenerate --all --dry-run --trace', now)).stdout).toBe('');
  // One that somebody put back is found too.
  write(before, '-- old\n');
  expect(await succeed('ctinstall regenerate --all --dry-run --trace', now)).toContain('--- old\n');
  await succeed('ctinstall regenerate --all', now);
  expect(existsSync(before)).toBe(false);
});

test('the module still falls back to where the image was found', async () => {
  const { succeed, installDir } = await installed();
  await succeed('ctinstall regenerate tiny', groups('/etc'));
  expect(
    await succeed(`rm "${installDir}/tiny.sif"; module load tiny; echo "$SIF"; singularity exec "$SIF" echo runs`),
  ).toMatch(/^\/.*\/images\/tiny\.sif\nruns\n$/);
});

test('straight after an install nothing is to be rewritten, wherever the image was found', async () => {
  const { succeed, write } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig());
  for (const where of [
    'cp "$CT_IMAGES/tiny.sif" .; ctinstall',
    'rm tiny.sif; ctinstall --image "$CT_IMAGES/tiny.sif"',
  ]) {
    await succeed(`${where} --rebuild tiny-1.0.yaml`);
    expect(await succeed('ctinstall regenerate --all --dry-run')).toBe('');
  }
});

test('images that are linked or central stay so', async () => {
  const { succeed, run } = await installed();
  for (const mode of ['link', 'central']) {
    await succeed(`ctinstall --rebuild --image-mode ${mode} --image-dir "$CT_IMAGES" tiny-1.0.yaml`, groups('/usr'));
    const sif = await succeed('module load tiny; echo "$SIF"');
    expect((await run('ctinstall regenerate tiny', groups('/etc'))).status).toBe(0);
    expect(await succeed('module load tiny; echo "$SIF"')).toBe(sif);
    expect(await succeed('ctinstall verify; module load tiny; singularity exec "$SIF" echo runs')).toMatch(/runs\n$/);
  }
});

test('--all: one that cannot be written anew is named, and the others are', async () => {
  const { run, succeed, write, installDir } = await installed();
  write('other-1.0.yaml', tinyEasyconfig('binds: [{ site: data }]\n', { name: 'other' }));
  await succeed('ctinstall --image-dir "$CT_IMAGES" other-1.0.yaml', groups('/usr'));
  rmSync(join(installDir, '.ctinstall/easyconfig.yaml'));
  writeFileSync(join(installDir, '.ctinstall/easyconfig.yaml'), 'name: [\n');
  const ran = await run('ctinstall regenerate --all', groups('/usr, /etc'));
  expect(ran.status).toBe(1);
  expect(ran.stderr).toMatch(/rewrote the modulefile and scripts of other\/1\.0/);
  expect(ran.stderr).toMatch(/warning: tiny\/1\.0: the easyconfig has/);
  expect(ran.stderr).toMatch(/error: 1 of the modules could not be rewritten\n {2}tiny\/1\.0\n/);
});

test('--all: one whose record cannot be read is named, and the others are written', async () => {
  const { run, succeed, write, installDir } = await installed();
  write('other-1.0.yaml', tinyEasyconfig('', { name: 'other' }));
  await succeed('ctinstall --image-dir "$CT_IMAGES" other-1.0.yaml');
  writeFileSync(join(installDir, '.ctinstall/record.json'), '{');
  const ran = await run('ctinstall regenerate --all');
  expect(ran.status).toBe(1);
  expect(ran.stderr).toMatch(/other\/1\.0 is as it should be/);
  expect(ran.stderr).toMatch(/error: 1 of the modules could not be rewritten\n {2}tiny\/1\.0\n/);
});

test('wrong usage', async () => {
  const { run } = await installed();
  expect(await run('ctinstall regenerate')).toMatchObject({ status: 2, stderr: expect.stringContaining('--all') });
  expect(await run('ctinstall regenerate tiny/1.1')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('`tiny/1.0`'),
  });
});

test('--dry-run of several modules is one document, and refuses what would be refused', async () => {
  const { succeed, run, write, prefix } = await installed();
  write('other-1.0.yaml', tinyEasyconfig('binds: [{ site: data }]\n', { name: 'other' }));
  await succeed('ctinstall --image-dir "$CT_IMAGES" other-1.0.yaml', groups('/usr'));
  const now = groups('/usr, /etc');
  for (const command of ['regenerate --all', 'install --module-only tiny-1.0.yaml other-1.0.yaml']) {
    const rows: { path: string }[] = JSON.parse(await succeed(`ctinstall ${command} --dry-run --json`, now));
    for (const name of ['tiny', 'other'])
      expect(rows.some(({ path }) => path.includes(`/modules/${name}/`))).toBe(true);
    const nothing = await run(`ctinstall ${command} --dry-run`, groups('/usr'));
    expect([nothing.stdout, nothing.stderr.match(/ is as it should be/g)?.length]).toEqual(['', 2]);
  }
  const done: { path: string }[] = JSON.parse(await succeed('ctinstall regenerate tiny --json', now));
  expect(done.map(({ path }) => path)).toContain(`${prefix}/modules/tiny/1.0.lua`);
  const site = write('site.yaml', 'modulefile_header: prepend_path(\n');
  const broken = await run('ctinstall regenerate other --dry-run', { ...now, CTINSTALL_SITE_SETTINGS: site });
  expect([broken.status, broken.stdout, broken.stderr]).toEqual([2, '', expect.stringMatching(/would be broken/)]);
});
