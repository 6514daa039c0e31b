import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$PWD/central" tiny-1.0.yaml';

/** A site's image directory, which only this test uses, and an easyconfig for the image in it. */
async function prepared(more = ''): Promise<Sandbox & { readonly image: string; readonly own: string }> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  await sandbox.succeed('mkdir central second; cp "$CT_IMAGES/tiny.sif" central/; cp central/tiny.sif second/');
  return {
    ...sandbox,
    image: join(sandbox.dir, 'central/tiny.sif'),
    own: join(sandbox.prefix, 'software/tiny/1.0/tiny.sif'),
  };
}

const runs = 'module load tiny; singularity exec "$SIF" echo runs; start-shell -c "echo wrapped"; echo "$SIF"';

describe('image mode', () => {
  test('link: a symbolic link, and the next image directory when what it leads to goes', async () => {
    const { succeed, run, image, own, dir } = await prepared();
    await succeed(`${install} --image-mode link --image-dir "$PWD/central:$PWD/second"`);
    expect(readlinkSync(own)).toBe(image);
    expect(await succeed(runs)).toBe(`runs\nwrapped\n${own}\n`);
    expect(await succeed('ctinstall verify tiny')).toBe('tiny/1.0: as installed\n');
    await succeed('rm central/tiny.sif');
    expect(await succeed(runs)).toBe(`runs\nwrapped\n${dir}/second/tiny.sif\n`);
    await succeed('rm second/tiny.sif');
    const gone = await run('module load tiny');
    expect(gone.stderr).toMatch(/its image is gone/);
    expect((await run('ctinstall verify')).stdout).toMatch(/1 difference\n.*tiny\.sif is not there/);
  });

  test('central: no file of its own, and the next image directory when the image goes', async () => {
    const { succeed, image, own, dir } = await prepared();
    await succeed(`${install} --image-mode central --image-dir "$PWD/central:$PWD/second"`);
    expect(existsSync(own)).toBe(false);
    expect(await succeed(runs)).toBe(`runs\nwrapped\n${image}\n`);
    expect(await succeed('ctinstall verify; ctinstall list')).toMatch(/as installed\ntiny\/1\.0 .* central\n/);
    await succeed('rm central/tiny.sif');
    expect(await succeed(runs)).toBe(`runs\nwrapped\n${dir}/second/tiny.sif\n`);
    expect(await succeed('ctinstall uninstall --yes tiny; ls second')).toBe('removed tiny/1.0\ntiny.sif\n');
  });

  test('a checksum that differs is refused, with both hashes: copy, link, central', async () => {
    const sandbox = await prepared();
    const wrong = 'a'.repeat(64);
    const sha256 = createHash('sha256').update(readFileSync(sandbox.image)).digest('hex');
    const easyconfig = (hash: string, mode: string, name: string): string =>
      tinyEasyconfig('', { name }).replace('tiny.sif', `tiny.sif, sha256: ${hash}, mode: ${mode}`);
    const modes = ['copy', 'link', 'central'];
    for (const mode of modes) {
      sandbox.write('tiny-1.0.yaml', easyconfig(wrong, mode, 'tiny'));
      const { status, stderr } = await sandbox.run(install);
      expect([mode, status, stderr]).toEqual([
        mode,
        1,
        expect.stringContaining(`expected SHA-256 ${wrong}\n  it has           ${sha256}\n`),
      ]);
      expect([mode, existsSync(sandbox.own)]).toEqual([mode, false]);
      sandbox.write(`${mode}-1.0.yaml`, easyconfig(sha256, mode, mode));
    }
    await sandbox.succeed('ctinstall --image-dir "$PWD/central" copy-1.0.yaml link-1.0.yaml central-1.0.yaml');
    expect(await sandbox.succeed('ctinstall show --json central')).toContain(`"sha256": "${sha256}"`);
    const { stdout } = await sandbox.run(
      'printf x | dd of=central/tiny.sif bs=1 seek=100000 conv=notrunc; ctinstall verify',
    );
    expect(stdout).toMatch(/^copy\/1\.0: as installed$/m);
    expect(stdout.match(/has SHA-256 .* instead of/g)).toHaveLength(2);
  });

  test('the easyconfig beats the settings, the flag beats both', async () => {
    const { succeed, write, image, own } = await prepared();
    write('tiny-1.0.yaml', tinyEasyconfig().replace('tiny.sif', 'tiny.sif, mode: link'));
    const environment = { CTINSTALL_IMAGE_MODE: 'central' };
    await succeed(install, environment);
    expect(readlinkSync(own)).toBe(image);
    await succeed(`${install} --rebuild --image-mode copy`, environment);
    expect(lstatSync(own).isFile()).toBe(true);
    expect(await succeed('ctinstall settings', environment)).toContain('image_mode: "central"');
  });
});

