import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderLmod } from '../../src/modulefile/render-lmod.ts';
import type { ResolvedInstall } from '../../src/resolve/types.ts';
import { normalFormOf } from '../easyconfig/support.ts';
import { modulefileOf as describeModulefile, installOf, shippedInstall } from '../plan/support.ts';
import { resolved, settingsOf } from '../resolve/support.ts';

function modulefileOf(install: ResolvedInstall): string {
  return renderLmod(describeModulefile(install, '1.2.3'));
}

/** Every feature that a modulefile has, and the characters that are awkward in it. */
const everything = resolved(
  normalFormOf(`name: C++-tools.x
version: 1.0+b.2
versionsuffix: -gpu
homepage: 'https://example.org/?a=1&b="2"'
whatis: ["Description: quotes \\" and \\\\ and [[brackets]]", "Keywords: a, b"]
description: |
  First line of %(name)s, with ]] and "quotes".

  Second paragraph: $HOME, \`x\`, \\n, 100%%.
docurls: [https://one, https://two]
usage: "Call it:\\n    %(name)s \\"x\\""
examples: one ]] and \`two\`
citing: A. Author, 2025
family: gpu_tools
aliases: { go: 'singularity exec $SIF "$HOME/go" $*' }
functions:
  run-in: 'it=''a}b''; echo "$@"'
  both: { bash: 'echo "$1"', csh: 'echo $1' }
  easy: 'singularity exec $SIF easy "$@"'
load_message: "Read \\"this\\" first:\\nhttps://one"
moduleclass: ai
image: { file: "%(name)s it's $x.sif" }
binds:
  - site: filesystems
  - /required/with blank
  - { host: /read/only, container: /ro, access: ro }
  - { host: /read/only/optional, container: "/o'p$t", access: ro, optional: true }
python: { conda_env: base, conda_root: /opt/conda, venv: { name: torch-2.6 } }
env:
  module: { PLAIN: "1", TRICKY: "$HOME \`id\` \\"x\\" 'y' \\\\ %(installdir)s", PATH: { prepend: "%(installdir)s/tools" }, MANPATH: { append: [/opt/man//, /opt/more] } }
  container: { LD_LIBRARY_PATH: { prepend: ["/opt/$x", /opt/y], append: /opt/z }, PATH: { prepend: /opt/bin, append: /opt/sbin }, LAST: { append: /z }, INSIDE: "$PATH \`id\` \\"x\\" 'y' \\\\z", EMPTY: "" }
`),
  settingsOf(
    { bind_groups: { filesystems: ['/scratch'] }, image_dirs: ['/central', '/other images'] },
    "/home/o'user/ct install",
  ),
);

const withoutImage = resolved(
  normalFormOf(`name: bindings
version: "1"
image: none
family: containerbindings
binds: [{ site: filesystems }, { host: /x.squashfs, container: /opt/x, image_src: / }]
env: { container: { INSIDE: "1", LD_LIBRARY_PATH: { prepend: /opt/x/lib } } }
`),
  settingsOf({ bind_groups: { filesystems: ['/scratch'] }, image_dirs: ['/central'] }),
);

describe('the modulefile', () => {
  it('of the shipped easyconfig', async () => {
    await expect(modulefileOf(shippedInstall())).toMatchFileSnapshot('../golden/mpi4py-3.1.6-rocm-6.2.0.lua');
  });

  it('with every feature', async () => {
    await expect(modulefileOf(everything)).toMatchFileSnapshot('../golden/everything.lua');
  });

  it('with none', async () => {
    await expect(modulefileOf(installOf(''))).toMatchFileSnapshot('../golden/least.lua');
    await expect(modulefileOf(withoutImage)).toMatchFileSnapshot('../golden/without-image.lua');
  });

  it.each([
    ['shipped', shippedInstall()],
    ['everything', everything],
    ['least', installOf('')],
  ])('is Lua: %s', (_, install) => {
    execFileSync('lua', ['-e', 'assert(load(io.read("a")))'], { input: modulefileOf(install) });
  });

  it('is the same whenever it is rendered', () => {
    const modulefile = describeModulefile(everything);
    const frozen = JSON.stringify(modulefile);
    expect(renderLmod(modulefile)).toBe(renderLmod(modulefile));
    expect(JSON.stringify(modulefile)).toBe(frozen);
  });
});

