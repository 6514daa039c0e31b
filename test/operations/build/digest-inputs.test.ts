import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ImageBuild } from '../../../src/easyconfig/types.ts';
import { hostPath } from '../../../src/lib/paths.ts';
import { changedInputs, digestInputs } from '../../../src/operations/build/digest-inputs.ts';
import type { Context } from '../../../src/operations/context.ts';
import type { Settings } from '../../../src/settings/types.ts';

test('what an image is made of has digests: of texts with what they include, of the files of directories', async () => {
  const directory = hostPath(mkdtempSync(join(tmpdir(), 'ctinstall-inputs-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  mkdirSync(join(directory, 'images'));
  mkdirSync(join(directory, 'data/below'), { recursive: true });
  write('images/base.sif', 'image');
  write('environment.yml', 'channels: [x]\ndependencies:\n  - python\n  - pip:\n    - -r of-conda.txt\n');
  write('of-conda.txt', 'six\n');
  write('requirements.txt', '# all\n-r deeper.txt\nnumpy\n');
  write('deeper.txt', '-c constraints.txt\nscipy\n');
  write('constraints.txt', 'numpy<3\n');
  write('data/below/file', 'x');
  const build: ImageBuild = {
    ...{ kind: 'files', base: { file: 'base.sif', sha256: undefined }, conda: 'environment.yml' },
    ...{ pip: ['./requirements.txt', 'rich'], wheels: undefined, files: [{ from: 'data', to: '/data' }] },
  };
  const settings = { imageDirs: [hostPath('images', directory)] } as unknown as Settings;
  const context = { environment: process.env, signal: new AbortController().signal } as unknown as Context;
  const digest = async (of: ImageBuild = build) => (await digestInputs(of, { directory, settings }, context)).inputs;
  const first = await digest();
  const below = (name: string): string => join(directory, name);
  expect(Object.keys(first).toSorted()).toEqual(
    [
      ...['build', 'base.sif', 'environment.yml', './requirements.txt', 'data'],
      ...['of-conda.txt', 'deeper.txt', 'constraints.txt'].map(below),
    ].toSorted(),
  );
  expect(changedInputs(first, await digest())).toEqual([]);
  expect(changedInputs(undefined, first)).toBeUndefined();
  write('requirements.txt', '# all\n-r deeper.txt\nnumpy\n');
  expect(changedInputs(first, await digest())).toEqual([]);
  for (const [name, text, changed] of [
    ['constraints.txt', 'numpy<2\n', below('constraints.txt')],
    ['of-conda.txt', 'six==1\n', below('of-conda.txt')],
    ['data/below/file', 'xy', 'data'],
    ['images/base.sif', 'another', 'base.sif'],
  ] as const) {
    const before = await digest();
    write(name, text);
    expect(changedInputs(before, await digest())).toEqual([changed]);
  }
  const before = await digest();
  utimesSync(join(directory, 'data/below/file'), 1, 1);
  expect(changedInputs(before, await digest())).toEqual(['data']);
  expect(changedInputs(before, await digest({ ...build, pip: ['rich'] }))).toContain('build');
  rmSync(join(directory, 'environment.yml'));
  await expect(digest()).rejects.toMatchObject({
    code: 'filesystem',
    message: `\`${below('environment.yml')}\` is not there, of which the image is to be built`,
  });
});
