import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EasyconfigSearch, findEasyconfigs, searchEasyconfig } from '../../src/discover/easyconfigs.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { failure } from '../image/failure.ts';

let root: string;
let search: EasyconfigSearch;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-search-'));
  mkdirSync(join(root, 'cwd'));
  search = {
    cwd: hostPath(`${root}/cwd`),
    home: `${root}/home`,
    directories: [hostPath(`${root}/site`), hostPath(`${root}/shipped`), hostPath(`${root}/missing`)],
    otherWords: ['squashfs', 'list'],
  };
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('searchEasyconfig', () => {
  it('takes the one in the current directory before those along the path', async () => {
    write('shipped/d/demo/demo-1.0.yaml');
    expect((await searchEasyconfig('demo-1.0.yaml', search)).text).toBe('shipped/d/demo/demo-1.0.yaml');
    write('site/demo-1.0.yaml');
    expect((await searchEasyconfig('demo-1.0', search)).text).toBe('site/demo-1.0.yaml');
    write('cwd/demo-1.0.yaml');
    expect(await searchEasyconfig('demo-1.0.yaml', search)).toEqual({
      path: `${root}/cwd/demo-1.0.yaml`,
      text: 'cwd/demo-1.0.yaml',
    });
  });

  it('finds names with dashes, and version suffixes, in EasyBuild’s tree', async () => {
    write('shipped/p/PyTorch-bundle/PyTorch-bundle-2.6-rocm-6.2.yaml');
    const { path } = await searchEasyconfig('PyTorch-bundle-2.6-rocm-6.2.yaml', search);
    expect(path).toBe(`${root}/shipped/p/PyTorch-bundle/PyTorch-bundle-2.6-rocm-6.2.yaml`);
  });

  it('takes a path as it is: relative, from home, absolute, with any name', async () => {
    write('cwd/sub/any name');
    write('home/x.yml');
    expect((await searchEasyconfig('sub/any name', search)).text).toBe('cwd/sub/any name');
    expect((await searchEasyconfig('~/x.yml', search)).text).toBe('home/x.yml');
    expect((await searchEasyconfig(`${root}/home/x.yml`, search)).text).toBe('home/x.yml');
  });

  it.each([
    ['python:3.12', 'docker://python:3.12'],
    ['docker:/python', 'docker://python'],
    ['docker:python:3.12', 'docker://python:3.12'],
    ['docker.io/library/python', 'docker://docker.io/library/python'],
    ['localhost:5000/team/app:1.2', 'docker://localhost:5000/team/app:1.2'],
  ])('tells of the scheme where %s can only be an image of a registry', async (argument, source) => {
    const error = await failure(searchEasyconfig(argument, search));
    expect([error.code, error.hint]).toEqual([
      'easyconfig-not-found',
      `an image of a registry is named with its scheme: \`ctinstall ${source}\``,
    ]);
  });

  it.each(['sub/dir', 'demo', '../x/y', 'some.dir/file.yml', 'A:b.yaml'])(
    'but not where %s may be a file',
    async (argument) => {
      expect((await failure(searchEasyconfig(argument, search))).hint).toContain('ctinstall search');
    },
  );

  it('tells of a software by its name, beside commands', async () => {
    write('shipped/m/mpi4py/mpi4py-3.1.6-rocm-6.2.0.yaml');
    const error = await failure(searchEasyconfig('mpi4y', { ...search, otherWords: ['mpi'] }));
    expect(error.hint).toBe('did you mean `ctinstall mpi` or `ctinstall mpi4py`?');
    const ofModule = await failure(searchEasyconfig('mpi4yp/3.1.6', search));
    expect(ofModule.hint).toBe('did you mean `ctinstall mpi4py`?');
  });

  it('knows `.` as a directory', async () => {
    expect((await failure(searchEasyconfig('.', search))).message).toBe('`.` is a directory');
  });

  it('follows links', async () => {
    write('elsewhere/demo-1.0.yaml');
    symlinkSync(join(root, 'elsewhere'), join(root, 'site'));
    expect((await searchEasyconfig('demo-1.0', search)).path).toBe(`${root}/site/demo-1.0.yaml`);
  });

  it('lists near names, and the places that it tried', async () => {
    write('shipped/m/mpi4py/mpi4py-3.1.6-rocm-6.2.0.yaml');
    write('cwd/numpy-1.0.yaml');
    const error = await failure(searchEasyconfig('mpi4py-3.1.6.yaml', search));
    expect(error.code).toBe('easyconfig-not-found');
    expect(error.message).toBe(
      `no easyconfig \`mpi4py-3.1.6.yaml\` in the current directory, \`${root}/site\`, \`${root}/shipped\`, \`${root}/missing\``,
    );
    expect(error.hint).toBe('did you mean `mpi4py-3.1.6-rocm-6.2.0.yaml`?');
  });

  it('knows a misspelt command, and a path that leads nowhere', async () => {
    expect((await failure(searchEasyconfig('squahsfs', search))).hint).toBe('did you mean `ctinstall squashfs`?');
    write('cwd/sub/demo-1.0.yaml');
    write('cwd/demo-1.0.yaml');
    const error = await failure(searchEasyconfig('sub/demo-1.1.yaml', search));
    expect(error).toMatchObject({
      code: 'easyconfig-not-found',
      message: 'no easyconfig `sub/demo-1.1.yaml`',
    });
    expect(error.hint).toBe('did you mean `demo-1.0.yaml`?');
  });

  it('helps where nothing is near', async () => {
    const error = await failure(searchEasyconfig('zzz', search));
    expect(error.hint).toContain('ctinstall search');
  });

  it('refuses a directory', async () => {
    const error = await failure(searchEasyconfig('./', search));
    expect(error).toMatchObject({ code: 'easyconfig-not-found', message: '`./` is a directory' });
    mkdirSync(join(root, 'cwd/demo-1.0.yaml'));
    expect((await failure(searchEasyconfig('demo-1.0.yaml', search))).code).toBe('easyconfig-not-found');
  });
});

