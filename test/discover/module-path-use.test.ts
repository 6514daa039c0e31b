import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverModulePathUse, findShadowing } from '../../src/discover/module-path-use.ts';
import { hostPath } from '../../src/lib/paths.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-use-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function discover(environment: Readonly<Record<string, string>> = {}) {
  const modulePath = hostPath(`${root}/home/ct/modules`);
  return discoverModulePathUse(
    modulePath,
    { HOME: `${root}/home`, SHELL: '/usr/bin/bash', ...environment },
    hostPath(root),
  );
}

describe('discoverModulePathUse', () => {
  it('knows the module path of this session, with a slash at its end too', async () => {
    expect(await discover()).toEqual({ isInUse: false, isInUseLater: false, startFile: '~/.bashrc' });
    expect(await discover({ MODULEPATH: `/a:${root}/home/ct/modules/:/b` })).toMatchObject({ isInUse: true });
    expect(await discover({ MODULEPATH: `/a:${root}/home/ct/modules2` })).toMatchObject({ isInUse: false });
  });

  it.each([
    ['home/.bashrc', 'module use ~/ct/modules'],
    ['home/.bash_profile', '  module use "$HOME/ct/modules"'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a shell has it
    ['home/.profile', 'export MODULEPATH=${HOME}/ct/modules:$MODULEPATH'],
    ['home/.bashrc', 'module load gcc ctinstall'],
    ['home/.bashrc', 'ml ctinstall/0.1.0; echo'],
    ['home/.bashrc', 'module use $(/opt/ctinstall/bin/ctinstall-module-path)'],
    ['etc/profile.d/modules.sh', 'module load ctinstall'],
  ])('finds what brings it into later sessions: %s, %s', async (path, line) => {
    write(path, `# a\n${line}\n`);
    expect(await discover()).toMatchObject({ isInUseLater: true });
  });

  it('finds it in a collection by its full path, and among the defaults of the site', async () => {
    write('home/.config/lmod/default', `mpathA = { "${root}/home/ct/modules" }`);
    expect(await discover()).toMatchObject({ isInUseLater: true });
    rmSync(join(root, 'home'), { recursive: true });
    expect(await discover({ LMOD_SYSTEM_DEFAULT_MODULES: 'gcc:ctinstall' })).toMatchObject({ isInUseLater: true });
    expect(await discover({ LMOD_SYSTEM_DEFAULT_MODULES: 'gcc:ctinstaller' })).toMatchObject({ isInUseLater: false });
  });

  it.each([
    ['a comment', 'home/.bashrc', '# module load ctinstall'],
    ['another path', 'home/.bashrc', 'module use ~/other/modules'],
    ['something of that name', 'home/.bashrc', 'PATH=~/ctinstall/bin:$PATH'],
    ['the file of another shell', 'home/.zshrc', 'module load ctinstall'],
  ])('does not take %s for it', async (_, path, line) => {
    write(path, `${line}\n`);
    expect(await discover()).toMatchObject({ isInUseLater: false });
  });

  it.each([
    ['/bin/zsh', '~/.zshrc'],
    ['/usr/bin/fish', '~/.config/fish/config.fish'],
    ['/bin/tcsh', '~/.tcshrc'],
    ['/bin/ksh', '~/.profile'],
    ['', '~/.profile'],
  ])('says which file the line belongs into: %s', async (shell, startFile) => {
    expect(await discover({ SHELL: shell })).toMatchObject({ startFile });
  });
});

describe('findShadowing', () => {
  it('finds the module of that name that comes before on MODULEPATH', async () => {
    const ours = hostPath(`${root}/ours`);
    write('first/tiny/1.0.lua', '');
    write('tcl/tiny/2.0', '');
    const MODULEPATH = `${root}/first:${root}/tcl:${root}/ours`;
    expect(await findShadowing('tiny/1.0', ours, { MODULEPATH })).toBe(`${root}/first`);
    expect(await findShadowing('tiny/2.0', ours, { MODULEPATH })).toBe(`${root}/tcl`);
    expect(await findShadowing('tiny/3.0', ours, { MODULEPATH })).toBeUndefined();
    expect(await findShadowing('tiny/1.0', ours, { MODULEPATH: `${root}/ours:${root}/first` })).toBeUndefined();
    expect(await findShadowing('tiny/1.0', ours, { MODULEPATH: `${root}/first` })).toBeUndefined();
  });
});
