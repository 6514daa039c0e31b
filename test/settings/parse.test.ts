import { describe, expect, it } from 'vitest';
import { describeIssues } from '../../src/report/describe-issue.ts';
import { parseSettings } from '../../src/settings/parse.ts';

function faultsOf(text: string): string {
  return describeIssues('settings.yaml', text, parseSettings(text).issues).join('\n');
}

describe('parseSettings', () => {
  it.each(['', '# nothing set\n', '---\n', '{}\n'])('takes %j for a file that sets nothing', (text) => {
    expect(parseSettings(text)).toEqual({ values: {}, issues: [] });
  });

  it('takes all keys', () => {
    const text = `site: lumi
prefix: ~/ctinstall
easyconfigs: [a, b]
image_dirs: [/central]
runtime: apptainer
squashfs_processors: 1
bind_groups:
  slurm: [/var/spool/slurmd, { host: /run/munge, access: ro, optional: false }]
`;
    expect(parseSettings(text)).toMatchObject({
      issues: [],
      values: {
        site: 'lumi',
        squashfs_processors: 1,
        bind_groups: { slurm: ['/var/spool/slurmd', { access: 'ro' }] },
      },
    });
  });

  it('tells all faults at once, each with its place', () => {
    expect(
      faultsOf(`prefx: /x
site: ../lumi
image_dirs: /central
easyconfigs: [""]
runtime: 4
squashfs_processors: -1
bind_groups:
  Slurm: [/a]
  slurm: [relative, '/a:b', { host: /a, optinal: true }, { host: /x, container: /runscripts }]
  broken: /x
`),
    ).toMatchInlineSnapshot(`
      "settings.yaml:1:1: unknown key \`prefx\`
        | prefx: /x
        | ^^^^^
        hint: did you mean \`prefix\`?
      settings.yaml:2:7: \`site\` is not the name of a site preset
        | site: ../lumi
        |       ^^^^^^^
      settings.yaml:3:13: \`image_dirs\` must be a list, not text
        | image_dirs: /central
        |             ^^^^^^^^
        hint: write \`[one, two]\`, or lines that begin with \`- \`
      settings.yaml:4:15: \`easyconfigs[0]\` must not be empty
        | easyconfigs: [""]
        |               ^^
      settings.yaml:5:10: \`runtime\` must be text, but YAML reads \`4\` as the number 4
        | runtime: 4
        |          ^
        hint: quote it: \`runtime: "4"\`
      settings.yaml:6:22: \`squashfs_processors\` must be at least 0
        | squashfs_processors: -1
        |                      ^^
      settings.yaml:8:3: \`Slurm\` is not a valid name of a bind group
        |   Slurm: [/a]
        |   ^^^^^
      settings.yaml:9:11: \`bind_groups.slurm[0]\`: \`relative\` is not an absolute path
        |   slurm: [relative, '/a:b', { host: /a, optinal: true }, { host: /x, container: /runscripts }]
        |           ^^^^^^^^
      settings.yaml:9:21: \`bind_groups.slurm[1]\`: \`/a:b\` holds \`:\`, which the container runtimes take for a separator
        |   slurm: [relative, '/a:b', { host: /a, optinal: true }, { host: /x, container: /runscripts }]
        |                     ^^^^^^
      settings.yaml:9:41: unknown key \`optinal\` in \`bind_groups.slurm[2]\`
        |   slurm: [relative, '/a:b', { host: /a, optinal: true }, { host: /x, container: /runscripts }]
        |                                         ^^^^^^^
        hint: did you mean \`optional\`?
      settings.yaml:9:81: \`bind_groups.slurm[3].container\`: \`/runscripts\` is a place inside the container that ctinstall or the runtime uses itself
        | ptinal: true }, { host: /x, container: /runscripts }]
        |                                        ^^^^^^^^^^^
      settings.yaml:10:11: \`bind_groups.broken\` must be a list, not text
        |   broken: /x
        |           ^^
        hint: write \`[one, two]\`, or lines that begin with \`- \`"
    `);
  });

  it('refuses a list, and more than there are processors', () => {
    expect(faultsOf('- a\n')).toContain('the file must be a map of keys and values, not a list');
    expect(faultsOf('squashfs_processors: 5000\n')).toContain('settings.yaml:1:22: `squashfs_processors`');
    expect(faultsOf('squashfs_processors: 1.5\n')).toContain('must be a whole number');
  });
});