describe('findEasyconfigs', () => {
  const below = (paths: readonly string[]): string[] => paths.map((path) => path.slice(root.length + 1)).toSorted();

  it('finds all, in the current directory only those right there', async () => {
    for (const path of ['cwd/a-1.yaml', 'cwd/sub/b-1.yaml', 'site/c-1.yml', 'shipped/d/D/D-1.yaml']) write(path);
    for (const path of ['cwd/notes.yaml', 'cwd/.hidden-1.yaml', 'site/.git/x-1.yaml', 'site/a-1.txt']) write(path);
    const found = await findEasyconfigs(search);
    expect(below(found.here)).toEqual(['cwd/a-1.yaml']);
    expect(below(found.along)).toEqual(['shipped/d/D/D-1.yaml', 'site/c-1.yml']);
    expect(found.faults).toEqual([]);
  });

  it('looks four directories deep, and takes no directory for an easyconfig', async () => {
    write('site/1/2/3/4/deep-1.yaml');
    write('site/1/2/3/4/5/deeper-1.yaml');
    write('site/like-1.yaml/inside-1.yaml');
    expect(below((await findEasyconfigs(search)).along)).toEqual([
      'site/1/2/3/4/deep-1.yaml',
      'site/like-1.yaml/inside-1.yaml',
    ]);
  });

  it('names a directory that cannot be listed, and goes on with the others', async () => {
    write('shipped/a-1.yaml');
    symlinkSync('site', join(root, 'site'));
    const found = await findEasyconfigs(search);
    expect(below(found.along)).toEqual(['shipped/a-1.yaml']);
    expect(found.faults).toEqual([`cannot list \`${root}/site\`: too many symbolic links`]);
  });

  it('begins at the root too', async () => {
    const found = await findEasyconfigs({ ...search, cwd: hostPath('/'), directories: [] });
    expect(found.along).toEqual([]);
    for (const path of found.here) expect(path).toMatch(/^\/[^/]/);
  });
});
