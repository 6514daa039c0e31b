import { describe, expect, it } from 'vitest';
import { parseEasyconfig } from '../../../src/easyconfig/parse.ts';
import { renderImported } from '../../../src/formats/render-imported.ts';
import { convertShpc, type ShpcChoice } from '../../../src/formats/shpc/convert.ts';
import { nameFromPath } from '../../../src/formats/shpc/name.ts';
import { parseShpc } from '../../../src/formats/shpc/recipe.ts';
import { summarizeShpc } from '../../../src/formats/shpc/summarize.ts';
import { newestOf } from '../../../src/formats/shpc/tags.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const head = `url: https://example.org/samtools
maintainer: '@someone'
description: Tools for "sequences"
latest: { "1.22--h_0": ${digest} }
tags: { "1.22--h_0": ${digest}, "1.9": bad, "<body>": x }
`;
const judge: ShpcChoice['judge'] = (names) => ({
  never: ['bash'],
  hiding: ['ls', 'jobs'].filter((name) => names.includes(name)),
});

function converted(text: string, choice: Partial<ShpcChoice> = {}) {
  const parsed = parseShpc(text);
  if ('fault' in parsed) return { fault: `${parsed.line}: ${parsed.fault}` };
  const all = { name: 'samtools', tag: '1.22--h_0', wrappers: undefined, override: undefined, judge, ...choice };
  const made = convertShpc(parsed.recipe, all);
  if ('fault' in made) return made;
  const text2 = renderImported(made.imported, { from: 'x', command: 'ctinstall import shpc' });
  expect(parseEasyconfig(text2).easyconfig).toEqual(made.imported.easyconfig);
  return { ...made.imported.easyconfig, notes: made.imported.notes.map(({ message }) => message) };
}

describe('a recipe of singularity-hpc', () => {
  it('becomes the easyconfig of a tool', () => {
    const made = converted(`${head}docker: quay.io/biocontainers/samtools
aliases:
  samtools: /usr/local/bin/samtools
  samtools2: samtools
  picard: java -jar "/opt/my x/picard.jar"
  jupyter: jupyter --port=$(shuf -i 1-2)
  plot: plot
