import { describe, expect, it } from 'vitest';
import { CtinstallError } from '../../src/lib/errors.ts';
import { formatValue } from '../../src/lib/format.ts';
import { settingsOfEnvironment, splitPaths } from '../../src/settings/environment.ts';

function errorOf(environment: Record<string, string>): CtinstallError {
  try {
    settingsOfEnvironment(environment);
  } catch (error) {
    if (error instanceof CtinstallError) return error;
    throw error;
  }
  throw new Error('not refused');
}

describe('settingsOfEnvironment', () => {
  it('takes what is set, and no variable of another program', () => {
    expect(
      settingsOfEnvironment({
        HOME: '/h',
        CTINSTALL_PREFIX: '/p',
        CTINSTALL_IMAGE_DIRS: '/a::/b:',
        CTINSTALL_EASYCONFIGS: 'e',
        CTINSTALL_SQUASHFS_PROCESSORS: '4',
        CTINSTALL_SITE: 'lumi',
        CTINSTALL_READ_ONLY_INSTALLS: '1',
        CTINSTALL_ENFORCE_CHECKSUMS: 'false',
        CTINSTALL_HOOKS: '{ pre_install: /h }',
        CTINSTALL_MORE_PREFIXES: '/p1:/p2',
        CTINSTALL_UMASK: '027',
        CTINSTALL_GROUP: '5000',
        CTINSTALL_RUNTIME: '',
        CTINSTALL_SQUASHFS_EXCLUDES: '.git:*.log',
        CTINSTALL_SLURM: '{ partition: small, options: [qos=debug] }',
        CTINSTALL_UNKNOWN: 'x',
        CTINSTALL_SITE_SETTINGS: '/s',
      }),
    ).toEqual({
      prefix: '/p',
      image_dirs: ['/a', '/b'],
      easyconfigs: ['e'],
      squashfs_processors: 4,
      site: 'lumi',
      read_only_installs: true,
      enforce_checksums: false,
      hooks: { pre_install: '/h' },
      more_prefixes: ['/p1', '/p2'],
      umask: '027',
      group: '5000',
      squashfs_excludes: ['.git', '*.log'],
      slurm: { partition: 'small', options: ['qos=debug'] },
    });
  });

  it('reads bind groups as YAML', () => {
    expect(
      settingsOfEnvironment({
        CTINSTALL_BIND_GROUPS: '{ filesystems: [/scratch, { host: /p, access: ro }] }',
      }),
    ).toEqual({ bind_groups: { filesystems: ['/scratch', { host: '/p', access: 'ro' }] } });
  });

  it.each([
    ['CTINSTALL_SITE', 'Lumi/../x', 'is neither the name of a site preset nor the path of one'],
    ['CTINSTALL_UMASK', '27', 'must be three octal digits'],
    ['CTINSTALL_UMASK', '777', 'must be three octal digits'],
    ['CTINSTALL_READ_ONLY_INSTALLS', 'yes', ''],
    ['CTINSTALL_GROUP', 'a\nb', 'is not a name or number of a group'],
    ['CTINSTALL_RUNTIME_MODULE', 'a b', 'is not the name of a module'],
    ['CTINSTALL_SQUASHFS_PROCESSORS', 'four', 'must be a whole number'],
    ['CTINSTALL_SQUASHFS_PROCESSORS', '-1', 'must be a whole number'],
    ['CTINSTALL_SQUASHFS_PROCESSORS', '1e3', 'must be a whole number'],
    ['CTINSTALL_SQUASHFS_PROCESSORS', '9999', 'must be at most 4096'],
  ])('refuses %s=%s, naming both', (name, value, why) => {
    const error = errorOf({ [name]: value });
    expect(error.code).toBe('settings-invalid');
    expect(error.message).toContain(`\`${name}\` ${why}`);
    expect(error.hint).toContain(`its value is \`${formatValue(value)}\``);
  });

  it.each(['/scratch', '{ a: [relative] }', '{ a: [', '{ a: [*nothing] }', '[a]', '{ __proto__: [/a] }', '# nothing'])(
    'refuses bind groups %s',
    (value) => {
      const error = errorOf({ CTINSTALL_BIND_GROUPS: value });
      expect(error.code).toBe('settings-invalid');
      expect(error.message).toBe('`CTINSTALL_BIND_GROUPS` has a fault');
      expect(error.details[0]).toMatch(/^CTINSTALL_BIND_GROUPS:1:\d+: /);
    },
  );

  it('shows all that is wrong with bind groups', () => {
    const text = '{ a: [/ok, relative, { host: /a, optinal: true }], A: [], b: 4 }';
    expect(errorOf({ CTINSTALL_BIND_GROUPS: text }).details.join('\n')).toMatchInlineSnapshot(`
      "CTINSTALL_BIND_GROUPS:1:12: \`a[1]\`: \`relative\` is not an absolute path
        | { a: [/ok, relative, { host: /a, optinal: true }], A: [], b: 4 }
        |            ^^^^^^^^
      CTINSTALL_BIND_GROUPS:1:34: unknown key \`optinal\` in \`a[2]\`
        | { a: [/ok, relative, { host: /a, optinal: true }], A: [], b: 4 }
        |                                  ^^^^^^^
        hint: did you mean \`optional\`?
      CTINSTALL_BIND_GROUPS:1:52: \`A\` is not a valid name of a bind group
        | { a: [/ok, relative, { host: /a, optinal: true }], A: [], b: 4 }
        |                                                    ^
      CTINSTALL_BIND_GROUPS:1:62: \`b\` must be a list, not the number 4
        | { a: [/ok, relative, { host: /a, optinal: true }], A: [], b: 4 }
        |                                                              ^
        hint: write \`[one, two]\`, or lines that begin with \`- \`"
    `);
  });

  it('splits lists as PATH is split', () => {
    expect(splitPaths('/a:b::')).toEqual(['/a', 'b']);
    expect(splitPaths('')).toEqual([]);
  });
});
