import { describe, expect, it } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { foldSettings } from '../../src/settings/fold.ts';
import type { SettingsValues } from '../../src/settings/options.ts';
import type { SettingsLayer } from '../../src/settings/types.ts';

function layer(origin: string, values: SettingsValues, base = `/${origin}`): SettingsLayer {
  return { origin, base: hostPath(base), values };
}

const home = { HOME: '/home/user' };

describe('foldSettings', () => {
  it('has a default for all', () => {
    expect(foldSettings([], home)).toEqual({
      site: 'generic',
      prefix: '/home/user/ctinstall',
      easyconfigs: [],
      imageDirs: [],
      runtime: undefined,
      enforceChecksums: false,
      requiresSignature: false,
      imageMode: 'copy',
      squashfsProcessors: 0,
      bindGroups: {},
      origins: {
        site: ['default'],
        prefix: ['default'],
        easyconfigs: ['default'],
        image_dirs: ['default'],
        runtime: ['default'],
        enforce_checksums: ['default'],
        verify: ['default'],
        image_mode: ['default'],
        squashfs_processors: ['default'],
        bind_groups: ['default'],
      },
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
    ['/scratch/$USER_NAME/x', '/scratch/$USER_NAME/x'],
    ['/a$$/$', '/a$$/$'],
    ['$TRICKY/x', '/$HOME~$&/x'],
    ['/a~/b', '/a~/b'],
  ])('expands %s', (written, path) => {
    const environment = { ...home, USER: 'jo', TRICKY: '/$HOME~$&' };
    expect(foldSettings([layer('base', { prefix: written })], environment).prefix).toBe(path);
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
