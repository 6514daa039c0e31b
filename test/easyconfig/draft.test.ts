import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftEasyconfig } from '../../src/easyconfig/draft.ts';
import { guessFromFile, guessFromSource } from '../../src/easyconfig/guess-name.ts';
import type { ImageFacts } from '../../src/easyconfig/image-facts.ts';
import { normalizeEasyconfig } from '../../src/easyconfig/normalize.ts';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { renderDraft } from '../../src/easyconfig/render-draft.ts';
import { describeBadFileName } from '../../src/easyconfig/rules.ts';

const bare: ImageFacts = {
  file: 'app_1.2.sif',
  source: undefined,
  sha256: 'a'.repeat(64),
  created: undefined,
  labels: {},
  definition: undefined,
  runscript: undefined,
  built: undefined,
  inside: undefined,
};

function write(facts: Partial<ImageFacts>): string {
  const all = { ...bare, ...facts };
  const groups = ['filesystems', 'slurm'];
  return renderDraft(draftEasyconfig(all), {
    facts: all,
    groups,
    schema: undefined,
    image: 'x',
    directory: undefined,
    notLooked: undefined,
  });
}

/** The easyconfig that the written text is. */
function easyconfigOf(facts: Partial<ImageFacts>) {
  const text = write(facts);
  const { easyconfig, issues } = parseEasyconfig(text);
  if (easyconfig === undefined) throw new Error(`${JSON.stringify(issues)}\n${text}`);
  return normalizeEasyconfig(easyconfig);
}

it('names the easyconfig by the file that it is', () => {
  const facts = { facts: bare, groups: [], schema: undefined, image: 'x', directory: undefined, notLooked: undefined };
  const check = (file?: string) =>
    /--easyconfig (.*)/.exec(renderDraft(draftEasyconfig(bare), { ...facts, file }))?.[1];
  expect([check(), check('mine.yaml')]).toEqual(['app-1.2.yaml', 'mine.yaml']);
});

describe('an image that was built by adding to another one', () => {
  const base = {
    labels: { 'org.opencontainers.image.title': 'Base', 'org.opencontainers.image.version': '9.9' },
    definition: 'Bootstrap: docker\nFrom: python:3.12\n',
    created: 0,
  };

  it('is not called as what its base says of itself, nor brought from where that comes from', () => {
    const built = { on: 'python.sif', added: ['numpy', 'requirements.txt'] };
    const text = write({ ...base, built, file: 'mine.sif' });
    const { name, version, image } = easyconfigOf({ ...base, built, file: 'mine.sif' });
    expect([name, version, image?.source]).toEqual(['mine', '19700101', undefined]);
    expect(text).toContain('  # built on python.sif by `ctinstall build` with numpy, requirements.txt\n');
    expect(text).not.toContain('docker://');
  });

  it('has the version of the one package that was added', () => {
    const versionOf = (added: string[]): string =>
      easyconfigOf({ ...base, file: 'mine.sif', built: { on: 'python.sif', added } }).version;
    expect(versionOf(['torch[cpu]==2.4.1'])).toBe('2.4.1');
    expect(versionOf(['torch==2.4.1', 'numpy==2.0'])).toBe('19700101');
    expect(versionOf(['torch>=2'])).toBe('19700101');
  });
});

