import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { foldSettings } from '../../src/settings/fold.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import { readSettings } from '../../src/settings/read.ts';
import { readPresetLayers } from '../../src/settings/read-presets.ts';
import type { SettingsWarning } from '../../src/settings/warnings.ts';
import { failure } from '../image/failure.ts';

const toolDir = fileURLToPath(new URL('../..', import.meta.url));
const shipped = readdirSync(`${toolDir}sites`).map((file) => file.replace('.yaml', ''));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-presets-'));
  write('tool/sites/generic.yaml', 'runtime: singularity\nimage_dirs: [/generic]\n');
  write('etc/settings.yaml', '');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const warnings: SettingsWarning[] = [];
function read(environment: Record<string, string> = {}) {
  warnings.length = 0;
  return readSettings({
    environment: { HOME: `${root}/home`, CTINSTALL_SITE_SETTINGS: `${root}/etc/settings.yaml`, ...environment },
    cwd: hostPath(root),
    flags: {},
    toolDir: hostPath(`${root}/tool`),
    warn: (warning) => warnings.push(warning),
  });
}

describe('the presets that are shipped', () => {
  it.each(shipped)('%s is in order, has a page, and binds nothing that must be there', (name) => {
    const { values, issues } = parseSettings(readFileSync(`${toolDir}sites/${name}.yaml`, 'utf8'), 'preset');
    expect(issues).toEqual([]);
    expect(existsSync(`${toolDir}docs/sites/${name}.md`)).toBe(true);
    const { bindGroups } = foldSettings([{ origin: name, base: hostPath('/'), values }], {});
    expect(Object.keys(bindGroups)).toEqual(expect.arrayContaining(['slurm', 'interconnect', 'filesystems']));
    for (const bind of Object.values(bindGroups).flat()) expect(bind.optional).toBe(true);
  });

  it('understand the variables of their sites', async () => {
    const fold = async (site: string, environment: Record<string, string>) =>
      foldSettings(await readPresetLayers(site, [hostPath(`${toolDir}sites`)]), { HOME: '/h', ...environment });
    const plain = await fold('lumi', {});
    expect(plain).toMatchObject({
      prefix: '/h/.local/ctinstall',
      runtime: 'singularity',
      unset: [],
      isPrefixChosen: false,
    });
    expect(plain.imageDirs).toEqual(['/appl/local/containers/easybuild-sif-images']);
    const lumi = await fold('lumi', { EBU_USER_PREFIX: '/project/p/eb', LUMI_CONTAINER_REPOSITORY_ROOT: '/repo' });
    expect(lumi.prefix).toBe('/project/p/eb/ctinstall');
    expect(lumi.imageDirs[0]).toBe('/repo/easybuild-sif-images');
    expect((await fold('setonix', { MYSOFTWARE: '/software/projects/p/u' })).prefix).toBe(
      '/software/projects/p/u/ctinstall',
    );
  });
});

