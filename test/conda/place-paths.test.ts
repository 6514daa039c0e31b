import { expect, test } from 'vitest';
import { condaPathsIn, placeCondaPaths } from '../../src/conda/place-paths.ts';

const text = `channels:
  - ./chan   # ours
  - "../other"
  - conda-forge
dependencies:
  - python >=3
  - pip:
      - -r more/requirements.txt
      - --requirement=./two.txt
      - -c https://e.org/constraints.txt
      - demo-r tool
      - ./wheels/demo-1.0-py3-none-any.whl
prefix: /home/me/envs/x
`;

test('paths in an environment file begin where it lay, wherever it is read', () => {
  const placed = placeCondaPaths(text, '/data/a-b');
  expect(placed).toBe(
    text
      .replace('./chan', '/data/a-b/chan')
      .replace('../other', '/data/other')
      .replace('more/', '/data/a-b/more/')
      .replace('./two', '/data/a-b/two')
      .replace('./wheels', '/data/a-b/wheels'),
  );
  expect(placeCondaPaths(placed, '/elsewhere')).toBe(placed);
  expect(condaPathsIn(placed)).toEqual([
    '/data/a-b/chan',
    '/data/other',
    '/data/a-b/more/requirements.txt',
    '/data/a-b/two.txt',
    '/data/a-b/wheels/demo-1.0-py3-none-any.whl',
  ]);
});

test('lists between brackets too; a directory that would need quoting is not written', () => {
  const short = 'channels: [./a, "./b", conda-forge]\n';
  expect(placeCondaPaths(short, '/d')).toBe('channels: [/d/a, "/d/b", conda-forge]\n');
  expect(placeCondaPaths(short, "/it's")).toBe(short);
  const explicit = '@EXPLICIT\nhttps://e.org/noarch/a-1-0.conda#00\n';
  expect(placeCondaPaths(explicit, '/d')).toBe(explicit);
});
