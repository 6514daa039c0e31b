import { describe, expect, it } from 'vitest';
import { neverWrapped } from '../../src/easyconfig/never-wrapped.ts';
import { resolveWrappers } from '../../src/resolve/wrappers.ts';
import { easyconfigOf } from './support.ts';

function resolve(text: string) {
  return resolveWrappers(easyconfigOf(text).wrappers, {
    scripts: ['start-shell'],
    fill: (value) => value.replaceAll('%(version)s', '1.0'),
  });
}

describe('resolveWrappers', () => {
  it('tells scripts of ctinstall from programs of the image', () => {
    expect(resolve('wrappers: [start-shell, python, python, { from: /opt/venv/bin/, except: [pip] }]\n')).toEqual({
      scripts: ['start-shell'],
      wrappers: {
        commands: [{ name: 'python', command: 'python', args: [], binds: [] }],
        directories: [{ from: '/opt/venv/bin', except: ['pip'] }],
      },
      issues: [],
    });
  });

  it('fills templates of arguments, and resolves binds', () => {
    const text = `wrappers: [{ name: run, command: /opt/x, args: ["-v%(version)s", a b], binds: [/data, { host: /a, container: /b, access: ro, optional: true }] }]\n`;
    const { wrappers } = resolve(text);
    expect(wrappers.commands).toEqual([
      {
        name: 'run',
        command: '/opt/x',
        args: ['-v1.0', 'a b'],
        binds: [
          { host: '/data', container: '/data', access: 'rw', optional: false, origin: 'easyconfig' },
          { host: '/a', container: '/b', access: 'ro', optional: true, origin: 'easyconfig' },
        ],
      },
    ]);
  });

  it.each<[string, string, string]>([
    ...neverWrapped.map((name): [string, string, string] => [name, name, `no wrapper may be called \`${name}\``]),
    ['an alias called as a script', '{ name: start-shell, command: sh }', 'is a script of ctinstall'],
    ['two of one name', 'run, { name: run, command: other }', 'two wrappers are called `run`'],
    ['binds that contradict each other', '{ name: run, binds: [/a, { host: /b, container: /a }] }', 'two binds for'],
  ])('refuses %s', (_what, wrapper, message) => {
    const { issues } = resolve(`wrappers: [${wrapper}]\n`);
    expect(issues.map((issue) => issue.message).join()).toContain(message);
    expect(issues.every(({ path, hint }) => path[0] === 'wrappers' && hint !== undefined)).toBe(true);
  });
});
