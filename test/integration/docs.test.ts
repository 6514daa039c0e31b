import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeConda } from '../harness/conda.ts';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';
import { makeChannel } from '../operations/build/conda/make-channel.ts';

/* Each block of a page that is marked `sh` is run as it stands, one after the other, beside what the page takes for granted. */

const docs = fileURLToPath(new URL('../../docs', import.meta.url));

const blocksOf = (page: string): string[] =>
  [...readFileSync(`${docs}/${page}`, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);

const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter(
  (page) => page.endsWith('.md') && blocksOf(page).length > 0,
);

const tiny = 'cp "$CT_IMAGES/tiny.sif" .; ctinstall tiny-1.0.yaml';
const python = 'cp "$CT_IMAGES/venv.sif" my.sif';
const wheels = (...names: string[]): string => names.map((name) => makeWheel(name)).join('\n');

/** What is there before: files that a page names, and installs that it speaks of. */
const before: Readonly<Record<string, string>> = {
  'build-definition.md': 'cp "$CT_IMAGES/tiny.sif" x.sif',
  'build.md': `cp "$CT_IMAGES/tiny.sif" x.sif; cp "$CT_IMAGES/venv.sif" python.sif; mkdir data; ${wheels('demo_tool', 'numpy')}`,
  'faq.md': tiny,
  'import.md': 'cp PyTorch-2.6.0.eb recipes; cp "$CT_IMAGES/tiny.sif" pytorch.sif',
  'installing.md': python,
  // With the node types that the page shows.
  'jobs.md': `cp "$CT_IMAGES/tiny.sif" .; ctinstall PyTorch-1.yaml; mkdir -p ~/.config/ctinstall
    sed -n '/^node_types:/,/^\`\`\`/p' '${docs}/jobs.md' | grep -v '^\`' > ~/.config/ctinstall/settings.yaml`,
  'json.md': tiny,
  'mpi.md': 'cp mpi4py.yaml mpi4py-3.1.6.yaml',
  'settings.md': `${tiny}; mkdir -p ~/ctinstall; [ "$CTINSTALL_PREFIX" = ~/ctinstall ]`,
  'taking-over.md': `cp "$CT_IMAGES/tiny.sif" old; ${python}; ${wheels('demo_tool')}`,
  // Of the module `my`, which the other page installs.
  'user-software.md': wheels('torchmetrics', 'lightning', 'demo_tool'),
  // An image with a program of its own, as a squashfs file is one.
  'wrap.md': `${python}; ${wheels('numpy', 'pandas', 'demo_tool')}
    singularity build --sandbox box "$CT_IMAGES/tiny.sif"; mkdir -p box/opt; cp -r prog box/opt; PATH=$PATH:/usr/sbin
    mksquashfs box prog_2.1.sif -quiet -no-progress; rm -rf box`,
};

/** In one place, one after the other: the second speaks of what the first installs, or shows some of the same commands. */
const together = [
  ['installing.md', 'user-software.md'],
  ['taking-over.md', 'wrap.md'],
];
const places = [...Object.keys(before).filter((page) => !together.flat().includes(page)), ...together].map((names) =>
  [names].flat(),
);

const digest = `sha256:${'ab'.repeat(32)}`;
const environment = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: 'wheels' };
/** Images are beside the easyconfig or in `images`, and a conda has been put somewhere. */
const exports = (images: string): string =>
  `export CTINSTALL_IMAGE_DIRS=${images} PIP_FIND_LINKS=~/wheels MPICH_DIR=$CT_MPICH MAMBA_EXE=~/bin/micromamba`;

describe('the commands that the pages show', () => {
  test('are there', () => {
    expect(pages.toSorted()).toEqual(Object.keys(before));
  });

  test.each(places.map((names) => [names.join(', '), names] as const))('run: docs/%s', async (_, names) => {
    const sandbox = makeSandbox();
    const { dir, run, succeed, write } = sandbox;
    write('tiny-1.0.yaml', tinyEasyconfig());
    write(
      'my-1.0.yaml',
      'name: my\nversion: "1.0"\nimage: { file: my.sif }\nwrappers: [start-shell]\npython: { venv: { name: my } }\n',
    );
    write('mpi4py.yaml', 'name: mpi4py\nversion: 3.1.6\nimage: { file: mpich.sif }\n');
    write('PyTorch-1.yaml', 'name: PyTorch\nversion: "1"\nimage: { file: tiny.sif }\n');
    write('requirements.txt', '--no-index\n--find-links wheels\ndemo_tool\n');
    write('prog/bin/hello', '#!/bin/sh\necho hello\n');
    write('old/user-software/mine', 'mine\n');
    // It takes its time to make, and few pages speak of it.
    const isOfConda = names.flatMap(blocksOf).some((block) => block.includes('conda'));
    if (isOfConda) {
      await makeConda(sandbox, 'bin/micromamba');
      await makeChannel(join(dir, 'channel'), [{ name: 'tool', version: '1.0', noarch: 'generic' }]);
    }
    write('explicit.txt', `@EXPLICIT\nfile://${dir}/channel/noarch/tool-1.0.tar.gz\n`);
    if (names.includes('build.md'))
      write('environment.yml', `channels: [file://${dir}/channel]\ndependencies: [tool]\n`);
    write(
      'PyTorch-2.6.0.eb',
      "easyblock = 'MakeCp'\nname = 'PyTorch'\nversion = '2.6.0'\nsources = ['pytorch.sif']\nfiles_to_copy = [(['pytorch.sif'], '.')]\n",
    );
    write('recipes/more/README', 'recipes\n');
    write(
      'quay.io/biocontainers/samtools/container.yaml',
      `docker: quay.io/biocontainers/samtools\nlatest: { "1.21": "${digest}" }\ntags: { "1.21": "${digest}" }\naliases: { samtools: /usr/local/bin/samtools }\n`,
    );
    write(
      'my.def',
      'Bootstrap: localimage\nFrom: x.sif\n%arguments\n  VERSION=1.0\n%labels\n  version {{ VERSION }}\n',
    );
    const shown = new Set<string>();
    for (const page of names) {
      // Pages are about images beside the easyconfig, or that are found.
      const images = ['installing.md', 'mpi.md'].includes(page) ? '$CT_IMAGES' : '/nowhere';
      const start = exports(images);
      await succeed(`${start}; chmod +x prog/bin/hello; { ${before[page]}\n} >&2`, environment);
      for (const block of blocksOf(page)) {
        // What another page has made already is there.
        const lines = block.split('\n').filter((line) => !(line.startsWith('ctinstall wrap ') && shown.has(line)));
        const ran = await run(`set -e; ${start}\n${lines.join('\n')}`, environment);
        expect([block, ran.stderr, ran.status]).toEqual([block, ran.stderr, 0]);
        for (const line of lines) shown.add(line);
      }
    }
  });
});