describe('describeModulefile', () => {
  it('writes the whatis lines that the easyconfig does not', () => {
    const text = 'whatis: ["description: own", "URL: own", "free"]\nhomepage: https://h\ndocurls: [https://d]\n';
    expect(describeModulefile(installOf(text)).whatis).toEqual([
      'Name: demo',
      'Version: 1.0-x',
      'Category: tools',
      'description: own',
      'URL: own',
      'free',
      'Documentation: https://d',
    ]);
  });

  it('says what is inside', () => {
    expect(describeModulefile(installOf('extensions: [numpy/1.26.4, torchrun]\n')).whatis).toContain(
      'Extensions: numpy/1.26.4, torchrun',
    );
  });

  it('makes the description’s first paragraph a whatis line', () => {
    const text = 'description: |\n  One\n  two.\n  \n  Three.\nhomepage: https://h\n';
    const { whatis, help } = describeModulefile(installOf(text));
    expect(whatis).toContain('Description: One two.');
    expect(whatis).toContain('URL: https://h');
    expect(help).toBe('Description\n\n    One\n    two.\n\n    Three.\n\nMore information\n\n    https://h\n');
  });

  it('indents the help, so that a reader of Markdown takes nothing out of the description', () => {
    const line = fc.oneof(
      fc.constantFrom('', '- item', '  * item', '# title', '===', '```', '    code', '\tcode', '[a](b)', '<b>', '1. x'),
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')),
    );
    const install = installOf('');
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom(undefined, 'https://example.org/_a_*b*'), (lines, homepage) => {
        const description = lines.join('\n');
        const { help } = describeModulefile({ ...install, description, homepage });
        const told = help.split('\n').map((each) => each.replace(/^ {4}/, ''));
        const written = description === '' ? [] : ['Description', '', ...description.split('\n'), ''];
        const more = homepage === undefined ? [] : ['More information', '', homepage, ''];
        expect(told.slice(0, written.length)).toEqual(written);
        expect(told.slice(written.length).join('\n').trim()).toBe(more.join('\n').trim());
        const bare = help.split('\n').filter((each) => !/^($| {4}.)/su.test(each));
        expect(bare).toEqual([written[0], more[0]].filter((title) => title !== undefined));
      }),
    );
  });

  it('has no help where there is nothing to say', () => {
    expect(describeModulefile(installOf('')).help).toBe('');
  });

  it('looks for the image in the install first, then centrally', () => {
    const { image } = describeModulefile(everything);
    const file = "C++-tools.x it's $x.sif";
    expect(image?.candidates).toEqual([
      `/home/o'user/ct install/software/C++-tools.x/1.0+b.2-gpu/${file}`,
      `/central/${file}`,
      `/other images/${file}`,
    ]);
    expect(image?.variables).toEqual(['SIF', 'SIFCPLUSPLUSMINTOOLSX']);
  });

  it('sets the variables of EasyBuild’s modules', () => {
    const { variables } = describeModulefile(everything);
    const installDir = "/home/o'user/ct install/software/C++-tools.x/1.0+b.2-gpu";
    expect(Object.fromEntries(variables.map(({ name, value }) => [name, value]))).toMatchObject({
      CONTAINERROOT: installDir,
      EBROOTCPLUSPLUSMINTOOLSX: installDir,
      RUNSCRIPTS: `${installDir}/runscripts`,
      RUNSCRIPTSCPLUSPLUSMINTOOLSX: `${installDir}/runscripts`,
      TRICKY: `$HOME \`id\` "x" 'y' \\ ${installDir}`,
    });
    expect(variables.find(({ name }) => name === 'EBVERSIONCPLUSPLUSMINTOOLSX')?.value).toMatch(/^1\.0\+b\.2/);
  });
});
