import { describe, expect, it } from 'vitest';
import type { EasyconfigImage } from '../../src/easyconfig/types.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { resolveInstall } from '../../src/resolve/resolve-install.ts';
import { foldSettings } from '../../src/settings/fold.ts';
import type { SettingsValues } from '../../src/settings/options.ts';
import { easyconfigOf, facts, resolved, settingsOf } from './support.ts';

const groups: SettingsValues = {
  bind_groups: {
    slurm: ['/var/spool/slurmd'],
    filesystems: ['/scratch/deep/down', '/scratch', '/project', '/opt'],
  },
};

function imageNamed(file: string): EasyconfigImage {
  return { file, directory: undefined, sha256: undefined, source: undefined, mode: undefined, isSigned: false };
}

function bindsOf(more: string, values = groups): string[] {
  return resolved(easyconfigOf(more), settingsOf(values)).binds.map(
    ({ host, container, access, optional, origin }) =>
      `${host}:${container} ${access} ${optional ? 'optional' : 'required'} ${origin}`,
  );
}

function issuesOf(more: string, prefix?: string) {
  return resolveInstall(easyconfigOf(more), settingsOf(groups, prefix), facts).issues;
}

describe('binds', () => {
  it('puts what the site says in place of a group, parents before children', () => {
    expect(bindsOf('binds: [{ site: filesystems }, { site: slurm }]\n')).toEqual([
      '/scratch:/scratch rw optional site: filesystems',
      '/project:/project rw optional site: filesystems',
      '/opt:/opt rw optional site: filesystems',
      '/scratch/deep/down:/scratch/deep/down rw optional site: filesystems',
      '/var/spool/slurmd:/var/spool/slurmd rw optional site: slurm',
    ]);
  });

  it('lets a bind of the easyconfig beat one of a group, wherever it stands', () => {
    const own = '{ host: /my/scratch, container: /scratch, access: ro }';
    const expected = '/my/scratch:/scratch ro required easyconfig';
    const before = bindsOf(`binds: [${own}, { site: filesystems }]\n`);
    const after = bindsOf(`binds: [{ site: filesystems }, ${own}]\n`);
    for (const binds of [before, after]) {
      expect(binds).toHaveLength(4);
      expect(binds).toContain(expected);
    }
  });

  it('keeps each place in the container once', () => {
    expect(bindsOf('binds: [/a, /a/, //a/./, { site: slurm }, { site: slurm }]\n')).toEqual([
      '/a:/a rw required easyconfig',
      '/var/spool/slurmd:/var/spool/slurmd rw optional site: slurm',
    ]);
  });

  it('refuses two binds of the easyconfig for one place', () => {
    expect(issuesOf('binds: [/a, { host: /b, container: /a/ }]\n')).toEqual([
      {
        path: ['binds', 1],
        message: 'two binds for `/a`: `/a` and `/b`',
        hint: expect.stringContaining('keep one of them'),
      },
    ]);
  });

  it('has the site’s module of the runtime loaded first', () => {
    const easyconfig = easyconfigOf('depends_on: [rocm, singularity]\n');
    const install = resolved(easyconfig, settingsOf({ runtime_module: 'singularity' }));
    expect(install.dependsOn).toEqual(['singularity', 'rocm']);
    expect(resolved(easyconfigOf(''), settingsOf({})).dependsOn).toEqual([]);
  });

  it('takes the image mode of the easyconfig, unless a flag or the site says otherwise', () => {
    const easyconfig = { ...easyconfigOf(''), image: { ...imageNamed('x.sif'), mode: 'copy' as const } };
    const settings = settingsOf({ image_mode: 'link' });
    const modeWith = (origin: string): string | undefined =>
      resolved(easyconfig, { ...settings, origins: { ...settings.origins, image_mode: [origin] } }).image?.mode;
    expect(modeWith('/etc/ctinstall/settings.yaml')).toBe('copy');
    expect(modeWith('/etc/ctinstall/settings.yaml (forced)')).toBe('link');
    expect(modeWith('--image-mode')).toBe('link');
  });

  it('refuses one path bound read-only and read-write', () => {
    expect(issuesOf('binds: [/a, { host: /a, access: ro }]\n')).toMatchObject([
      { message: 'two binds for `/a`: `/a` and `/a read-only`' },
    ]);
    expect(issuesOf('binds: [/a, { host: /a, access: rw }]\n')).toEqual([]);
    expect(issuesOf('binds: [{ host: /a, optional: true }, /a]\n')).toMatchObject([
      { message: 'two binds for `/a`: `/a (optional)` and `/a`' },
    ]);
  });

  it('takes sanity check paths with the install dir in front, and none that lead elsewhere', () => {
    const text = (paths: string): string => `sanity_check_paths: { files: [${paths}] }\n`;
    const install = resolved(easyconfigOf(text('"%(installdir)s/bin/x", bin/y')), settingsOf({}));
    expect(install.sanityCheckPaths.files).toEqual(['bin/x', 'bin/y']);
    expect(issuesOf(text('"%(installdir)sx"'))).toMatchObject([{ path: ['sanity_check_paths', 'files', 0] }]);
  });

  it('replaces templates on both sides', () => {
    expect(
      bindsOf(`binds: [{ host: "%(installdir)s/data", container: "/opt/%(name)s/%(version)s%(versionsuffix)s" }]\n`),
    ).toEqual(['/home/user/ctinstall/software/demo/1.0-x/data:/opt/demo/1.0-x rw required easyconfig']);
  });

  it('says which group is unknown, and which is near', () => {
    expect(issuesOf('binds: [/a, { site: filesystem }, { site: gpu }]\n')).toEqual([
      {
        path: ['binds', 1, 'site'],
        message: 'unknown bind group `filesystem`',
        hint: 'did you mean `filesystems`?',
      },
      {
        path: ['binds', 2, 'site'],
        message: 'unknown bind group `gpu`',
        hint: 'the settings of this machine name `slurm`, `filesystems`: say there what it is here, `bind_groups: { gpu: [/path] }`, or `[]` where this machine has no such thing',
      },
    ]);
    expect(resolveInstall(easyconfigOf('binds: [{ site: constructor }]\n'), settingsOf({}), facts).issues).toEqual([
      {
        path: ['binds', 0, 'site'],
        message: 'unknown bind group `constructor`',
        hint: expect.stringContaining('the settings of this machine name no bind groups: say there'),
      },
    ]);
  });
});