describe('name and version', () => {
  it.each([
    ['python_3.12.sif', 'python', '3.12', ''],
    ['pytorch_2.3.0-cuda12.1-runtime.sif', 'pytorch', '2.3.0', '-cuda12.1-runtime'],
    ['my-app-v1.2.3.sif', 'my-app', '1.2.3', ''],
    ['app_latest.sif', 'app', undefined, ''],
    [`app_sha256.${'0'.repeat(64)}.sif`, 'app', undefined, ''],
    ['rocm-pytorch_2.7.1-py3.12.sif', 'rocm-pytorch', '2.7.1', '-py3.12'],
    ['samtools%3A1.17--h00cdaf9_0.sif', 'samtools', '1.17', '--h00cdaf9_0'],
    ['samtools:1.17--h00cdaf9_0', 'samtools', '1.17', '--h00cdaf9_0'],
    ['100%.sif', '100', undefined, ''],
    ['R-4.3.sif', 'R', '4.3', ''],
    ['gaussian-16.sif', 'gaussian', '16', ''],
    ['My App v2.sif', 'My-App', '2', ''],
    ['python3.sif', 'python3', undefined, ''],
    ['x86_64-app.sif', 'app', undefined, ''],
    ['gromacs_2024.1_amd64.sif', 'gromacs', '2024.1', ''],
    ['gromacs_2024.1-linux-arm64-gpu.sif', 'gromacs', '2024.1', '-gpu'],
    ['1.2.sif', '1.2', undefined, ''],
    ['gromacs-2023.3_gpu.sif', 'gromacs', '2023.3_gpu', ''],
    ['gromacs-2023.3-gpu.sif', 'gromacs', '2023.3', '-gpu'],
    ['tiny.sif', 'tiny', undefined, ''],
    ['ümlaut app.sqsh', 'mlaut-app', undefined, ''],
    ['…sif', 'sif', undefined, ''],
    ['.sif', 'image', undefined, ''],
  ])('of %s', (file, name, version, versionsuffix) => {
    expect(guessFromFile(file)).toEqual({ name, version, versionsuffix });
  });

  it.each([
    ['docker://docker.io/library/python:3.12-slim', 'python', '3.12', '-slim'],
    ['docker://localhost:5000/group/app', 'app', undefined, ''],
    [`docker://quay.io/a/b:v1.0@sha256:${'0'.repeat(64)}`, 'b', '1.0', ''],
    [`docker://quay.io/a/b@sha256:${'0'.repeat(64)}`, 'b', undefined, ''],
    ['docker://ubuntu:latest', 'ubuntu', 'latest', ''],
    ['https://example.org/images/app-1.2.sif?token=x', 'app', '1.2', ''],
    ['https://example.org/a%20b_3.1.sif', 'a-b', '3.1', ''],
    ['library://user/collection/app:2.0', 'app', '2.0', ''],
    ['docker://app:2.0-amd64', 'app', '2.0', ''],
    ['docker://quay.io/biocontainers/samtools:1.17--h00cdaf9_0', 'samtools', '1.17', '--h00cdaf9_0'],
    ['docker-archive:/data/app-2.0.tar', 'app', '2.0', '.tar'],
  ])('of %s', (source, name, version, versionsuffix) => {
    expect(guessFromSource(source)).toEqual({ name, version, versionsuffix });
  });

  it('come from labels where the file says nothing', () => {
    const labels = { 'org.opencontainers.image.title': 'My App', 'org.opencontainers.image.version': 'v 2.0' };
    expect(draftEasyconfig({ ...bare, file: 'image.sif', labels })).toMatchObject({
      name: 'My-App',
      version: 'v-2.0',
      versionFrom: 'a label of the image',
    });
    // Labels of the image below it are still there: `ubuntu 22.04` is not what an app built on it is.
    expect(draftEasyconfig({ ...bare, labels })).toMatchObject({ name: 'app', version: '1.2' });
  });

  it('fall back to the day the image was made', () => {
    expect(easyconfigOf({ file: 'app.sif', created: 1710504000 })).toMatchObject({ name: 'app', version: '20240315' });
    expect(easyconfigOf({ file: 'app.sif' })).toMatchObject({ version: '0' });
  });
});

