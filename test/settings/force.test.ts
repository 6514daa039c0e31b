import { describe, expect, it } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { foldSettings } from '../../src/settings/fold.ts';
import type { SettingsValues } from '../../src/settings/options.ts';
import type { SettingsLayer } from '../../src/settings/types.ts';
import { overruledFlag, warningsOf } from '../../src/settings/warnings.ts';

function layer(by: 'site' | 'user' | 'flag', values: SettingsValues, force: SettingsValues = {}): SettingsLayer {
  const origin = { site: '/etc/site.yaml', user: '/home/user/settings.yaml', flag: '--flag' }[by];
  return { origin, by, base: hostPath('/base'), values, force };
}

function fold(...layers: SettingsLayer[]) {
  return foldSettings(layers, { HOME: '/home/user', SITE: '/site' });
}

describe('a value that the site forces', () => {
  it('holds whatever users set, and is shown as forced', () => {
    const settings = fold(
      layer('site', { prefix: '/weak' }, { prefix: '$SITE/x', enforce_checksums: true }),
      layer('user', { prefix: '/mine', enforce_checksums: false }),
      layer('flag', { prefix: '/flag' }),
    );
    expect(settings).toMatchObject({ prefix: '/site/x', enforceChecksums: true });
    expect(settings.origins).toMatchObject({
      prefix: ['/etc/site.yaml (forced)'],
      enforce_checksums: ['/etc/site.yaml (forced)'],
    });
    expect(settings.overruled).toMatchObject([
      { key: 'prefix', origin: '/home/user/settings.yaml', isFlag: false, forcedValue: '/site/x' },
      { key: 'prefix', origin: '--flag', isFlag: true, forcedBy: '/etc/site.yaml' },
      { key: 'enforce_checksums', origin: '/home/user/settings.yaml', forcedValue: true },
    ]);
  });

  it('is the whole of a list', () => {
    const settings = fold(
      layer('site', { image_dirs: ['/weak'] }, { image_dirs: ['/only'] }),
      layer('user', { image_dirs: ['/mine'] }),
    );
    expect(settings.imageDirs).toEqual(['/only']);
  });

  it('is a part of a map, to which users may add others', () => {
    const settings = fold(
      layer('site', { bind_groups: { fs: ['/weak'], slurm: ['/s'] } }, { bind_groups: { fs: ['/only'] } }),
      layer('user', { bind_groups: { fs: ['/mine'], own: ['/own'], slurm: ['/t'] } }),
    );
    expect(Object.entries(settings.bindGroups).map(([name, [bind]]) => [name, bind?.host])).toEqual([
      ['fs', '/only'],
      ['slurm', '/t'],
      ['own', '/own'],
    ]);
    expect(settings.overruled).toMatchObject([{ key: 'bind_groups.fs' }]);
    expect(settings.origins.bind_groups).toEqual([
      '/etc/site.yaml (forced)',
      '/home/user/settings.yaml',
      '/etc/site.yaml',
    ]);
  });

  it('is told to those who set another, not to those who set the same', () => {
    const site = layer('site', {}, { prefix: '/p', image_dirs: ['/a'] });
    expect(fold(site, layer('user', { prefix: '/p/', image_dirs: ['/a'] })).overruled).toEqual([]);
  });

  it('of a stronger layer of the site counts, and weaker layers of the site are not told', () => {
    const preset = { ...layer('site', { prefix: '/q' }, { prefix: '/preset' }), origin: 'site preset x' };
    const settings = fold(preset, layer('site', { prefix: '/r' }, { prefix: '/file' }));
    expect(settings).toMatchObject({ prefix: '/file', overruled: [] });
  });
});

describe('warnings', () => {
  it('name who forces what, and what to do', () => {
    const site = layer('site', {}, { prefix: '/p', bind_groups: { fs: ['/a'] } });
    const variable = { ...layer('user', { prefix: '/e' }), origin: 'CTINSTALL_PREFIX' };
    const { overruled, unset } = fold(site, layer('user', { bind_groups: { fs: [] }, runtime: '$NONE/r' }), variable);
    expect(warningsOf({ overruled, unset })).toEqual([
      {
        message: '`CTINSTALL_PREFIX` has no effect: `/etc/site.yaml` forces `prefix: /p`',
        hint: 'unset the variable',
      },
      {
        message:
          '`/home/user/settings.yaml` sets `bind_groups.fs`, which has no effect: `/etc/site.yaml` forces `bind_groups.fs: ["/a"]`',
        hint: 'take it out: ctinstall settings unset bind_groups.fs',
      },
      {
        message: '`runtime: $NONE/r` in `/home/user/settings.yaml` has no effect: `NONE` is not set',
        hint: 'set the variable, or take the value out: ctinstall settings unset runtime',
      },
    ]);
  });

  it('leave flags to an error', () => {
    const { overruled, unset } = fold(layer('site', {}, { prefix: '/p' }), layer('flag', { prefix: '/f' }));
    expect(warningsOf({ overruled, unset })).toEqual([]);
    const error = overruled.map(overruledFlag)[0];
    expect(error).toMatchObject({ code: 'settings-invalid', hint: expect.stringContaining('leave the flag out') });
    expect(error?.message).toBe('`--flag` cannot be used here: `/etc/site.yaml` forces `prefix: /p`');
  });
});