describe('the preset that is taken', () => {
  it('is the one that fits the machine, and says why', async () => {
    write('tool/sites/here.yaml', `detect: [{ file: /no/such/file }, { file: ${root} }]\nruntime: apptainer\n`);
    write('tool/sites/elsewhere.yaml', 'detect: [{ variable: NO_SUCH }]\n');
    const settings = await read();
    expect(settings).toMatchObject({ site: 'here', runtime: 'apptainer', imageDirs: [] });
    expect(settings.origins.site).toEqual([`detected by \`${root}\``]);
    expect((await read({ CTINSTALL_SITE: 'generic' })).site).toBe('generic');
  });

  it('is generic where several fit, and that is told', async () => {
    for (const name of ['one', 'two']) write(`tool/sites/${name}.yaml`, 'detect: [{ variable: MARK=1 }]\n');
    expect((await read({ MARK: '1' })).site).toBe('generic');
    expect(warnings).toEqual([
      {
        message:
          'this machine fits the site presets `one` (the variable `MARK=1`) and `two` (the variable `MARK=1`); `generic` is taken',
        hint: 'choose one: ctinstall settings set site one',
      },
    ]);
    expect((await read()).site).toBe('generic');
    expect(warnings).toEqual([]);
  });

  it('may lie beside the site’s settings or in a directory of a variable, which come first', async () => {
    write('etc/sites/ours.yaml', 'detect: [{ variable: OURS }]\nruntime: ours\n');
    write('etc/sites/generic.yaml', 'runtime: own-generic\n');
    write('more/ours.yaml', 'runtime: more\n');
    expect((await read({ OURS: '1' })).runtime).toBe('ours');
    expect((await read()).runtime).toBe('own-generic');
    expect((await read({ CTINSTALL_SITE: 'ours', CTINSTALL_SITE_PRESETS: 'more' })).runtime).toBe('more');
  });

  it('may be a file, from where its own paths start', async () => {
    write('etc/settings.yaml', 'site: ../ours/p.yaml\n');
    write('ours/p.yaml', 'image_dirs: [images]\nextends: ./base.yaml\n');
    write('ours/base.yaml', 'image_dirs: [others]\nextends: generic\n');
    const settings = await read();
    expect(settings).toMatchObject({ site: `${root}/ours/p.yaml`, runtime: 'singularity' });
    expect(settings.imageDirs).toEqual([`${root}/ours/images`, `${root}/ours/others`, '/generic']);
    expect(settings.origins.image_dirs).toEqual([
      `site preset ${root}/ours/p.yaml`,
      `site preset ${root}/ours/base.yaml`,
      'site preset generic',
    ]);
  });

  it('must not extend itself', async () => {
    write('tool/sites/a.yaml', 'extends: b\n');
    write('tool/sites/b.yaml', 'extends: a\n');
    const error = await failure(read({ CTINSTALL_SITE: 'a' }));
    expect(error.message).toBe('site presets extend each other in a circle');
    expect(error.details.map((line) => line.replace(/.*\//, ''))).toEqual(['a.yaml', 'b.yaml', 'a.yaml']);
  });

  it('shows its faults, each with its place', async () => {
    write('etc/sites/ours.yaml', 'detect: [{ variable: OURS }]\nruntme: x\n');
    const error = await failure(read({ OURS: '1' }));
    expect(error.message).toBe(`the site preset \`${root}/etc/sites/ours.yaml\` has a fault`);
    expect(error.details[0]).toContain('ours.yaml:2:1: unknown key `runtme`');
    // On another machine it does no harm.
    expect((await read()).site).toBe('generic');
  });

  it.each(['detect: [{ fle: /x }]\n', '"detect" : {}\n', 'prefix: &a /x\ndetect: 4\n', 'a: {\ndetect: [}\n'])(
    'that says %j of its machine is told of everywhere, but where another is asked for',
    async (text) => {
      write('etc/sites/ours.yaml', text);
      expect((await failure(read())).message).toContain('ours.yaml` has ');
      expect((await read({ CTINSTALL_SITE: 'generic' })).site).toBe('generic');
    },
  );

  it('is known by marks in any layout', async () => {
    write('etc/sites/ours.yaml', '{"detect": [{"variable": "OURS"}], "umask": "0\\x327"}\n');
    write('etc/sites/theirs.yaml', 'umask: "022"\nbind_groups: { a: &a [/x], b: *a }\ndetect:\n  - variable: THEIRS\n');
    expect(await read({ OURS: '1' })).toMatchObject({ site: 'ours', umask: 0o27 });
    expect((await read({ THEIRS: '1' })).site).toBe('theirs');
  });

  it('may force values, and so may the site’s file, which is the stronger', async () => {
    write('tool/sites/generic.yaml', 'force: { prefix: /preset, umask: "022" }\n');
    write('etc/settings.yaml', 'force: { prefix: /file }\n');
    const settings = await read({ CTINSTALL_PREFIX: '/mine', CTINSTALL_UMASK: '077' });
    expect(settings).toMatchObject({ prefix: '/file', umask: 0o022 });
    expect(warnings.map(({ message }) => message)).toEqual([
      `\`CTINSTALL_PREFIX\` has no effect: \`${root}/etc/settings.yaml\` forces \`prefix: /file\``,
      '`CTINSTALL_UMASK` has no effect: `site preset generic` forces `umask: 022`',
    ]);
  });
});