features: { gpu: true, home: true, x11: true }
env: { A: "", B: "100% %(name)s" }
`);
    expect(made).toEqual({
      name: 'samtools',
      version: '1.22--h_0',
      homepage: 'https://example.org/samtools',
      whatis: ['Description: Tools for "sequences"'],
      description: 'Tools for "sequences"',
      module_kind: 'tool',
      image: { file: 'samtools-1.22--h_0.sif', source: `docker://quay.io/biocontainers/samtools@${digest}` },
      wrappers: [
        { name: 'samtools', command: '/usr/local/bin/samtools' },
        { name: 'samtools2', command: 'samtools' },
        { name: 'picard', command: 'java', args: ['-jar', '/opt/my x/picard.jar'] },
        { name: 'jupyter', command: 'sh', args: ['-c', 'exec jupyter --port=$(shuf -i 1-2) "$@"', 'sh'] },
        'plot',
      ],
      gpu: 'auto',
      env: { container: { A: '', B: '100% %%(name)s' } },
      notes: [
        'the command of `jupyter` is expanded in the container, not on the host: `jupyter --port=$(shuf -i 1-2)`',
      ],
    });
  });

  it('names what it leaves out', () => {
    const aliases =
      '[{ name: ok, command: ok, singularity_options: --cleanenv }, { name: ls, command: /bin/ls }, { name: bash, command: bash }, { name: "a b", command: x }, { name: pipe, command: "a | b" }, { name: lines, command: "a\\nb" }, { name: rel, command: opt/x }, { name: both, command: ". x && y" }]';
    const made = converted(
      `${head}oras: ghcr.io/a/b\naliases: ${aliases}\nenv: { HOME: /x, V: "$X", "1": y }\nsingularity_scripts: { s: f }\nfeatures: { odd: 1 }\nmore: 1\n`,
    );
    expect(made).toMatchObject({ wrappers: ['ok'], image: { source: `oras://ghcr.io/a/b@${digest}` } });
    expect('notes' in made && made.notes.join('\n')).toMatchInlineSnapshot(`
      "left out, as they would come before the shell's or the system's own: \`ls\`; \`--wrappers <names>\` takes them all the same
      left out, as scripts of the host would run them in place of their own: \`bash\`
      of \`ok\`: \`singularity_options\` has no place in an easyconfig
      left out: the alias \`a b\` is no name of a program
      left out: the command of \`pipe\` is more than one program with its arguments: \`a | b\`
      left out: the command of \`lines\` has several lines
      left out: the command of \`rel\`, \`opt/x\`, is not an absolute path
      left out: the command of \`both\` is more than one program with its arguments: \`. x && y\`
      the variable \`1\` is no name of a variable
      the variable \`HOME\` is set by the module or the runtime
      the value of \`V\` is expanded by shells, and an easyconfig sets values as they stand: \`$X\`
      features that are not carried over: \`odd\`
      wrappers of templates beside the recipe are not carried over: \`s\`
      not carried over: \`more\`"
    `);
    expect(converted(`${head}docker: a\naliases: ${aliases}\n`, { wrappers: ['ls', 'none'] })).toMatchObject({
      wrappers: [{ name: 'ls', command: '/bin/ls' }],
      notes: ['the recipe has no alias `none`'],
    });
  });

  it('is overridden for a tag', () => {
    const override = { aliases: { other: '/bin/other' }, description: 'of old' };
    expect(converted(`${head}docker: a\naliases: { x: x }\n`, { override })).toMatchObject({
      whatis: ['Description: of old'],
      wrappers: [{ name: 'other', command: '/bin/other' }],
    });
  });

  it('says what of the file that overrides it means nothing', () => {
    const override = { docker: 'other', env: { A: 'x' } };
    expect(converted(`${head}docker: a\n`, { override })).toMatchObject({
      image: { source: `docker://a@${digest}` },
      env: { container: { A: 'x' } },
      notes: ['of the file that overrides the recipe for `1.22--h_0`, not carried over: `docker`'],
    });
  });

  it.each(['yes', 'true', 'True', 'on', '1'])('asks for GPUs with `gpu: %s`', (gpu) => {
    expect(converted(`${head}docker: a\nfeatures: { gpu: ${gpu} }\n`)).toMatchObject({ gpu: 'auto', notes: [] });
  });

  it.each(['no', 'false', '', '0'])('asks for none with `gpu: %s`', (gpu) => {
    const made = converted(`${head}docker: a\nfeatures: { gpu: ${gpu} }\n`);
    expect(made).toMatchObject({ notes: [] });
    expect(made).not.toHaveProperty('gpu');
  });

  it('keeps tags as they are written, and quotes of other kinds out', () => {
    const text = `docker: docker://localhost:5000/a/b:1.10
latest:
  1.10: ${digest}
tags:
  1.10: ${digest}
  2021-03-01: ${digest}
aliases:
  - bare
  - { name: open, command: "it's" }
  - { name: cut, command: 'awk "$(cat it' }
env: { T: true, N: null, F: 1.10 }
features: { home: /x, x11: ~/.Xa, gpu: amd }
`;
    const parsed = parseShpc(text);
    expect('recipe' in parsed && [parsed.recipe.latest, ...parsed.recipe.tags.keys()]).toEqual([
      '1.10',
      '1.10',
      '2021-03-01',
    ]);
    const made = converted(text, { tag: '1.10' });
    expect(made).toMatchObject({
      version: '1.10',
      image: { file: 'samtools-1.10.sif', source: `docker://localhost:5000/a/b@${digest}` },
      env: { container: { T: 'True', N: '', F: '1.1' } },
    });
    expect('notes' in made && made.notes).toEqual([
      'left out: the alias `bare` has no command',
      "left out: the command of `open` has a quote that is not closed: `it's`",
      'left out: the command of `cut` has a quote that is not closed: `awk "$(cat it`',
      'another home directory in the container is not carried over: `/x`',
      'another place of what X11 needs is not carried over: `~/.Xa`',
      'what the recipe says of GPUs is not carried over: `amd`',
    ]);
  });

  it('names fields of another kind than they should be', () => {
    expect(converted(`${head}docker: a\naliases: samtools\nenv: [A]\nfeatures: [gpu]\noverrides: x\n`)).toMatchObject({
      notes: ['not carried over: `aliases`, `env`, `features`, `overrides`'],
    });
  });

  it('has one image: of several the others are named', () => {
    expect(converted(`${head}docker: a\noras: b\n`)).toMatchObject({
      image: { source: expect.stringMatching(/^oras:\/\/b@/) },
      notes: ['not carried over: `docker`'],
    });
  });

  it('may have its image beside it, or in a release', () => {
    expect(converted(`${head}path: sha256:aa.sif\n`)).toMatchObject({ image: { file: 'sha256:aa.sif' } });
    expect(converted(`${head.replaceAll(digest, '0.0.12')}gh: owner/repo\n`)).toMatchObject({
      image: { source: 'https://github.com/owner/repo/releases/download/0.0.12/owner-repo.1.22--h_0.sif' },
    });
  });

  it.each([
    [`${head}docker: a\n`, { tag: '1.9' }, /^the tag `1\.9` has no digest: `bad`/],
    [`${head}docker: a\n`, { tag: '<body>' }, /^the tag `<body>` is no version/],
    [`${head}docker: "a b"\n`, {}, /holds a blank/],
    [`${head}docker: a\n`, { name: 'a/b' }, /is no name of a module/],
    [`${head}path: ../x\u0007.sif\n`, {}, /control character/],
    [head, {}, /^1: is no recipe of singularity-hpc: what is missing is `docker`, `oras`, `gh` or `path`/],
    ['docker: a\nlatest: "1.0"\n', {}, /^1: .* what is missing is `latest`, a tag with its digest$/],
    ['- a\n', {}, /^1: is no recipe of singularity-hpc: that is a map/],
    ['name: x\nversion: "1"\nimage: { file: x.sif }\n', {}, /^1: is no recipe of singularity-hpc/],
    [
      `a: &a [${'x,'.repeat(20)}]\n${Array.from({ length: 9 }, (_, at) => `${'bcdefghij'[at]}: &${'bcdefghij'[at]} [${`*${'abcdefghi'[at]},`.repeat(10)}]`).join('\n')}\n`,
      {},
      /is YAML that refers to itself too often|is no recipe/,
    ],
    ['a: "x\n  b: [\n', {}, /^\d: /],
  ])('is refused, number %#', (text, choice, fault) => {
    expect(converted(text, choice)).toEqual({ fault: expect.stringMatching(fault) });
  });

  it('is read where a text goes on in column 0, as other readers do', () => {
    const parsed = parseShpc(`${head}docker: a\n`.replace('Tools for "sequences"', '"a text\nthat goes on"'));
    expect('recipe' in parsed && [parsed.recipe.description, parsed.warning]).toEqual([
      'a text that goes on',
      expect.stringMatching(/the YAML has a fault/),
    ]);
  });
});

