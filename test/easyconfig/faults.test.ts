import { describe, expect, it } from 'vitest';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { faultsOf, least, messagesOf } from './support.ts';

describe('faults of an easyconfig, as users see them', () => {
  it('a version that YAML reads as a number', () => {
    expect(faultsOf('name: demo\nversion: 1.10\nimage: { file: demo.sif }\n')).toMatchInlineSnapshot(`
      "f.yaml:2:10: \`version\` must be text, but YAML reads \`1.10\` as the number 1.1
        | version: 1.10
        |          ^^^^
        hint: quote it: \`version: "1.10"\`"
    `);
  });

  it('a misspelt key, and no complaint that the right one is missing', () => {
    expect(faultsOf('nmae: demo\nversio: "1"\nimage: { fiel: demo.sif }\n')).toMatchInlineSnapshot(`
      "f.yaml:1:1: unknown key \`nmae\`
        | nmae: demo
        | ^^^^
        hint: did you mean \`name\` or \`image\`?
      f.yaml:2:1: unknown key \`versio\`
        | versio: "1"
        | ^^^^^^
        hint: did you mean \`version\` or \`versionsuffix\`?
      f.yaml:3:10: unknown key \`fiel\` in \`image\`
        | image: { fiel: demo.sif }
        |          ^^^^
        hint: did you mean \`file\`?"
    `);
  });

  it('a key that is like no other', () => {
    expect(faultsOf(`${least}easyblock: ConfigureMake\n`)).toMatchInlineSnapshot(`
      "f.yaml:4:1: unknown key \`easyblock\`
        | easyblock: ConfigureMake
        | ^^^^^^^^^
        hint: known here: extends, name, version, versionsuffix, homepage, whatis, description, usage, examples, citing, docurls, moduleclass, extensions, depends_on, build_dependencies, conflicts, family, aliases, functions, module_kind, deprecated, load_message, hidden, image, build, binds, runscripts, wrappers, files, gpu, env_sets, mpi, python, user_software, env, sanity_check_paths, post_install, sanity_check_commands"
    `);
  });

  it('keys that are missing', () => {
    expect(faultsOf('versionsuffix: -x\nimage: {}\n')).toMatchInlineSnapshot(`
      "f.yaml:1:1: \`name\` is missing
        | versionsuffix: -x
        | ^^^^^^^^^^^^^^^^^
        hint: the name of the software: \`name: mpi4py\`
      f.yaml:1:1: \`version\` is missing
        | versionsuffix: -x
        | ^^^^^^^^^^^^^^^^^
        hint: such as \`version: "3.1.6"\`
      f.yaml:2:8: \`image.file\` is missing
        | image: {}
        |        ^^
        hint: the image's file name: \`file: my.sif\`"
    `);
  });

  it('a missing key beside a misspelt one that stands for another', () => {
    expect(messagesOf('image: { file: a.sif }\nversion: "1"\nbind: []\n')).toEqual([
      '1:1 `name` is missing',
      '3:1 unknown key `bind`',
    ]);
    // `fil` is in another map than the missing `name`.
    expect(messagesOf('version: "1"\nimage: { file: a.sif, nam: x }\n')).toEqual([
      '1:1 `name` is missing',
      '2:23 unknown key `nam` in `image`',
    ]);
  });

  it('wrong types, all at once', () => {
    expect(
      faultsOf(`name: 3
version: true
versionsuffix: null
whatis: one line
docurls: [https://a, 4]
image: demo.sif
binds: { a: b }
python: { venv: torch }
env: []
sanity_check_paths: { files: bin/python }
`),
    ).toMatchInlineSnapshot(`
      "f.yaml:1:7: \`name\` must be text, but YAML reads \`3\` as the number 3
        | name: 3
        |       ^
        hint: quote it: \`name: "3"\`
      f.yaml:2:10: \`version\` must be text, but YAML reads \`true\` as \`true\`
        | version: true
        |          ^^^^
        hint: quote it: \`version: "true"\`
      f.yaml:3:16: \`versionsuffix\` must be text, not empty
        | versionsuffix: null
        |                ^^^^
      f.yaml:4:9: \`whatis\` must be a list, not text
        | whatis: one line
        |         ^^^^^^^^
        hint: write \`[one, two]\`, or lines that begin with \`- \`
      f.yaml:5:22: \`docurls[1]\` must be text, but YAML reads \`4\` as the number 4
        | docurls: [https://a, 4]
        |                      ^
        hint: quote it: \`"4"\`
      f.yaml:6:8: \`image\` must be a map of keys and values, not text
        | image: demo.sif
        |        ^^^^^^^^
        hint: write \`image: { file: demo.sif }\`
      f.yaml:7:8: \`binds\` must be a list, not a map
        | binds: { a: b }
        |        ^^^^^^^^
        hint: write \`[one, two]\`, or lines that begin with \`- \`
      f.yaml:8:17: \`python.venv\` must be a map of keys and values, not text
        | python: { venv: torch }
        |                 ^^^^^
        hint: write \`venv: { name: torch }\`
      f.yaml:9:6: \`env\` must be a map of keys and values, not a list
        | env: []
        |      ^^
        hint: write \`{ key: value }\`, or indented lines of \`key: value\`
      f.yaml:10:30: \`sanity_check_paths.files\` must be a list, not text
        | sanity_check_paths: { files: bin/python }
        |                              ^^^^^^^^^^
        hint: write \`[one, two]\`, or lines that begin with \`- \`"
    `);
  });

  it('in the order of the file, whatever order the schema has', () => {
    expect(messagesOf('wrappers: x\nzzz: 1\nimage: { sha256: 1, fiel: x }\nversion: "a b"\n')).toEqual([
      '1:1 `name` is missing',
      '1:11 `wrappers` must be a list, not text',
      '2:1 unknown key `zzz`',
      '3:18 `image.sha256` must be text, but YAML reads `1` as the number 1',
      '3:21 unknown key `fiel` in `image`',
      '4:10 `version`: `a b` is not a valid version',
    ]);
  });

  it('binds, each told by the form that it comes nearest to', () => {
    expect(
      faultsOf(`${least}binds:
  - /a:/b
  - '/a,b'
  - "/a\\nb"
  - '/a"b'
  - relative/path
  - ''
  - /runscripts/.
  - /a/../b
  - { host: /a, acess: ro }
  - { host: /a, access: rx }
  - { host: '/a:b', container: b }
  - { host: /a, optional: yes }
  - { site: Slurm }
  - 4
  - {}
`),
    ).toMatchInlineSnapshot(`
      "f.yaml:5:5: \`binds[0]\`: \`/a:/b\` holds \`:\`, which the container runtimes take for a separator
        |   - /a:/b
        |     ^^^^^
        hint: write \`{ host: /a, container: /b }\`
      f.yaml:6:5: \`binds[1]\`: \`/a,b\` holds \`,\`, which the container runtimes take for a separator
        |   - '/a,b'
        |     ^^^^^^
        hint: rename the path on the host, or bind the directory above it
      f.yaml:7:5: \`binds[2]\`: \`/a\\nb\` holds a newline or another control character
        |   - "/a\\nb"
        |     ^^^^^^^
        hint: rename the path on the host, or bind the directory above it
      f.yaml:8:5: \`binds[3]\`: \`/a"b\` holds \`"\`, which the container runtimes take for a separator
        |   - '/a"b'
        |     ^^^^^^
        hint: rename the path on the host, or bind the directory above it
      f.yaml:9:5: \`binds[4]\`: \`relative/path\` is not an absolute path
        |   - relative/path
        |     ^^^^^^^^^^^^^
        hint: write the full path, beginning with \`/\`
      f.yaml:10:5: \`binds[5]\` must not be empty
        |   - ''
        |     ^^
        hint: write the full path, beginning with \`/\`
      f.yaml:11:5: \`binds[6]\`: \`/runscripts/.\` is a place inside the container that ctinstall or the runtime uses itself
        |   - /runscripts/.
        |     ^^^^^^^^^^^^^
        hint: give it another path in the container: \`{ host: /path, container: /path }\`
      f.yaml:12:5: \`binds[7]\`: \`/a/../b\` holds \`..\`
        |   - /a/../b
        |     ^^^^^^^
        hint: write the path without \`..\`
      f.yaml:13:17: unknown key \`acess\` in \`binds[8]\`
        |   - { host: /a, acess: ro }
        |                 ^^^^^
        hint: did you mean \`access\`?
      f.yaml:14:25: \`binds[9].access\` must be \`ro\` or \`rw\`
        |   - { host: /a, access: rx }
        |                         ^^
      f.yaml:15:13: \`binds[10].host\`: \`/a:b\` holds \`:\`, which the container runtimes take for a separator
        |   - { host: '/a:b', container: b }
        |             ^^^^^^
        hint: rename the path on the host, or bind the directory above it
      f.yaml:15:32: \`binds[10].container\`: \`b\` is not an absolute path
        |   - { host: '/a:b', container: b }
        |                                ^
        hint: write the full path in the container, beginning with \`/\`
      f.yaml:16:27: \`binds[11].optional\` must be \`true\` or \`false\`, not text
        |   - { host: /a, optional: yes }
        |                           ^^^
      f.yaml:17:13: \`binds[12].site\`: \`Slurm\` is not a valid name of a bind group
        |   - { site: Slurm }
        |             ^^^^^
        hint: such as \`filesystems\`
      f.yaml:18:5: \`binds[13]\` has the wrong form
        |   - 4
        |     ^
        hint: write \`/path\`, \`{ site: group }\` or \`{ host: /path, container: /path, access: ro, optional: true }\`
      f.yaml:19:5: \`binds[14].site\` is missing
        |   - {}
        |     ^^"
    `);
  });

  it('path variables', () => {
    const messages = (env: string) => faultsOf(`${least}env: ${env}\n`).match(/(?<=^f\.yaml:\S+ ).*/gm);
    expect(
      messages('{ container: { A: { prepend: x }, B: { append: [/a, "/a:/b"] }, C: { before: /x }, D: [/x] } }'),
    ).toEqual([
      '`env.container.A.prepend`: `x` is not an absolute path',
      '`env.container.B.append[1]`: `/a:/b` holds `:`, which path variables cannot',
      'unknown key `before` in `env.container.C`',
      '`env.container.D` must be text, not a list',
    ]);
    expect(messages('{ module: { LD_LIBRARY_PATH: { prepend: /x } }, container: { HOME: { prepend: /x } } }')).toEqual([
      '`LD_LIBRARY_PATH` is not for an easyconfig to set: it makes programs outside the container run or load something',
      '`HOME` is set by the module or the runtime',
    ]);
    expect(messages('{ module: { PATH: { append: "%(installdir)s/../x" } }, container: { PATH: /x } }')).toEqual([
      '`env.module.PATH` must be given directories of the install, such as `%(installdir)s/tools`: others go into `env.container`',
      '`env.container.PATH` is set by the module or the runtime',
    ]);
    for (const path of ['/', '//./', '/a"b', '/a\\\\b', '/a\\nb', ' /a'])
      expect(messages(`{ module: { MANPATH: { prepend: "${path}" } } }`), path).toHaveLength(1);
  });

  it('of several lines: which modules tools can hold them, and the line that says the same', () => {
    expect(faultsOf(`${least}env: { module: { GO: "cd /x\\nfor i in 1 2; do\\n  echo $i\\ndone" } }\n`)).toMatch(
      /hint: Lmod 8\.7\.60 can hold several lines[\s\S]*as shell code on one line: `cd \/x; for i in 1 2; do echo \$i; done`/,
    );
  });

  it('variables', () => {
    expect(
      faultsOf(`${least}env:
  module: { THREADS: 4, LINES: "a\\nb", 1BAD: x, "A B": x, PATH: /bin }
  container: { NUL: "a\\0b", LIST: [a], PREPEND_PATH: /x }
`),
    ).toMatchInlineSnapshot(`
      "f.yaml:5:22: \`env.module.THREADS\` must be text, but YAML reads \`4\` as the number 4
        |   module: { THREADS: 4, LINES: "a\\nb", 1BAD: x, "A B": x, PATH: /bin }
        |                      ^
        hint: quote it: \`THREADS: "4"\`
      f.yaml:5:32: \`env.module.LINES\`: \`a\\nb\` holds a newline or another character that a module cannot set
        |   module: { THREADS: 4, LINES: "a\\nb", 1BAD: x, "A B": x, PATH: /bin }
        |                                ^^^^^^
        hint: Lmod 8.7.60 can hold several lines, but 8.6 and Environment Modules run the second as a command; put it into a file (\`files\`), with its path in the variable; as shell code on one line: \`a; b\`
      f.yaml:5:40: \`1BAD\` is not a valid name of a variable
        |   module: { THREADS: 4, LINES: "a\\nb", 1BAD: x, "A B": x, PATH: /bin }
        |                                        ^^^^
        hint: letters, digits and \`_\`, not beginning with a digit
      f.yaml:5:49: \`A B\` is not a valid name of a variable
        |   module: { THREADS: 4, LINES: "a\\nb", 1BAD: x, "A B": x, PATH: /bin }
        |                                                 ^^^^^
        hint: letters, digits and \`_\`, not beginning with a digit
      f.yaml:5:59: \`env.module.PATH\` is not for an easyconfig to set: the module or the session needs it
        |   module: { THREADS: 4, LINES: "a\\nb", 1BAD: x, "A B": x, PATH: /bin }
        |                                                           ^^^^
        hint: add to it: \`PATH: { prepend: "%(installdir)s/tools" }\`
      f.yaml:6:21: \`env.container.NUL\`: \`a\\u0000b\` holds NUL
        |   container: { NUL: "a\\0b", LIST: [a], PREPEND_PATH: /x }
        |                     ^^^^^^
      f.yaml:6:35: \`env.container.LIST\` must be text, not a list
        |   container: { NUL: "a\\0b", LIST: [a], PREPEND_PATH: /x }
        |                                   ^^^
      f.yaml:6:40: \`PREPEND_PATH\` is set by the module or the runtime
        |   container: { NUL: "a\\0b", LIST: [a], PREPEND_PATH: /x }
        |                                        ^^^^^^^^^^^^"
    `);
  });

  it('names, versions and scripts that cannot be part of a path', () => {
    expect(
      faultsOf(`name: ../mpi4py
version: "1.0 beta"
versionsuffix: /x
moduleclass: AI
image: { file: ../x.sif, sha256: ABC }
runscripts: [-x]
wrappers: [a/b]
python: { conda_env: "a b", conda_root: /opt/my conda, venv: { name: "" } }
sanity_check_paths: { files: [/bin/sh], dirs: [../x] }
`),
    ).toMatchInlineSnapshot(`
      "f.yaml:1:7: \`name\`: \`../mpi4py\` is not a valid name
        | name: ../mpi4py
        |       ^^^^^^^^^
        hint: letters, digits and \`.\`, \`_\`, \`+\`, \`-\`, beginning with a letter or digit, at most 128
      f.yaml:2:10: \`version\`: \`1.0 beta\` is not a valid version
        | version: "1.0 beta"
        |          ^^^^^^^^^^
        hint: letters, digits and \`.\`, \`_\`, \`+\`, \`-\`, beginning with a letter or digit, at most 128
      f.yaml:3:16: \`versionsuffix\`: \`/x\` is not a valid versionsuffix
        | versionsuffix: /x
        |                ^^
        hint: such as \`-rocm-6.2.0\`: letters, digits and \`.\`, \`_\`, \`+\`, \`-\`, at most 127
      f.yaml:4:14: \`moduleclass\`: \`AI\` is not a valid moduleclass
        | moduleclass: AI
        |              ^^
        hint: one word such as \`devel\` or \`ai\`
      f.yaml:5:16: \`image.file\`: \`../x.sif\` is a path, but only the file name belongs here
        | image: { file: ../x.sif, sha256: ABC }
        |                ^^^^^^^^
        hint: give the bare file name; \`image_dirs\` in the settings says where to look
      f.yaml:5:34: \`image.sha256\`: \`ABC\` is not a valid SHA-256
        | image: { file: ../x.sif, sha256: ABC }
        |                                  ^^^
        hint: 64 lower-case hex digits, as \`sha256sum\` prints
      f.yaml:6:14: \`runscripts[0]\`: \`-x\` is not a valid name of a script
        | runscripts: [-x]
        |              ^^
        hint: a plain file name such as \`start-shell\`
      f.yaml:7:12: \`wrappers[0]\`: \`a/b\` is not a valid name of a wrapper
        | wrappers: [a/b]
        |            ^^^
        hint: a plain file name such as \`python\`
      f.yaml:8:22: \`python.conda_env\`: \`a b\` is not a valid name of a conda environment
        | python: { conda_env: "a b", conda_root: /opt/my conda, venv: { name: "" } }
        |                      ^^^^^
        hint: letters, digits and \`.\`, \`_\`, \`+\`, \`-\`, beginning with a letter or digit, at most 128
      f.yaml:8:41: \`python.conda_root\`: \`/opt/my conda\` holds a blank
        | python: { conda_env: "a b", conda_root: /opt/my conda, venv: { name: "" } }
        |                                         ^^^^^^^^^^^^^
      f.yaml:8:70: \`python.venv.name\` must not be empty
        | python: { conda_env: "a b", conda_root: /opt/my conda, venv: { name: "" } }
        |                                                                      ^^
        hint: letters, digits and \`.\`, \`_\`, \`+\`, \`-\`, beginning with a letter or digit, at most 128
      f.yaml:9:31: \`sanity_check_paths.files[0]\`: \`/bin/sh\` is not a path inside the install dir
        | sanity_check_paths: { files: [/bin/sh], dirs: [../x] }
        |                               ^^^^^^^
      f.yaml:9:48: \`sanity_check_paths.dirs[0]\`: \`../x\` is not a path inside the install dir
        | sanity_check_paths: { files: [/bin/sh], dirs: [../x] }
        |                                                ^^^^"
    `);
  });

  it('templates that do not exist', () => {
    expect(faultsOf(`${least}whatis: ["%(nme)s %(version)s %% %(x)d"]\nhomepage: "%(Name)s"\n`)).toMatchInlineSnapshot(`
      "f.yaml:4:10: \`whatis[0]\`: \`%(nme)s\` is no template
        | whatis: ["%(nme)s %(version)s %% %(x)d"]
        |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: templates are \`%(name)s\`, \`%(version)s\`, \`%(versionsuffix)s\`, \`%(installdir)s\`; \`%%\` stands for \`%\`
      f.yaml:5:11: \`homepage\`: \`%(Name)s\` is no template
        | homepage: "%(Name)s"
        |           ^^^^^^^^^^
        hint: templates are \`%(name)s\`, \`%(version)s\`, \`%(versionsuffix)s\`, \`%(installdir)s\`; \`%%\` stands for \`%\`"
    `);
  });

  it.each([
    ['a path', 'a/b.sif', 'is a path, but only the file name belongs here'],
    ['nothing', '', 'must not be empty'],
    ['a dash in front', '-rf', 'begins with a dash or a dot'],
    ['hidden', '.sif', 'begins with a dash or a dot'],
    ['a blank at the end', 'a.sif ', 'begins or ends with a blank, which modules tools drop'],
    ['a name of ours', 'user-software.squashfs', 'is a name that ctinstall uses itself'],
    ['too long', 'é'.repeat(101), 'is longer than 200 bytes'],
    ['a bell', 'a\u0007', 'holds a control character'],
    ['turned around', 'a\u202efis.exe', 'holds a control character'],
    ['NUL', 'a\0', 'holds NUL'],
    ['a lone surrogate', 'a\ud800', 'is not valid Unicode text'],
  ])('an image file name: %s', (_, file, why) => {
    const text = `name: a\nversion: "1"\nimage: { file: ${JSON.stringify(file)} }\n`;
    const [message, ...more] = messagesOf(text);
    expect(message).toContain('3:16 `image.file`');
    expect(message?.endsWith(why)).toBe(true);
    expect(more).toEqual([]);
  });

  it('takes what may look odd', () => {
    const text = `${least}binds: ['/a$b\`c', "/it's", /with blanks/x, '/unicodé😀', '/a/./b//c/']
env:
  module: { A: "$HOME \`x\` \\" ' \\\\ : ,", EMPTY: "" }
whatis: []
`;
    expect(messagesOf(text)).toEqual([]);
  });
});

