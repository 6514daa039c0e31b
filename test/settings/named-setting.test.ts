import { describe, expect, it } from 'vitest';
import { CtinstallError } from '../../src/lib/errors.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { nameSetting, readSettingText } from '../../src/settings/named-setting.ts';

const cwd = hostPath('/work');
const read = (name: string, text: string): unknown => readSettingText(nameSetting(name), text, cwd);

function errorOf(work: () => unknown): CtinstallError {
  try {
    work();
  } catch (error) {
    if (error instanceof CtinstallError) return error;
    throw error;
  }
  throw new Error('not refused');
}

describe('readSettingText', () => {
  it.each([
    ['prefix', '~/x', '~/x'],
    ['prefix', 'x', '/work/x'],
    ['prefix', '$PROJECT/x', '$PROJECT/x'],
    ['prefix', 'true', '/work/true'],
    ['runtime', 'apptainer', 'apptainer'],
    ['runtime', './bin/apptainer', '/work/bin/apptainer'],
    ['umask', '027', '027'],
    ['group', '5000', '5000'],
    ['modulefile_header', '- a: b', '- a: b'],
    ['modulefile_header.lmod', '- a: b', '- a: b'],
    ['naming_scheme', 'name/version', 'name/version'],
    ['enforce_checksums', 'true', true],
    ['squashfs_processors', '4', 4],
    ['image_dirs', '[/a, b]', ['/a', '/work/b']],
    ['image_dirs', '/a:b', ['/a', '/work/b']],
    ['image_dirs', '- /a\n- /b', ['/a', '/b']],
    ['bind_groups', '{ fs: [/a] }', { fs: ['/a'] }],
    ['bind_groups.fs', '[/a, { host: /b }]', ['/a', { host: '/b' }]],
    ['bind_groups.fs', '/a', ['/a']],
    ['hooks.pre_install', 'check', '/work/check'],
    ['hooks', '{ pre_install: check }', { pre_install: '/work/check' }],
    ['module_env.A', '1', '1'],
    ['force.image_dirs', '[/a]', ['/a']],
  ])('reads %s %j', (name, text, value) => {
    expect(read(name, text)).toEqual(value);
  });

  it('knows where a value is in the file', () => {
    expect(nameSetting('force.bind_groups.fs')).toMatchObject({
      option: 'bind_groups',
      path: ['force', 'bind_groups', 'fs'],
    });
  });

  it.each([
    ['prefx', 'there is no setting `prefx`', 'did you mean `prefix`?'],
    ['force.prefx', 'there is no setting `prefx`', 'did you mean `prefix`?'],
    ['xyzxyz', 'there is no setting `xyzxyz`', 'there are site, prefix,'],
    ['prefix.a', '`prefix` has no part `a`', 'name it as `prefix`'],
    ['hooks.pre_instal', '`hooks` has no part `pre_instal`', 'did you mean `pre_install`'],
    ['hooks.xyzxyz', '`hooks` has no part', 'its parts are pre_install, post_install, pre_module'],
    ['bind_groups.a.b', '`bind_groups` has no part `a.b`', ''],
    ['toString', 'there is no setting `toString`', ''],
    ['hooks.constructor', '`hooks` has no part `constructor`', ''],
  ])('refuses %s', (name, message, hint) => {
    const error = errorOf(() => read(name, 'x'));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it.each([
    ['squashfs_processors', 'four', 'squashfs_processors:1:1: it must be a number, not text'],
    ['enforce_checksums', 'yes', 'enforce_checksums:1:1: it must be `true` or `false`, not text'],
    ['bind_groups.fs', '[/a, b]', 'bind_groups.fs:1:6: `[1]`: `b` is not an absolute path'],
    ['image_dirs', '[/a', 'image_dirs:1:4:'],
    ['image_dirs', '', 'image_dirs:1:1: it must be a list, not empty'],
    ['bind_groups', '/a', 'bind_groups:1:1: it must be a map'],
  ])('refuses %s %j, and shows where', (name, text, says) => {
    const error = errorOf(() => read(name, text));
    expect(error.code).toBe('settings-invalid');
    expect(error.details[0]).toContain(says);
  });
});