describe('what stands against an install', () => {
  it('takes blanks and quotes in the prefix', () => {
    expect(issuesOf('', "/my scratch/it's $HOME `x`")).toEqual([]);
  });

  it('scripts that are not there', () => {
    expect(issuesOf('runscripts: [conda-python-simpel]\nwrappers: [start-shell, qqq]\n')).toEqual([
      {
        path: ['runscripts', 0],
        message: 'unknown run script `conda-python-simpel`',
        hint: 'did you mean `conda-python-simple`?',
      },
    ]);
  });

  it('values that break a rule only when their templates are replaced', () => {
    const easyconfig = {
      ...easyconfigOf('env: { module: { A: "%(installdir)s%(installdir)s" } }\n'),
      image: imageNamed('%(installdir)s'),
    };
    const long = `/${'p'.repeat(30_000)}`;
    const settings = settingsOf({}, long);
    const messages = resolveInstall(easyconfig, settings, facts).issues.map(({ path }) => path);
    expect(messages).toEqual([
      ['image', 'file'],
      ['env', 'module', 'A'],
    ]);
  });

  it('all of it at once', () => {
    const text = 'binds: [{ site: x }, { host: /a, container: /b }, { host: /c, container: /b }]\nwrappers: [bash]\n';
    expect(issuesOf(text).map(({ path }) => path)).toEqual([
      ['binds', 0, 'site'],
      ['binds', 2],
      ['wrappers', 0],
    ]);
  });
});

