import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { machine, makeSandbox, tinyEasyconfig, tinyImage } from '../harness/sandbox.ts';
import { serveImages } from '../runtime/image-server.ts';
import { makeOciImage } from '../runtime/oci-image.ts';

const image = readFileSync(tinyImage);

describe('an image in place of an easyconfig', () => {
  test('is drafted, kept, shown and installed with --yes; again it is that very easyconfig', async () => {
    const sandbox = makeSandbox();
    const { stderr, stdout, status } = await sandbox.run(
      'mkdir images; cp "$CT_IMAGES/venv.sif" images/py-1.2.sif; ctinstall --yes --image-mode link images/py-1.2.sif',
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const draft = join(sandbox.prefix, 'easyconfigs/py-1.2.yaml');
    expect(stderr).toContain(`A first draft, ${draft}:\n  name: "py"   # from the file name\n`);
    expect(stdout).toBe('module load py/1.2\n');
    expect(readFileSync(draft, 'utf8')).toMatch(/^wrappers: \[start-shell, python, pip\]$/m);
    expect(readdirSync(sandbox.dir).filter((name) => name.endsWith('.yaml'))).toEqual([]);
    // Again from anywhere, by its name.
    const again = await sandbox.run(`module load py; python -c "import of_the_image; print(6*7)"
      (cd images; ctinstall py-1.2.sif); ctinstall uninstall --yes py >&2; ctinstall --image-mode link py`);
    expect([again.stderr, again.stdout]).toEqual([again.stderr, '42\nmodule load py/1.2\nmodule load py/1.2\n']);
    expect(again.stderr).toContain(`is the image of ${draft}: taking that`);
    expect(again.stderr).toContain('py/1.2 is installed already');
  });

  test('without a terminal and without --yes the draft is kept, and the command to go on is printed; once edited it stays', async () => {
    const sandbox = makeSandbox();
    const { status, stderr } = await sandbox.run('cp "$CT_IMAGES/tiny.sif" app_2.1.sif; ctinstall app_2.1.sif');
    expect(status).toBe(2);
    const draft = join(sandbox.prefix, 'easyconfigs/app-2.1.yaml');
    const command = `ctinstall ${draft}`;
    expect(stderr).toMatch(/error: nothing was installed: nobody can be asked/);
    expect(stderr).toContain(`hint: look at it, then: ${command} (or \`--yes\``);
    expect(existsSync(join(sandbox.prefix, 'software'))).toBe(false);
    const edited = await sandbox.run(`sed -i 's/^description: .*/description: mine/' '${draft}'
      (cd /; ${command}); module load app; start-shell -c 'echo runs'; ctinstall --yes app_2.1.sif`);
    expect([edited.stderr, edited.stdout]).toEqual([
      expect.stringContaining(`is the image of ${draft}: taking that`),
      'module load app/2.1\nruns\nmodule load app/2.1\n',
    ]);
    expect(readFileSync(draft, 'utf8')).toContain('description: mine\n');
    // Another image under its name is refused; --rebuild takes it in its place.
    const other = await sandbox.run(`cp "$CT_IMAGES/venv.sif" app_2.1.sif; ctinstall --yes app_2.1.sif; echo $?
      ctinstall --rebuild app_2.1.sif; ctinstall --yes --rebuild --image-mode link app_2.1.sif >&2; module load app; start-shell -c "ls -d /opt/venv"`);
    expect([other.stderr, other.stdout]).toEqual([
      expect.stringMatching(/describes another image\s+hint: .*: ctinstall --rebuild app_2\.1\.sif;/),
      '2\n/opt/venv\n',
    ]);
    expect(other.stderr).toContain(`hint: look at it, then: ctinstall --rebuild ${draft} (or`);
    expect(readFileSync(draft, 'utf8')).toContain('description: mine\n');
  });

  test('on a terminal it is asked', async () => {
    const sandbox = makeSandbox();
    const asked = (answer: string) =>
      sandbox.run(
        `cp -n "$CT_IMAGES/tiny.sif" app_2.1.sif; : >screen; (for i in $(seq 1200); do grep -qF '[y/N]' screen && break; sleep 0.05; done; printf '${answer}') | script -qefc 'ctinstall app_2.1.sif' screen; echo "status $?"`,
      );
    const no = await asked('n\\n');
    expect(no.stdout).toContain('install it? [y/N]');
    expect(no.stdout).toMatch(/nothing was installed; to go on: ctinstall .*\r?\nstatus 0/);
    const yes = await asked('y\\n');
    expect(yes.stdout).toMatch(/module load app\/2\.1\r?\n(In new sessions .*\r?\n)?status 0/);
  });

  test('a dry run leaves nothing behind', async () => {
    const sandbox = makeSandbox();
    const out = await sandbox.succeed('cp "$CT_IMAGES/tiny.sif" app_2.1.sif; ctinstall --dry-run app_2.1.sif');
    expect(out).toContain('app_2.1.sif');
    expect(existsSync(sandbox.prefix)).toBe(false);
  });

  test('an easyconfig that names the image is taken', async () => {
    const sandbox = makeSandbox();
    sandbox.write('recipes/tiny-1.0.yaml', tinyEasyconfig());
    const ran = await sandbox.run('ctinstall --easyconfigs recipes "$CT_IMAGES/tiny.sif"');
    expect(ran).toMatchObject({ status: 0, stderr: expect.stringContaining('recipes/tiny-1.0.yaml: taking that') });
  });

  test('for another processor it is refused before a draft, also where only its programs tell', async () => {
    const sandbox = makeSandbox();
    // A shell for arm64, as its ELF header says.
    const { status, stderr } = await sandbox.run(`mkdir -p root/{bin,etc,tmp,proc,sys,dev}
      singularity exec "$CT_IMAGES/tiny.sif" cat /bin/busybox >root/bin/sh; chmod +x root/bin/sh
      printf '\\267\\0' | dd of=root/bin/sh bs=1 seek=18 conv=notrunc 2>/dev/null
      mksquashfs root arm-1.0.sqsh -quiet -no-progress >/dev/null; ctinstall --yes arm-1.0.sqsh`);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*arm-1\.0\.sqsh` is for another processor/m)]);
    expect(existsSync(join(sandbox.prefix, 'easyconfigs'))).toBe(false);
  });
});

test('a source: brought once, looked into, and installed from what was brought', async () => {
  const server = await serveImages({ files: { '/images/prog-3.1.sif': image } });
  onTestFinished(() => server.close());
  const sandbox = makeSandbox();
  const source = `http://${server.host}/images/prog-3.1.sif`;
  const first = await sandbox.run(`ctinstall ${source}`);
  const draft = join(sandbox.prefix, 'easyconfigs/prog-3.1.yaml');
  expect(first).toMatchObject({ status: 2, stderr: expect.stringContaining(`then: ctinstall ${draft} (`) });
  expect(readFileSync(draft, 'utf8')).toContain(`source: "${source}"`);
  expect(readFileSync(draft, 'utf8')).not.toContain('sha256');
  expect(await sandbox.succeed('ctinstall clean --dry-run')).toMatch(/^would remove .*\/brought\/\w+\.sif$/m);
  const requests = server.requests.length;
  expect(await sandbox.succeed(`ctinstall --yes ${source}`)).toBe('module load prog/3.1\n');
  expect(server.requests.length).toBe(requests);
  expect(readdirSync(join(sandbox.prefix, '.ctinstall/brought'))).toEqual([]);
  expect(await sandbox.succeed('ctinstall show prog; ctinstall verify')).toMatch(
    new RegExp(`fetched from ${source}[^]*prog/3.1: as installed`),
  );
});

describe('a name in place of an easyconfig', () => {
  const flags = '--easyconfigs recipes --image-dir "$CT_IMAGES"';

  test('is the newest that fits, and why not a newer one; a module name is that version, a part of one the newest of those', async () => {
    const sandbox = makeSandbox();
    for (const version of ['1.9', '1.10', '1.8', '2.0'])
      sandbox.write(
        `recipes/soft-${version}.yaml`,
        tinyEasyconfig('', { name: 'soft', version }).replace(
          'tiny.sif',
          version === '2.0' ? 'nowhere.sif' : 'tiny.sif',
        ),
      );
    const ran = await sandbox.run(`ctinstall ${flags} soft; ctinstall ${flags} soft/1.9; ctinstall ${flags} soft/1`);
    expect([ran.stderr, ran.stdout]).toEqual([
      ran.stderr,
      'module load soft/1.10\nmodule load soft/1.9\nmodule load soft/1.10\n',
    ]);
    expect(ran.stderr).toContain('soft: not soft/2.0: no image for');
    expect(ran.stderr).toMatch(/soft: taking .*\/recipes\/soft-1\.10\.yaml, the newest of 4 that fits\n/);
    const missing = await sandbox.run(`ctinstall ${flags} soft/3`);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('no easyconfig of soft has the version `3`');
    expect(missing.stderr).toContain('hint: there is `2.0`, `1.10`, `1.9`, `1.8`; for another');
    const unfit = await sandbox.run(`ctinstall ${flags} soft/2.0`);
    expect(unfit).toMatchObject({ status: 1, stderr: expect.stringContaining('`nowhere.sif` is in none of') });
  });
});

test('docker://: pulled from a registry, with a wrapper for the main program in it', async () => {
  const busybox = execFileSync('singularity', ['exec', tinyImage, 'cat', '/bin/busybox'], {
    env: { PATH: machine.path },
    maxBuffer: 2 ** 26,
  });
  const program = '#!/bin/sh\necho "prog $1"\n';
  const server = await serveImages({
    images: { 'team/prog': makeOciImage({ 'bin/sh': busybox, 'bin/busybox': busybox, 'bin/prog': program }) },
  });
  onTestFinished(() => server.close());
  const sandbox = makeSandbox();
  const source = `docker://${server.host}/team/prog:4.2-x`;
  const { status, stderr } = await sandbox.run(`ctinstall --yes ${source}`);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const draft = readFileSync(join(sandbox.prefix, 'easyconfigs/prog-4.2-x.yaml'), 'utf8');
  expect(draft).toMatch(/^wrappers: \[start-shell, prog\]$/m);
  expect(draft).toContain(`source: "${source}"`);
  expect(await sandbox.succeed('module load prog/4.2-x; prog runs')).toBe('prog runs\n');
});