describe('the newest tag', () => {
  it.each([
    [['1.9', '1.10', '1.2'], '1.10'],
    [['latest', 'v1.2', '1.1.9'], 'v1.2'],
    [['20250711_110525', '20240711_110525'], '20250711_110525'],
    [['21.03-py3', '21.12-py3'], '21.12-py3'],
    [['1.17--h5f_0', '1.17--h5f_1'], '1.17--h5f_1'],
    // What stands before the number of a build is a hash.
    [['1.17--h9a_0', '1.17--h1b_1', '1.17--h5f_10', '1.17--h7_9'], '1.17--h5f_10'],
    [['1.4.1', '1.4.1--h1_3'], '1.4.1--h1_3'],
    [['1.11.0-rc1', '1.11.0', '1.11.0.dev2', '1.11.0b1'], '1.11.0'],
    [['2.0-beta', '2.0-alpha'], '2.0-beta'],
    [['v1.90b6.6-181012-1', 'v1.90b6.21-181012-1'], 'v1.90b6.21-181012-1'],
    [['2023-10-01', '2023-9-30', '2022-12-31'], '2023-10-01'],
    [['R2016b', 'R2021a'], 'R2021a'],
    [['latest'], 'latest'],
    [[], undefined],
  ])('%j', (tags, newest) => {
    expect(newestOf(tags)).toBe(newest);
  });
});

it('is called as its directory is, and found by what it is and by its commands', () => {
  expect(nameFromPath('/r/quay.io/bio/10x_bam/container.yaml', { source: { kind: 'docker', name: 'x' } })).toBe(
    '10x_bam',
  );
  expect(nameFromPath('/r/x/2.3.2/container.yaml', { source: { kind: 'path', name: 'x' } })).toBe('x');
  const { summary } = summarizeShpc(
    '/r/quay.io/bio/samtools/container.yaml',
    `${head}docker: quay.io/bio/samtools\naliases: { ace2sam: /x }\n`,
  );
  expect(summary).toMatchObject({ name: 'samtools', version: '1.22--h_0', about: 'Tools for "sequences"' });
  expect(summary?.words).toMatch(/quay\.io\/bio\/samtools.*ace2sam/);
});
