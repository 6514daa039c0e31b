import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverImage, type ImageSearch } from '../../src/discover/image.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { withoutPrivileges } from '../host/support.ts';
import { failure } from '../image/failure.ts';
import { buildSif, rootObject } from '../image/image-builders.ts';

let root: string;
let search: ImageSearch;
const good = buildSif({ objects: [rootObject()] });
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-image-'));
  for (const directory of ['one', 'two', 'named', 'beside', 'cwd', 'install']) mkdirSync(join(root, directory));
  search = {
    easyconfig: '/e/demo-1.0.yaml',
    file: 'demo.sif',
    asked: undefined,
    directories: [hostPath(`${root}/one`), hostPath(`${root}/two`)],
    named: hostPath(`${root}/named`),
    beside: hostPath(`${root}/beside`),
    cwd: hostPath(`${root}/cwd`),
    installed: undefined,
  };
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, bytes: Uint8Array | string = good): void {
  writeFileSync(join(root, path), bytes);
}

describe('discoverImage', () => {
  it('looks in the image directories in their order, then where the easyconfig says and lies, then here, then in the install', async () => {
    put('install/demo.sif');
    const withInstall = { ...search, installed: hostPath(`${root}/install/demo.sif`) };
    expect(await discoverImage(withInstall)).toMatchObject({
      kind: 'file',
      path: `${root}/install/demo.sif`,
      size: good.length,
      how: 'the installed copy',
    });
    put('cwd/demo.sif');
    expect((await discoverImage(withInstall)).path).toBe(`${root}/cwd/demo.sif`);
    put('beside/demo.sif');
    expect(await discoverImage(withInstall)).toMatchObject({
      path: `${root}/beside/demo.sif`,
      how: 'beside the easyconfig',
    });
    put('named/demo.sif');
    expect((await discoverImage(withInstall)).path).toBe(`${root}/named/demo.sif`);
    put('two/demo.sif');
    expect((await discoverImage(withInstall)).path).toBe(`${root}/two/demo.sif`);
    put('one/demo.sif');
    expect(await discoverImage(withInstall)).toMatchObject({
      path: `${root}/one/demo.sif`,
      how: `in ${root}/one`,
    });
  });

  it('takes the file that was asked for, and no other', async () => {
    put('one/demo.sif');
    put('cwd/other.sif');
    const asked = hostPath(`${root}/cwd/other.sif`);
    expect(await discoverImage({ ...search, asked })).toMatchObject({
      path: asked,
      how: '--image',
    });
    rmSync(asked);
    const error = await failure(discoverImage({ ...search, asked }));
    expect(error).toMatchObject({ code: 'image-not-found', message: `no image at \`${asked}\`` });
  });

  it('names all places tried', async () => {
    const error = await failure(discoverImage(search));
    expect(error.code).toBe('image-not-found');
    expect(error.message).toBe('no image for `/e/demo-1.0.yaml`');
    const tried = ['one', 'two', 'named', 'beside'].map((name) => `\`${root}/${name}\``).join(', ');
    expect(error.details).toEqual([`  Caused by: \`demo.sif\` is in none of: ${tried}, \`.\``]);
    expect(error.hint).toContain('--image-dir <dir>');
  });

  it.each([
    ['a directory', 'image-invalid', undefined],
    ['no image', 'image-invalid', 'hello, this is a text and no image at all\n'.repeat(1000)],
    ['an empty file', 'image-invalid', ''],
    ['half an image', 'image-truncated', good.slice(0, good.length / 2)],
  ])('refuses %s, though another directory has a good one', async (_, code, bytes) => {
    if (bytes === undefined) mkdirSync(join(root, 'one/demo.sif'));
    else put('one/demo.sif', bytes);
    put('two/demo.sif');
    const error = await failure(discoverImage(search));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`${root}/one/demo.sif`);
  });

  it('says that it may not read it', async () => {
    put('one/demo.sif');
    chmodSync(join(root, 'one/demo.sif'), 0);
    await withoutPrivileges(root, async () => {
      const error = await failure(discoverImage(search));
      expect(error.code).toBe('image-unreadable');
      expect(error.message).toContain(`${root}/one/demo.sif`);
    });
  });
});