describe('the easyconfig of an image', () => {
  it('has its hash, its groups and a sanity check', () => {
    expect(easyconfigOf({})).toMatchObject({
      name: 'app',
      version: '1.2',
      image: { file: 'app_1.2.sif', sha256: 'a'.repeat(64), source: undefined },
      binds: [
        { kind: 'site', group: 'filesystems' },
        { kind: 'site', group: 'slurm' },
      ],
      wrappers: [{ kind: 'command', name: 'start-shell', command: 'start-shell', args: [], binds: [] }],
      sanityCheckCommands: [{ command: 'true' }],
    });
  });

  it('of which only the source is known has that', () => {
    const source = 'docker://docker.io/library/python:3.12';
    const easyconfig = easyconfigOf({ file: undefined, sha256: undefined, source });
    expect(easyconfig.image).toMatchObject({ file: 'python-3.12.sif', source, sha256: undefined });
    expect(write({ file: undefined, source })).toContain('known of it without pulling it');
  });

  it('that was made of another one as it is names that as its source', () => {
    const definition = 'bootstrap: docker\nfrom: python:3.12\n';
    expect(easyconfigOf({ definition }).image?.source).toBe('docker://python:3.12');
    const changed = `${definition}%post\n  pip install x\n`;
    expect(easyconfigOf({ definition: changed }).image?.source).toBeUndefined();
    expect(write({ definition: changed })).toContain('# built from docker://python:3.12, with changes');
  });

  it('with conda activates the environment that the image does', () => {
    const inside = {
      system: 'Debian',
      python: { path: '/opt/conda/envs/b/bin/python3', version: '3.12.1', makesVenvs: false },
      packages: ['numpy/1.26.4', 'bad name/1', 'torch/2.3.0+rocm6.0'],
      conda: { root: '/opt/conda', environments: ['a', 'b'] },
      withConda: 'source /opt/conda/bin/activate b',
      commands: ['mpirun'],
      programs: [],
    };
    expect(easyconfigOf({ inside })).toMatchObject({
      conda: { name: 'b', root: '/opt/conda' },
      runscripts: ['conda-python-simple'],
      extensions: ['numpy/1.26.4', 'torch/2.3.0+rocm6.0'],
      sanityCheckCommands: [{ command: 'conda-python-simple --version' }],
    });
    expect(easyconfigOf({ inside: { ...inside, withConda: undefined } }).conda?.name).toBe('a');
    expect(write({ inside })).toContain('# Commands in it that may be worth a wrapper: mpirun');
  });

  it('that is there for Python, and can make virtual environments, gets one', () => {
    const inside = {
      system: 'Debian',
      python: { path: '/usr/local/bin/python3', version: '3.12.1', makesVenvs: true },
      packages: [],
      conda: undefined,
      withConda: undefined,
      commands: [],
      programs: ['/usr/local/bin/python', '/usr/local/bin/python3'],
    };
    const { venv, wrappers } = easyconfigOf({ file: 'on-1.0.sif', inside });
    expect(venv).toMatchObject({ name: 'on' });
    expect(wrappers.flatMap((each) => ('name' in each ? each.name : []))).toEqual(['start-shell', 'python', 'pip']);
    expect(
      easyconfigOf({ inside: { ...inside, python: { ...inside.python, makesVenvs: false } } }).venv,
    ).toBeUndefined();
    expect(easyconfigOf({ inside: { ...inside, programs: ['/usr/local/bin/julia'] } }).venv).toBeUndefined();
  });

  it('shows what it does when it is run', () => {
    const runscript = '#!/bin/sh\n# a licence\n\nexec python3 "$@"\n';
    expect(write({ runscript })).toContain('# What `singularity run` does:\n#   exec python3 "$@"\n');
    expect(
      write({ runscript: '#!/bin/sh\necho "There is no runscript defined for this container\\n";' }),
    ).not.toContain('singularity run');
  });
});

describe('a file name', () => {
  it('that YAML cannot hold is written with an escape', () => {
    const file = 'a\uffff%.sif';
    expect(write({ file })).toContain('file: "a\\U0000ffff%%.sif"');
    expect(easyconfigOf({ file }).image?.file).toBe('a\uffff%%.sif');
  });
});

describe('whatever an image says of itself', () => {
  const nasty = [
    '"',
    "'",
    '\n',
    '\r\n',
    ': ',
    ' #',
    '%(name)s',
    '%',
    '%(',
    '\\',
    '\0',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\ud800',
    '- ',
    '|',
    '&a',
    '*a',
    '!!',
    '{',
    '---\n',
    '\t',
    '\u0085',
    '\u{1f600}',
    '\uffff',
  ];
  const hostile = fc
    .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary' }), fc.string()), { maxLength: 12 })
    .map((parts) => parts.join(''));
  const labelName = fc.oneof(
    fc.constantFrom(
      'org.opencontainers.image.title',
      'org.opencontainers.image.version',
      'org.opencontainers.image.description',
      'org.opencontainers.image.url',
      'org.opencontainers.image.documentation',
      'description',
      'version',
    ),
    hostile,
  );
  const file = hostile
    .map((text) => `${text}.sif`)
    .filter((name) => describeBadFileName(name) === undefined && name.isWellFormed());
  const inside = fc.record({
    system: hostile,
    python: fc.record({ path: hostile, version: hostile, makesVenvs: fc.boolean() }),
    packages: fc.array(hostile),
    conda: fc.option(fc.record({ root: fc.constant('/opt/conda'), environments: fc.array(hostile) }), {
      nil: undefined,
    }),
    withConda: hostile.map((text) => `activate ${text}`),
    commands: fc.array(hostile),
    programs: fc.array(hostile),
  });

  it('an easyconfig comes of it, with the very file name', () => {
    fc.assert(
      fc.property(
        fc.record({ file, labels: fc.dictionary(labelName, hostile), definition: hostile, runscript: hostile, inside }),
        (facts) => {
          const { image, description } = easyconfigOf(facts);
          expect(image?.file.replaceAll('%%', '%')).toBe(facts.file);
          expect(description).not.toMatch(/[\0\u202e]/);
          expect(write(facts)).not.toMatch(/[^\P{C}\n]|\u2028/u);
        },
      ),
      { numRuns: 300 },
    );
  });
});
