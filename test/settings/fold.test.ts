import { describe, expect, it } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { foldSettings } from '../../src/settings/fold.ts';
import { optionKeys, type SettingsValues } from '../../src/settings/options.ts';
import type { SettingsLayer } from '../../src/settings/types.ts';

function layer(origin: string, values: SettingsValues, base = `/${origin}`): SettingsLayer {
  return { origin, base: hostPath(base), values };
}

const home = { HOME: '/home/user' };

describe('foldSettings', () => {
  it('has a default for all', () => {
    const { origins, ...settings } = foldSettings([], home);
    expect(settings).toEqual({
      site: 'generic',
      prefix: '/home/user/.local/ctinstall',
      isPrefixChosen: false,
      morePrefixes: [],
      easyconfigs: [],
      imageDirs: [],
      runtime: undefined,
      runtimeModule: undefined,
      enforceChecksums: false,
      requiresSignature: false,
      imageMode: 'copy',
      squashfsProcessors: 0,
      gpu: 'auto',
      hasNvccli: false,
      squashfsExcludes: [],
      slurm: { partition: undefined, account: undefined, time: undefined, options: [] },
      nodeTypes: {},
      bindGroups: {},
      modulesTool: 'lmod',
      hostMpi: undefined,
      moduleEnv: {},
      envSets: {},
      forcedModuleEnv: {},
      containerEnv: { pass: [], drop: [] },
      moduleConflicts: [],
      namingScheme: 'name/version',
      modulefileHeader: undefined,
      modulefileFooter: undefined,
      hooks: { preInstall: undefined, postInstall: undefined, preModule: undefined },
      group: undefined,
      umask: undefined,
      hasReadOnlyInstalls: false,
      overruled: [],
      unset: [],
    });
    expect(origins).toEqual(Object.fromEntries(optionKeys.map((key) => [key, ['default']])));
  });

  it('takes the strongest list of what packing leaves out, and adds up what jobs are given', () => {
    const settings = foldSettings(
      [
        layer('site', { squashfs_excludes: ['.git'], slurm: { partition: 'small', options: ['qos=a'] } }),
        layer('user', { squashfs_excludes: [], slurm: { account: 'p1' } }),
      ],
      home,
    );
    expect(settings.squashfsExcludes).toEqual([]);
    expect(settings.slurm).toEqual({ partition: 'small', account: 'p1', time: undefined, options: ['qos=a'] });
  });

  it('brings values to one form', () => {
    const values = {
      umask: '027',
      group: 5000,
      hooks: { pre_install: 'hooks/check', post_install: '$NONE/x' },
      more_prefixes: ['/one/', '/two', '/one'],
      prefix: '/two',
      module_env: { A: '1' },
    };
    expect(foldSettings([layer('site', values)], home)).toMatchObject({
      umask: 0o27,
      group: '5000',
      hooks: { preInstall: '/site/hooks/check', postInstall: undefined },
      morePrefixes: ['/one'],
      moduleEnv: { A: '1' },
    });
  });

  it('lets the strongest layer decide a single value, and names it as the origin', () => {
    const layers = [
      layer('site', { prefix: '/one', squashfs_processors: 1, runtime: 'singularity' }),
      layer('user', { prefix: '/two', squashfs_processors: 0 }),
      layer('flags', {}),
    ];
    const settings = foldSettings(layers, home);
    expect(settings).toMatchObject({
      prefix: '/two',
      squashfsProcessors: 0,
      runtime: 'singularity',
    });
    expect(settings.origins).toMatchObject({
      prefix: ['user'],
      squashfs_processors: ['user'],
      runtime: ['site'],
      site: ['default'],
    });
  });

  it('adds up lists, the strongest first, each directory once', () => {
    const settings = foldSettings(
      [
        layer('site', { image_dirs: ['/central', '/both'] }),
        layer('user', { image_dirs: ['mine', '/both/'] }),
        layer('flags', { image_dirs: ['/flag'], easyconfigs: ['e'] }),
      ],
      home,
    );
    expect(settings.imageDirs).toEqual(['/flag', '/user/mine', '/both', '/central']);
    expect(settings.origins.image_dirs).toEqual(['flags', 'user', 'site']);
    expect(settings.easyconfigs).toEqual(['/flags/e']);
  });

  it('adds up bind groups by name: a stronger layer replaces a whole group', () => {
    const settings = foldSettings(
      [
        layer('site', {
          bind_groups: { slurm: ['/var/spool'], filesystems: ['/scratch', '/project'] },
        }),
        layer('user', {
          bind_groups: {
            filesystems: [{ host: '/work', container: '/w', access: 'ro', optional: false }],
            mine: [],
          },
        }),
      ],
      home,
    );
    expect(settings.bindGroups).toEqual({
      slurm: [{ host: '/var/spool', container: '/var/spool', access: 'rw', optional: true }],
      filesystems: [{ host: '/work', container: '/w', access: 'ro', optional: false }],
      mine: [],
    });
    expect(settings.origins.bind_groups).toEqual(['user', 'site']);
  });

  it('takes a bind of a site for optional unless it says otherwise', () => {
    const groups = { a: [{ host: '/x' }, { host: '/y', optional: false }] };
    const { bindGroups } = foldSettings([layer('site', { bind_groups: groups })], home);
    expect(bindGroups.a?.map(({ optional }) => optional)).toEqual([true, false]);
  });

  it('starts relative paths where each layer lies', () => {
    const settings = foldSettings([layer('site', { runtime: './bin/apptainer', prefix: 'p' }, '/etc/ctinstall')], home);
    expect(settings).toMatchObject({
      runtime: '/etc/ctinstall/bin/apptainer',
      prefix: '/etc/ctinstall/p',
    });
  });

  it('leaves the name of a program as it is', () => {
    expect(foldSettings([layer('site', { runtime: 'apptainer' })], home).runtime).toBe('apptainer');
  });

  it.each([
    ['~', '/home/user'],
    ['~/x', '/home/user/x'],
    ['~other/x', '/base/~other/x'],
    ['$HOME/x', '/home/user/x'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable as users write it
    ['/scratch/${USER}/x', '/scratch/jo/x'],
    ['/a$$/$', '/a$$/$'],
    ['$TRICKY/x', '/$HOME~$&/x'],
    ['/a~/b', '/a~/b'],
  ])('expands %s', (written, path) => {
    const environment = { ...home, USER: 'jo', TRICKY: '/$HOME~$&' };
    expect(foldSettings([layer('base', { prefix: written })], environment).prefix).toBe(path);
  });

  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable as users write it
  it.each(['/scratch/$USER_NAME/x', '$EMPTY/x', '${USER_NAME}'])(
    'lets %s fall away, as the variable is not set or empty',
    (written) => {
      const environment = { ...home, EMPTY: '' };
      const layers = [
        layer('preset', { prefix: '/preset', image_dirs: ['/a'] }),
        layer('site', { prefix: written, image_dirs: [written, '/b'], easyconfigs: [written] }),
      ];
      const settings = foldSettings(layers, environment);
      expect(settings).toMatchObject({ prefix: '/preset', imageDirs: ['/b', '/a'], easyconfigs: [], unset: [] });
      expect(settings.origins).toMatchObject({ prefix: ['preset'], image_dirs: ['site', 'preset'] });
    },
  );

  it('tells of a single value of the user’s own that falls away', () => {
    const own = { ...layer('mine', { prefix: '$NONE/x', image_dirs: ['$NONE/y'] }), by: 'user' as const };
    expect(foldSettings([own], home).unset).toEqual([
      { key: 'prefix', text: '$NONE/x', variable: 'NONE', origin: 'mine' },
    ]);
  });

  it.each([
    ['site', {}, false],
    ['user', {}, true],
    ['flag', {}, true],
    ['site', { prefix: '/forced' }, true],
  ] as const)('knows whether a prefix set by the %s (forced: %j) is the one that is wanted', (by, force, isChosen) => {
    const settings = foldSettings([{ ...layer('l', { prefix: '/p' }), by, force }], home);
    expect(settings.isPrefixChosen).toBe(isChosen);
  });

  it('expands nothing in a home directory with an odd name', () => {
    const settings = foldSettings([layer('base', { prefix: '~/x' })], {
      HOME: '/home/$USER$&',
      USER: 'jo',
    });
    expect(settings.prefix).toBe('/home/$USER$&/x');
  });

  it('asks a layer that knows its origins for each key', () => {
    const flags: SettingsLayer = {
      origin: (key) => `--${key}`,
      base: hostPath('/'),
      values: { prefix: '/p' },
    };
    expect(foldSettings([flags], home).origins.prefix).toEqual(['--prefix']);
  });
});