describe('resolveInstall', () => {
  it('replaces every template', () => {
    const text = `homepage: "https://%(name)s"
whatis: ["%(version)s %%"]
description: "%(name)s %(version)s%(versionsuffix)s in %(installdir)s"
docurls: ["https://%(name)s/doc"]
env: { module: { A: "%(installdir)s" }, container: { B: "%(name)s" } }
sanity_check_paths: { files: ["%(name)s.sif"], dirs: ["x%(version)s"] }
sanity_check_commands: ["echo 100%% %(name)s"]
`;
    const easyconfig = {
      ...easyconfigOf(text),
      image: imageNamed('%(name)s-%(version)s.sif'),
    };
    const install = resolved(easyconfig, settingsOf({ image_dirs: ['/central'] }));
    const installDir = '/home/user/ctinstall/software/demo/1.0-x';
    expect(install).toMatchObject({
      moduleName: 'demo/1.0-x',
      fullVersion: '1.0-x',
      installDir,
      modulefile: '/home/user/ctinstall/modules/demo/1.0-x.lua',
      homepage: 'https://demo',
      whatis: ['1.0 %'],
      description: `demo 1.0-x in ${installDir}`,
      docurls: ['https://demo/doc'],
      image: { file: 'demo-1.0.sif' },
      centralImages: ['/central/demo-1.0.sif'],
      env: { module: { A: installDir }, container: { B: 'demo' } },
      sanityCheckPaths: { files: ['demo.sif'], dirs: ['x1.0'] },
      sanityCheckCommands: [{ command: 'echo 100% demo', host: false }],
    });
    expect(JSON.stringify(install)).not.toContain('%(');
  });

  it('gives each install the squashfs scripts, once', () => {
    const names = resolved(easyconfigOf('wrappers: [make-squashfs, start-shell]\n'), settingsOf({})).scripts.map(
      ({ name }) => name,
    );
    expect(names).toEqual(expect.arrayContaining(['make-squashfs', 'start-shell', 'unmake-squashfs']));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('variables of the module', () => {
  const site = (force: SettingsValues): ReturnType<typeof foldSettings> =>
    foldSettings(
      [
        {
          origin: '/etc/site.yaml',
          by: 'site',
          base: hostPath('/'),
          values: { module_env: { A: 'site', B: 'site' } },
          force,
        },
      ],
      {},
    );
  const easyconfig = easyconfigOf('env: { module: { A: own, C: own } }\n');

  it('of the easyconfig beat those of the settings', () => {
    expect(resolved(easyconfig, site({})).env).toMatchObject({
      module: { A: 'own', B: 'site', C: 'own' },
      origins: { A: { origin: 'easyconfig' }, B: { origin: 'module_env' }, C: { origin: 'easyconfig' } },
    });
  });

  it('that the site forces beat those of the easyconfig, and it is known who lost', () => {
    const { env } = resolved(easyconfig, site({ module_env: { A: 'forced', D: 'forced' } }));
    expect(env.module).toEqual({ A: 'forced', B: 'site', C: 'own', D: 'forced' });
    expect(env.origins.A).toEqual({ origin: '/etc/site.yaml (forced)', overruled: 'own' });
    expect(env.origins.D).toEqual({ origin: '/etc/site.yaml (forced)' });
  });

  it('of sets that it asks for count least; the first set counts more', () => {
    const sets = { one: { A: '1', B: '1', E: '1' }, two: { E: '2', F: '2' }, none: {} };
    const asking = easyconfigOf('env: { module: { A: own } }\nenv_sets: [one, two, none]\n');
    const { env } = resolved(asking, site({ env_sets: sets }));
    expect(env.module).toEqual({ A: 'own', B: 'site', E: '1', F: '2' });
    expect(env.defaults).toEqual(['E', 'F']);
    expect(env.origins.F).toEqual({ origin: 'env_sets: two' });
  });

  it.each([
    ['rccl-slingshott', 'did you mean `rccl-slingshot`?'],
    ['constructor', expect.stringContaining('ctinstall settings set env_sets.constructor')],
  ])('of a set that is not known: %s', (set, hint) => {
    const answer = resolveInstall(
      easyconfigOf(`env_sets: [${set}]\n`),
      site({ env_sets: { 'rccl-slingshot': {} } }),
      facts,
    );
    expect(answer.issues).toEqual([
      { path: ['env_sets', 0], message: `no set of variables \`${set}\` in the settings`, hint },
    ]);
  });
});
