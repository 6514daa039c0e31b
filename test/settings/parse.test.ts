import { describe, expect, it } from 'vitest';
import { describeIssues } from '../../src/easyconfig/describe-issue.ts';
import type { SettingsFileKind } from '../../src/settings/file-schemas.ts';
import { parseDetect, parseSettings } from '../../src/settings/parse.ts';

function faultsOf(text: string, kind: SettingsFileKind = 'user'): string {
  return describeIssues('settings.yaml', text, parseSettings(text, kind).issues).join('\n');
}

describe('parseSettings', () => {
  it.each(['', '# nothing set\n', '---\n', '{}\n'])('takes %j for a file that sets nothing', (text) => {
    expect(parseSettings(text)).toEqual({ values: {}, force: {}, extends: undefined, detect: [], issues: [] });
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
      settings.yaml:2:7: \`site\` is neither the name of a site preset nor the path of one, such as \`/etc/ctinstall/mine.yaml\`
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
        |   slurm: [relative, '/a:b', { host: /a, optinal: true }, { host: /x, contain
        |           ^^^^^^^^
      settings.yaml:9:21: \`bind_groups.slurm[1]\`: \`/a:b\` holds \`:\`, which the container runtimes take for a separator
        |   slurm: [relative, '/a:b', { host: /a, optinal: true }, { host: /x, contain
        |                     ^^^^^^
      settings.yaml:9:41: unknown key \`optinal\` in \`bind_groups.slurm[2]\`
        |   slurm: [relative, '/a:b', { host: /a, optinal: true }, { host: /x, contain
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

  it('tells the faults of every key', () => {
    expect(
      faultsOf(`more_prefixes: /a
runtime_module: "a b"
host_mpi: intel
module_env: { PATH: /x, "1A": x, B: 4, C: "a\\nb" }
naming_scheme: version/name
modulefile_header: [a]
modulefile_footer: "a\\0b"
hooks: { pre_instal: /x, post_install: "" }
group: -1
umask: 027
read_only_installs: "yes"
force: { prefix: /x }
`),
    ).toMatchInlineSnapshot(`
      "settings.yaml:1:16: \`more_prefixes\` must be a list, not text
        | more_prefixes: /a
        |                ^^
        hint: write \`[one, two]\`, or lines that begin with \`- \`
      settings.yaml:2:17: \`runtime_module\` is not the name of a module
        | runtime_module: "a b"
        |                 ^^^^^
      settings.yaml:3:11: \`host_mpi\` must be \`mpich\` or \`openmpi\`
        | host_mpi: intel
        |           ^^^^^
      settings.yaml:4:15: \`PATH\` is not for the settings to set: the module or the session needs it
        | module_env: { PATH: /x, "1A": x, B: 4, C: "a\\nb" }
        |               ^^^^
      settings.yaml:4:25: \`1A\` is not a valid name of a variable
        | module_env: { PATH: /x, "1A": x, B: 4, C: "a\\nb" }
        |                         ^^^^
      settings.yaml:4:37: \`module_env.B\` must be text, but YAML reads \`4\` as the number 4
        | module_env: { PATH: /x, "1A": x, B: 4, C: "a\\nb" }
        |                                     ^
        hint: quote it: \`B: "4"\`
      settings.yaml:4:43: \`module_env.C\`: holds a newline or another character that a module cannot set
        | module_env: { PATH: /x, "1A": x, B: 4, C: "a\\nb" }
        |                                           ^^^^^^
      settings.yaml:5:16: \`naming_scheme\` must be \`name/version\` or \`container/name/version\` or \`moduleclass/name/version\`
        | naming_scheme: version/name
        |                ^^^^^^^^^^^^
      settings.yaml:6:20: \`modulefile_header\` has the wrong form
        | modulefile_header: [a]
        |                    ^^^
        hint: write one text, or one for each tool: \`{ lmod: …, environment-modules: … }\`
      settings.yaml:7:20: \`modulefile_footer\`: holds NUL
        | modulefile_footer: "a\\0b"
        |                    ^^^^^^
      settings.yaml:8:10: unknown key \`pre_instal\` in \`hooks\`
        | hooks: { pre_instal: /x, post_install: "" }
        |          ^^^^^^^^^^
        hint: did you mean \`pre_install\` or \`post_install\`?
      settings.yaml:8:40: \`hooks.post_install\` must not be empty
        | hooks: { pre_instal: /x, post_install: "" }
        |                                        ^^
      settings.yaml:9:8: \`group\` must be at least 0
        | group: -1
        |        ^^
      settings.yaml:10:8: \`umask\` must be text, but YAML reads \`027\` as the number 27
        | umask: 027
        |        ^^^
        hint: quote it: \`umask: "027"\`
      settings.yaml:11:21: \`read_only_installs\` must be \`true\` or \`false\`, not text
        | read_only_installs: "yes"
        |                     ^^^^^
      settings.yaml:12:8: \`force\` is for the settings of a site only: a value of your own counts without it
        | force: { prefix: /x }
        |        ^^^^^^^^^^^^^^"
    `);
  });

  it('knows what only a site may say', () => {
    const text = 'force: { enforce_checksums: true, prefx: /a }\n';
    expect(parseSettings(text.replace(', prefx: /a', ''), 'site').force).toEqual({ enforce_checksums: true });
    expect(faultsOf(text, 'site')).toContain('settings.yaml:1:35: unknown key `prefx` in `force`');
    expect(faultsOf('detect: []\n', 'site')).toContain('unknown key `detect`');
  });

  it('reads how the machine of a preset is known', () => {
    const text = 'extends: generic\ndetect: [{ file: /appl/x }, { hostname: uan*, variable: A=b }]\n';
    expect(parseSettings(text, 'preset')).toMatchObject({
      extends: 'generic',
      detect: [{ file: '/appl/x' }, { hostname: 'uan*', variable: 'A=b' }],
      issues: [],
    });
    expect(
      faultsOf(
        'site: lumi\nextends: Generic\ndetect: [{}, { file: x }, { variable: 1 }, { variable: "a b" }]\n',
        'preset',
      ),
    ).toMatchInlineSnapshot(`
      "settings.yaml:1:1: unknown key \`site\`
        | site: lumi
        | ^^^^
        hint: known here: prefix, more_prefixes, easyconfigs, image_dirs, runtime, runtime_module, enforce_checksums, verify, image_mode, squashfs_processors, squashfs_excludes, slurm, node_types, bind_groups, modules_tool, gpu, nvccli, mpi, mpi_library, host_mpi, module_env, env_sets, container_env, module_conflicts, naming_scheme, modulefile_header, modulefile_footer, hooks, group, umask, read_only_installs, force, extends, detect
      settings.yaml:2:10: \`extends\` is neither the name of a site preset nor the path of one, such as \`/etc/ctinstall/mine.yaml\`
        | extends: Generic
        |          ^^^^^^^
      settings.yaml:3:10: \`detect[0]\` must name a \`hostname\`, a \`file\` or a \`variable\`
        | detect: [{}, { file: x }, { variable: 1 }, { variable: "a b" }]
        |          ^^
      settings.yaml:3:22: \`detect[1].file\` must be an absolute path
        | detect: [{}, { file: x }, { variable: 1 }, { variable: "a b" }]
        |                      ^
      settings.yaml:3:39: \`detect[2].variable\` must be text, but YAML reads \`1\` as the number 1
        | detect: [{}, { file: x }, { variable: 1 }, { variable: "a b" }]
        |                                       ^
        hint: quote it: \`variable: "1"\`
      settings.yaml:3:56: \`detect[3].variable\` must be the name of a variable, such as \`NAME\` or \`NAME=value\`
        | detect: [{}, { file: x }, { variable: 1 }, { variable: "a b" }]
        |                                                        ^^^^^"
    `);
  });

  it('refuses a list, and more than there are processors', () => {
    expect(faultsOf('- a\n')).toContain('the file must be a map of keys and values, not a list');
    expect(faultsOf("squashfs_excludes: ['a/b']\n")).toContain('is not a pattern of a name');
    expect(faultsOf('slurm: { partition: a b }\n')).toContain('must be a word without blanks');
    expect(faultsOf('slurm: { options: [--x] }\n')).toContain('must be a long option of Slurm without its dashes');
    expect(faultsOf('slurm: { queue: x }\n')).toContain('queue');
    expect(faultsOf('squashfs_processors: 5000\n')).toContain('settings.yaml:1:22: `squashfs_processors`');
    expect(faultsOf('squashfs_processors: 1.5\n')).toContain('must be a whole number');
  });
});

describe('parseDetect', () => {
  it.each([
    ['extends: generic\ndetect: [{ file: /appl/x }, { hostname: "uan*" }]\nmodule_env: { A: &b c, D: *b }\n', 2],
    ['# detect: by hand\ndetect:\n  - file: /appl/x\n\n  # or\n  - variable: A=b\nruntime: apptainer\n', 2],
    ['detect:\n- file: /appl/x\n- variable: A=b\nprefix: /detect\n', 2],
    ['runtime: apptainer\nprefix: /detect\n', 0],
  ])('gives what the whole file gives: %j', (text, count) => {
    expect(parseDetect(text)).toEqual(parseSettings(text, 'preset').detect);
    expect(parseDetect(text)).toHaveLength(count);
  });

  it.each([
    '"detect": [{ file: /a }]\n',
    '? detect\n: [{ file: /a }]\n',
    '---\ndetect: [{ file: /a }]\n',
    'detect : [{ file: /a }]\n',
    'detect: [{ file: /a },\n{ file: /b }]\n',
    'detect: &a [{ file: /a }]\n',
    '{ detect: [{ file: /a }] }\n',
  ])('leaves to the whole parser: %j', (text) => {
    expect(parseDetect(text)).toBeUndefined();
  });
});
