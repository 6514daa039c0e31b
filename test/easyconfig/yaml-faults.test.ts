import { describe, expect, it } from 'vitest';
import { parsePlacedYaml } from '../../src/easyconfig/yaml-places.ts';
import { faultsOf, least, messagesOf, normalFormOf } from './support.ts';

describe('texts that are no good YAML', () => {
  it('syntax', () => {
    expect(faultsOf('name: a: b\nversion: [1\nimage: {\n')).toMatchInlineSnapshot(`
      "f.yaml:1:7: Nested mappings are not allowed in compact mappings
        | name: a: b
        |       ^
        hint: a value that holds \`: \`, \`#\` or begins with a special character needs quotes
      f.yaml:3:1: Flow sequence in block collection must be sufficiently indented and end with a ]
        | image: {
        | ^
        hint: look at brackets, quotes and indentation here and on the line before
      f.yaml:4:1: Flow map in block collection must be sufficiently indented and end with a }
        | 
        | ^
        hint: look at brackets, quotes and indentation here and on the line before"
    `);
    expect(faultsOf('name: "demo\nversion: 1\n')).toMatchInlineSnapshot(`
      "f.yaml:3:1: a quote that was opened is never closed
        | 
        | ^
        hint: look for it above"
    `);
  });

  it('a tab as indentation', () => {
    expect(faultsOf('name: demo\nimage:\n\tfile: a.sif\n')).toMatchInlineSnapshot(`
      "f.yaml:3:1: Tabs are not allowed as indentation
        |  file: a.sif
        | ^
        hint: indent with blanks: YAML allows no tabs there"
    `);
  });

  it('a key twice', () => {
    expect(faultsOf('name: a\nimage: { file: a.sif, file: b.sif }\nname: b\n')).toMatchInlineSnapshot(`
      "f.yaml:2:23: the key \`file\` is there twice
        | image: { file: a.sif, file: b.sif }
        |                       ^^^^
        hint: keep one of them
      f.yaml:3:1: the key \`name\` is there twice
        | name: b
        | ^^^^
        hint: keep one of them"
    `);
  });

  it('a second document', () => {
    expect(faultsOf(`${least}---\n${least}`)).toMatchInlineSnapshot(`
      "f.yaml:4:1: a second YAML document begins here
        | ---
        | ^^^
        hint: keep one document to a file, and no \`---\` after it"
    `);
    expect(faultsOf(`---\n${least}...\n`)).toBe('');
  });

  it('an alias of nothing', () => {
    expect(faultsOf('name: *nme\nversion: *v\n')).toMatchInlineSnapshot(`
      "f.yaml:1:7: there is no anchor \`&nme\` before this
        | name: *nme
        |       ^^^^
      f.yaml:2:10: there is no anchor \`&v\` before this
        | version: *v
        |          ^^"
    `);
  });

  it('keys that are no text', () => {
    expect(messagesOf('? { a: b }\n: c\n')).toEqual(['1:3 a key must be text']);
    expect(messagesOf(`__proto__: x\n${least}env: { module: { __proto__: x } }\n`)).toEqual([
      '1:1 `__proto__` cannot be a key',
      '5:18 `__proto__` cannot be a key',
    ]);
    expect(messagesOf(`constructor: x\n${least}`)).toEqual(['1:1 unknown key `constructor`']);
  });

  it('tags and directives nobody knows', () => {
    expect(messagesOf('%FOO\n---\nname: !foo a\n')).toEqual(['1:1 Unknown directive %FOO', '3:7 Unresolved tag: !foo']);
    expect(messagesOf(`${least}description: !!binary aGk=\n`)).toEqual([
      '4:23 `description` must be text, not binary data',
    ]);
  });

  it.each([
    ['an empty file', '', 'empty'],
    ['only a comment', '# nothing\n', 'empty'],
    ['a list', '- name: a\n', 'a list'],
    ['plain text', 'hello\n', 'text'],
    ['a number', '4\n', 'the number 4'],
  ])('%s', (_, text, what) => {
    expect(messagesOf(text)).toEqual([`1:1 the file must be a map of keys and values, not ${what}`]);
  });

  it('an easyconfig from Windows: CRLF, and a byte order mark', () => {
    const text = `\uFEFF${least}description: |\n  one\n  two\nfoo: 1\n`.replaceAll('\n', '\r\n');
    expect(faultsOf(text)).toMatchInlineSnapshot(`
      "f.yaml:7:1: unknown key \`foo\`
        | foo: 1
        | ^^^
        hint: known here: extends, name, version, versionsuffix, homepage, whatis, description, usage, examples, citing, docurls, moduleclass, extensions, depends_on, build_dependencies, conflicts, family, aliases, functions, module_kind, deprecated, load_message, hidden, image, build, binds, runscripts, wrappers, files, gpu, env_sets, mpi, python, user_software, env, sanity_check_paths, post_install, sanity_check_commands"
    `);
    expect(messagesOf(`\uFEFFnmae: x\n`)[0]).toMatch(/^1:1 /);
    const good = normalFormOf(text.replace('foo: 1\r\n', ''));
    expect(good).toMatchObject({ name: 'demo', description: 'one\ntwo' });
  });

  it('counts characters, not UTF-16 halves, and puts the caret below wide ones', () => {
    expect(faultsOf(`image: { file: "😀é.sif", 日本語: x }\n`)).toMatchInlineSnapshot(`
      "f.yaml:1:1: \`name\` is missing
        | image: { file: "😀é.sif", 日本語: x }
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: the name of the software: \`name: mpi4py\`
      f.yaml:1:1: \`version\` is missing
        | image: { file: "😀é.sif", 日本語: x }
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: such as \`version: "3.1.6"\`
      f.yaml:1:26: unknown key \`日本語\` in \`image\`
        | image: { file: "😀é.sif", 日本語: x }
        |                           ^^^^^^
        hint: known here: file, directory, sha256, source, mode, verify"
    `);
  });

  it('shows the part of a long line that matters, and no control character', () => {
    const text = `${least}whatis: [${'"x", '.repeat(300)}"a\u0007\u202e%(b)s"]\n`;
    expect(faultsOf(text)).toMatchInlineSnapshot(`
      "f.yaml:4:1510: \`whatis[300]\`: \`%(b)s\` is no template
        | x", "x", "x", "x", "x", "x", "x", "x", "a  %(b)s"]
        |                                        ^^^^^^^^^^
        hint: templates are \`%(name)s\`, \`%(version)s\`, \`%(versionsuffix)s\`, \`%(installdir)s\`; \`%%\` stands for \`%\`"
    `);
  });

  it('shows nothing of a key that a terminal would obey', () => {
    const text = faultsOf(`${least}"\\e[31m\\x9b2J\\u202e": 1\nname\u0007: x\n`);
    expect(text).toContain('\\u001b[31m\\u009b2J\\u202e');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('texts made to do harm', () => {
  const mebi = 1024 * 1024;

  it('aliases that expand without end', () => {
    const letters = [...'abcdefghij'];
    const laughs = letters.map((letter, index) => {
      const before = index === 0 ? 'lol' : `*${letters[index - 1]}`;
      return `${letter}: &${letter} [${Array(10).fill(before).join(', ')}]`;
    });
    expect(messagesOf(laughs.join('\n'))).toEqual(['2:8 its aliases (`*name`) expand to too much']);
  });

  it('aliases that hold themselves', () => {
    expect(messagesOf(`${least}binds: &b [*b]\n`)).toEqual(['4:12 `binds[0]` has the wrong form']);
    expect(messagesOf(`${least}env: &e { module: *e }\n`)).toEqual([
      '4:19 unknown key `module` in `env.module.module`',
    ]);
  });

  it('still takes a plain alias', () => {
    const text = `${least}homepage: &url https://x\ndocurls: [*url]\n`;
    expect(normalFormOf(text).docurls).toEqual(['https://x']);
  });

  it.each([
    ['flow lists', '['.repeat(100_000)],
    ['closed flow lists', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['flow maps', '{a: '.repeat(50_000)],
    ['block lists', '- '.repeat(50_000)],
  ])('%s nested without end', (_, text) => {
    const [message] = messagesOf(text);
    expect(message).toMatch(/nested too deep/);
  });

  // Each of these took minutes when it was tried first: it is the test's time limit that fails.
  it('very many templates that are none', () => {
    const many = '%('.repeat(mebi / 2);
    expect(normalFormOf(`${least}description: '${many}'\n`).description).toBe(many);
  });

  it('very many unknown keys: the first hundred faults are told', () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `k${index}: x`).join('\n');
    expect(messagesOf(text)).toHaveLength(100);
  });

  it('very many aliases', () => {
    const text = `${least}homepage: &a x\ndocurls: [${'*a,'.repeat(50_000)}]\n`;
    expect(messagesOf(text)).toHaveLength(1);
  });

  it.each([
    ['a name', `name: ${'a'.repeat(mebi)}\n`],
    ['a key', `"${'k'.repeat(1000)}": x\n${'k'.repeat(mebi)}: x\n`],
    ['a number', `version: ${'1'.repeat(mebi)}\n`],
    ['a bind', `${least}binds: ['/${'a'.repeat(mebi)}']\n`],
    ['a variable', `${least}env: { module: { A: '${'a'.repeat(mebi)}', ${'B'.repeat(500)}: x } }\n`],
    ['a template', `${least}description: '%(${'a'.repeat(mebi)})s'\n`],
    ['an alias', `name: *${'a'.repeat(mebi)}\n`],
  ])('a mebibyte as %s: refused with a message of a page', (_, text) => {
    const shown = faultsOf(text);
    expect(shown).not.toBe('');
    expect(shown.length).toBeLessThan(3000);
  });

  it('takes a mebibyte as the description', () => {
    const text = `${least}description: ${'a'.repeat(mebi)}\n`;
    expect(normalFormOf(text).description).toHaveLength(mebi);
  });
});

describe('parsePlacedYaml', () => {
  it('finds keys and values, and the nearest place above what is not there', () => {
    const { yaml } = parsePlacedYaml('a:\n  - { b: 1.10 }\nc: x\n');
    expect(yaml?.placeOf(['a', 0, 'b'])).toEqual({ line: 2, column: 10, length: 4 });
    expect(yaml?.placeOf(['a', 0, 'b'], 'key')).toEqual({ line: 2, column: 7, length: 1 });
    expect(yaml?.placeOf(['a', 0, 'z', 'y'])).toEqual({ line: 2, column: 5, length: 11 });
    expect(yaml?.placeOf(['a', 7])).toEqual({ line: 2, column: 3, length: 13 });
    expect(yaml?.placeOf([])).toMatchObject({ line: 1, column: 1 });
    expect(yaml?.sourceOf(['a', 0, 'b'])).toBe('1.10');
    expect(yaml?.sourceOf(['a'])).toBeUndefined();
  });
});
