import { describe, expect, it } from 'vitest';
import { resolveInstall } from '../../src/resolve/resolve-install.ts';
import { easyconfigOf, facts, resolved, settingsOf } from './support.ts';

const settings = settingsOf({}, '/pre');
const resolvedOf = (files: string) => resolved(easyconfigOf(`files: ${files}\n`), settings).files;

function issuesOf(files: string): string[] {
  const easyconfig = easyconfigOf(`wrappers: [python]\nfiles: ${files}\n`);
  return resolveInstall(easyconfig, settings, facts).issues.map(({ message }) => message);
}

describe('files of a recipe', () => {
  it('have their templates filled in', () => {
    const files = '[{ path: "%(installdir)s/share/%(name)s", text: "%(version)s 100 %% %(installdir)s" }]';
    expect(resolvedOf(files)).toEqual([
      { path: 'share/demo', mode: 0o644, content: { kind: 'text', text: '1.0 100 % /pre/software/demo/1.0-x' } },
    ]);
  });

  it.each([
    ['bin/ls', 'would be run on the host in place of a program of the system'],
    ['bin/bash', 'would be run on the host in place of a program of the system'],
    ['bin/in-container', 'is there already: ctinstall makes it'],
    ['bin/python', 'is there already: ctinstall makes it'],
    ['demo.sif', 'is there already: ctinstall makes it'],
    ['demo.sif/x', 'and `demo.sif` cannot both be there'],
    ['share', 'and `share/a` cannot both be there'],
    ['share/a', 'is there twice'],
  ])('cannot be %s', (path, what) => {
    expect(issuesOf(`[{ path: share/a, text: x }, { path: "${path}", text: x }]`)).toEqual([`\`${path}\` ${what}`]);
  });

  it('may be called as they like elsewhere', () => {
    expect(issuesOf('[{ path: runscripts/ls, text: x }, { path: share/bash, text: x }]')).toEqual([]);
  });
});