describe('a rebuild', () => {
  test('keeps the earlier image for running jobs until `ctinstall clean` or an uninstall, and says what it found', async () => {
    const { succeed, run, own, prefix, image } = await prepared();
    await succeed(install);
    const before = lstatSync(own).ino;
    await succeed('echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/notes.txt"');
    const { stderr } = await run(`${install} --rebuild`);
    expect(stderr).toMatch(/kept what ctinstall did not put into \S.*: notes\.txt\n/);
    expect(stderr).toMatch(/the earlier image \(.* MiB\) stays for running jobs/);
    const retired = join(prefix, 'software/tiny/1.0/.ctinstall/retired');
    const [generation = ''] = readdirSync(retired);
    expect(lstatSync(join(retired, generation, 'tiny.sif')).ino).toBe(before);
    expect(lstatSync(own).ino).not.toBe(before);
    expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
    await succeed(`${install} --rebuild`);
    expect(readdirSync(retired)).toHaveLength(1);
    expect(await succeed('ctinstall clean --dry-run')).toMatch(/^would remove \S.*retired.*tiny\.sif\n$/);
    expect(await succeed('ctinstall clean')).toMatch(/^removed \S.*retired.*tiny\.sif\n$/);
    expect(existsSync(retired)).toBe(false);
    expect(await succeed('ctinstall verify; ctinstall clean')).toBe('tiny/1.0: as installed\n');
    expect(readFileSync(join(prefix, 'software/tiny/1.0/notes.txt'), 'utf8')).toBe('mine\n');
    await succeed(
      `rm "$CTINSTALL_PREFIX/software/tiny/1.0/notes.txt"; ${install} --rebuild; ctinstall uninstall --yes tiny`,
    );
    expect(existsSync(join(prefix, 'software/tiny'))).toBe(false);
    expect(existsSync(image)).toBe(true);
  });

  test('with an image of another name leaves the earlier one where running jobs have it', async () => {
    const { succeed, write, own, prefix } = await prepared();
    await succeed(install);
    await succeed('mv central/tiny.sif central/new.sif');
    write('tiny-1.0.yaml', tinyEasyconfig().replace('tiny.sif', 'new.sif'));
    expect(
      await succeed(`module load tiny; ${install} --rebuild; singularity exec "$SIF" echo still; ${runs}`),
    ).toMatch(/still\nruns\nwrapped\n.*\/new\.sif\n/);
    expect(existsSync(own)).toBe(true);
    await succeed('ctinstall clean');
    expect(readdirSync(join(prefix, 'software/tiny/1.0')).filter((name) => name.endsWith('.sif'))).toEqual(['new.sif']);
    expect(await succeed('ctinstall verify; ctinstall uninstall --yes tiny')).toBe(
      'tiny/1.0: as installed\nremoved tiny/1.0\n',
    );
  });

  test('does not take a damaged copy for the image', async () => {
    const { succeed, run, own } = await prepared();
    await succeed(install);
    await succeed(`mv central elsewhere; printf EVIL | dd of="${own}" bs=1 seek=2000000 conv=notrunc`);
    const refused = await run(`${install} --rebuild`);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/is not what was installed, and the image is nowhere else/);
    expect((await run('ctinstall verify')).status).toBe(1);
    await succeed('mv elsewhere central');
    expect(await succeed(`${install} --rebuild; ctinstall verify`)).toMatch(/as installed\n$/);
  });
});