describe('what is not indented as it should be', () => {
  const head = 'name: demo\nversion: "1"\n';
  it.each([
    ['a map in one word', `${head}image: x.sif\n`, '3:8', 'write `image: { file: x.sif }`'],
    [
      'a source in the place of an image',
      `${head}image: docker://python:3.12\n`,
      '3:8',
      'write `image: { file: my.sif, source: docker://python:3.12 }`',
    ],
    [
      'a map that has no likely key',
      `${head}image: { file: x.sif }\npython: mpi4py\n`,
      '4:9',
      'write `python: { <key>: mpi4py }`; its keys are conda_env, conda_root, conda, venv',
    ],
    [
      'a key that is not indented',
      `${head}image:\nfile: x.sif\n`,
      '4:1',
      'it belongs below `image:`: indent it deeper than that',
    ],
    [
      'a second key that is not',
      `${head}image:\n  file: x.sif\nsource: docker://x\n`,
      '5:1',
      'it belongs below `image:`: indent it deeper than that',
    ],
    [
      'a key that is',
      'name: demo\n version: "1"\nimage: { file: x.sif }\n',
      '2:2',
      'begin it in column 1, where `name` begins',
    ],
    [
      'a key between two maps',
      `${head}image:\n  file: x.sif\n source: docker://x\n`,
      '5:2',
      'begin it in column 1 or 3',
    ],
    ['the first key', '  name: demo\nversion: "1"\nimage: { file: x.sif }\n', '2:1', 'begin it in column 3'],
    [
      'an entry of a list',
      `${head}image: { file: x.sif }\nbinds:\n - /a\n  - /b\n`,
      '5:4',
      'indent each `- ` of a list alike',
    ],
    ['a colon with no blank', 'name:demo\nversion: "1"\nimage: { file: x.sif }\n', '1:1', 'write `name: demo`'],
  ])('%s is one fault, at its place', (_, text, place, hint) => {
    const lines = faultsOf(text).split('\n');
    expect(lines.filter((line) => line.startsWith('f.yaml:'))).toHaveLength(1);
    expect(lines[0]).toContain(`f.yaml:${place}: `);
    expect(lines.at(-1)).toBe(`  hint: ${hint}`);
  });

  it('is not looked for in texts and brackets of several lines', () => {
    const text = `${head}description: |\n    a: b\n  c: d\nimage: { file: x.sif,\nmode: copy }\nenv: "\n`;
    expect(faultsOf(text)).toContain('a quote that was opened is never closed');
  });
});

describe('a version that is a whole number', () => {
  const parsed = (version: string) => parseEasyconfig(`name: demo\nversion: ${version}\nimage: { file: x.sif }\n`);
  it.each(['1', '0', '20240315'])('is the text %s', (version) => {
    expect(parsed(version).easyconfig?.version).toBe(version);
  });
  it.each(['1.0', '1.10', '010', '0x10', '1e3', '1_000_000_000_000_000_000', '123456789012345678'])(
    'is none in %s',
    (version) => {
      expect(parsed(version).easyconfig?.version ?? 'refused').toBe(version.includes('_') ? version : 'refused');
    },
  );
});
