import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { readSettings, type SettingsSources } from '../../src/settings/read.ts';
import { findPrefixFault } from '../../src/settings/read-home.ts';
import { failure } from '../image/failure.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-settings-'));
  // One that is named must be there.
  write('site.yaml', '');
  write('tool/sites/generic.yaml', 'image_dirs: [/preset]\nruntime: singularity\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function read(environment: Record<string, string> = {}, flags: SettingsSources['flags'] = {}) {
  return readSettings({
    // No file of the machine that the test runs on.
    environment: {
      HOME: `${root}/home`,
      CTINSTALL_SITE_SETTINGS: `${root}/site.yaml`,
      ...environment,
    },
    cwd: hostPath(`${root}/cwd`),
    flags,
    toolDir: hostPath(`${root}/tool`),
  });
}

describe('readSettings', () => {
  it('folds default, preset, site, user, environment and flags, the last the strongest', async () => {
    write('site.yaml', 'prefix: /site\nimage_dirs: [images]\nsquashfs_processors: 1\n');
    write('home/.config/ctinstall/settings.yaml', 'prefix: ~/mine\nimage_dirs: [own]\n');
    const flags = { image_dirs: ['flag'] };
    const settings = await read({ CTINSTALL_IMAGE_DIRS: 'env:/abs', CTINSTALL_EASYCONFIGS: 'e' }, flags);
    expect(settings).toMatchObject({
      site: 'generic',
      prefix: `${root}/home/mine`,
      runtime: 'singularity',
      squashfsProcessors: 1,
      easyconfigs: [`${root}/cwd/e`],
    });
    expect(settings.imageDirs).toEqual([
      `${root}/cwd/flag`,
      `${root}/cwd/env`,
      '/abs',
      `${root}/home/.config/ctinstall/own`,
      `${root}/images`,
      '/preset',
    ]);
    const user = `${root}/home/.config/ctinstall/settings.yaml`;
    expect(settings.origins).toMatchObject({
      site: ['default'],
      prefix: [user],
      runtime: ['site preset generic'],
      easyconfigs: ['CTINSTALL_EASYCONFIGS'],
      image_dirs: ['--image-dir', 'CTINSTALL_IMAGE_DIRS', user, `${root}/site.yaml`, 'site preset generic'],
      squashfs_processors: [`${root}/site.yaml`],
      bind_groups: ['default'],
    });
  });

  it('does without any file of site and user', async () => {
    expect(await read()).toMatchObject({
      prefix: `${root}/home/.local/ctinstall`,
      imageDirs: ['/preset'],
    });
  });

  it('looks for the user’s file where XDG_CONFIG_HOME says', async () => {
    write('xdg/ctinstall/settings.yaml', 'prefix: /xdg\n');
    expect((await read({ XDG_CONFIG_HOME: `${root}/xdg` })).prefix).toBe('/xdg');
  });

  it('takes the preset that any layer names, whatever that layer’s strength', async () => {
    write('tool/sites/lumi.yaml', 'runtime: apptainer\n');
    write('site.yaml', 'site: lumi\n');
    expect(await read()).toMatchObject({ site: 'lumi', runtime: 'apptainer', imageDirs: [] });
    expect(await read({ CTINSTALL_SITE: 'generic' })).toMatchObject({
      site: 'generic',
      runtime: 'singularity',
    });
  });

  it('says which presets there are, and where, if there is none of that name', async () => {
    const error = await failure(read({ CTINSTALL_SITE: 'mars' }));
    expect(error.code).toBe('settings-invalid');
    expect(error.message).toBe('there is no site preset `mars`');
    expect(error.hint).toBe(`there are \`generic\`; looked in \`${root}/sites\`, \`${root}/tool/sites\``);
    expect((await failure(read({ CTINSTALL_SITE: 'genric' }))).hint).toBe('did you mean `generic`?');
    expect((await failure(read({ CTINSTALL_SITE: './none.yaml' }))).message).toContain(`${root}/cwd/none.yaml`);
  });

  it('shows every fault of a file, with its place', async () => {
    write('site.yaml', 'prefx: /a\nruntime: 4\n');
    const error = await failure(read());
    expect(error.code).toBe('settings-invalid');
    expect(error.message).toBe(`the settings file \`${root}/site.yaml\` has 2 faults`);
    expect(error.details.join('\n').replaceAll(root, '<root>')).toMatchInlineSnapshot(`
      "<root>/site.yaml:1:1: unknown key \`prefx\`
        | prefx: /a
        | ^^^^^
        hint: did you mean \`prefix\`?
      <root>/site.yaml:2:10: \`runtime\` must be text, but YAML reads \`4\` as the number 4
        | runtime: 4
        |          ^
        hint: quote it: \`runtime: "4"\`"
    `);
  });

  it('shows the faults of all files and variables at once', async () => {
    write('site.yaml', 'prefx: /a\nsite: mars\n');
    write('sites/mars.yaml', 'extends: red\nruntime: [a]\n');
    write('sites/red.yaml', 'umask: "1"\n');
    write('home/.config/ctinstall/settings.yaml', 'verify: maybe\nprefix: [\n');
    const error = await failure(
      read({ CTINSTALL_UMASK: '999', CTINSTALL_BIND_GROUPS: '{ a: /x }', CTINSTALL_VERIFY: '' }),
    );
    expect(error.code).toBe('settings-invalid');
    expect(error.message).toBe('the settings have faults in 6 places');
    const said = error.details.join('\n').replaceAll(root, '<root>');
    for (const place of [
      '<root>/site.yaml:1:1: unknown key `prefx`',
      '<root>/home/.config/ctinstall/settings.yaml:',
      '`CTINSTALL_UMASK` must be three octal digits',
      'CTINSTALL_BIND_GROUPS:1:6: ',
      '<root>/sites/mars.yaml:2:10: ',
      '<root>/sites/red.yaml:1:8: ',
    ])
      expect(said).toContain(place);
    expect(said).toMatch(/^ {2}hint: permissions that .*; its value is `999`$/m);
  });

  it('shows the faults of presets that are looked through together with those of the files', async () => {
    write('sites/one.yaml', 'detect: [{ hostnme: x }]\n');
    write('sites/two.yaml', 'detect: [{}]\n');
    write('site.yaml', 'prefx: /a\n');
    const { details } = await failure(read());
    const said = details.join('\n').replaceAll(root, '<root>');
    for (const place of ['<root>/site.yaml:1:1', '<root>/sites/one.yaml:1:', '<root>/sites/two.yaml:1:'])
      expect(said).toContain(place);
  });

  it('names all flags that the site forces otherwise', async () => {
    write('site.yaml', 'force: { runtime: apptainer, image_mode: link }\n');
    const { message, details } = await failure(read({}, { runtime: 'singularity', image_mode: 'copy' }));
    expect(message).toBe('the settings have faults in 2 places');
    expect(details.join('\n')).toMatch(/`--runtime` cannot be used here[\s\S]*`--image-mode` cannot be used here/);
  });

  it('knows no home directory where HOME names none by a full path', async () => {
    write('cwd/.config/ctinstall/settings.yaml', 'prefx: /not-mine\n');
    write('site.yaml', 'image_dirs: [~/images, /images]\n');
    for (const HOME of ['', '.', 'relative']) {
      const settings = await read({ HOME });
      expect(settings.imageDirs).toEqual(['/images', '/preset']);
      expect(settings.origins.prefix).toEqual(['default']);
      expect((await findPrefixFault(settings, { HOME }))?.message).toContain('no prefix is set');
    }
    expect(await findPrefixFault(await read({ HOME: '', CTINSTALL_PREFIX: '/p' }), {})).toBeUndefined();
  });

  it('names the encoding of a file that is not UTF-8', async () => {
    write('site.yaml', Buffer.from('runtime: singularity\n', 'utf16le'));
    const error = await failure(read());
    expect(error.message).toBe(`the settings file \`${root}/site.yaml\` is UTF-16`);
    expect(error.hint).toBe('save it as UTF-8: iconv -f UTF-16LE -t UTF-8');
  });

  it('names a file that cannot be read', async () => {
    rmSync(join(root, 'site.yaml'));
    mkdirSync(join(root, 'site.yaml'));
    const error = await failure(read());
    expect(error.code).toBe('filesystem');
    expect(error.message).toContain(`${root}/site.yaml`);
  });

  it('wants the site settings that are named', async () => {
    const error = await failure(read({ CTINSTALL_SITE_SETTINGS: '/no/such/settings.yaml' }));
    expect(error).toMatchObject({ code: 'settings-invalid' });
    expect(error.message).toContain('names `/no/such/settings.yaml`, which is not there');
  });

  it('takes what a flag or a variable gives as it stands, after the shell', async () => {
    write('home/.config/ctinstall/settings.yaml', 'easyconfigs: [$HOME/x]\n');
    const settings = await read({ CTINSTALL_IMAGE_DIRS: '$HOME/~' }, { prefix: '~/$HOME' });
    expect(settings.prefix).toBe(`${root}/cwd/~/$HOME`);
    expect(settings.imageDirs[0]).toBe(`${root}/cwd/$HOME/~`);
    expect(settings.easyconfigs).toEqual([`${root}/home/x`]);
  });
});
