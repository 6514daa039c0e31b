import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/settings/parse.ts';
import { bindTasks, type NodeType, parseCores, renderMasks } from '../../src/slurm/cpu-binding.ts';

function nodeType(preset: string, name: string): NodeType {
  const text = readFileSync(fileURLToPath(new URL(`../../sites/${preset}.yaml`, import.meta.url)), 'utf8');
  const type = parseSettings(text, 'preset').values.node_types?.[name];
  if (type === undefined) throw new Error(`${preset} has no ${name}`);
  return type;
}

/** As LUMI's documentation has them, for GPU 0 to 7. */
const lumiMasks =
  '0xfe000000000000,0xfe00000000000000,0xfe0000,0xfe000000,0xfe,0xfe00,0xfe00000000,0xfe0000000000'.split(',');

describe('LUMI-G', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '%i GPUs: a task for each, on its own L3 cache without its first core',
    (gpus) => {
      const tasks = bindTasks(nodeType('lumi', 'lumi-g'), { gpus, tasks: gpus });
      expect(renderMasks(tasks).split(',')).toEqual(lumiMasks.slice(0, gpus));
      expect(tasks.map((task) => task.gpus)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].slice(0, gpus).map((gpu) => [gpu]));
    },
  );

  test('fewer tasks than GPUs: each has several, with all their cores', () => {
    const [one, ...others] = bindTasks(nodeType('lumi', 'lumi-g'), { gpus: 8, tasks: 1 });
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      gpus: [0, 1, 2, 3, 4, 5, 6, 7],
      cores: expect.toSatisfy((cores) => cores.length === 56),
    });
    expect(renderMasks(bindTasks(nodeType('lumi', 'lumi-g'), { gpus: 8, tasks: 1 }))).toBe('0xfefefefefefefefe');
    const four = bindTasks(nodeType('lumi', 'lumi-g'), { gpus: 8, tasks: 4 });
    expect(four.map(({ gpus }) => gpus)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    expect(renderMasks(four.slice(0, 2))).toBe('0xfefe000000000000,0xfefe0000');
  });

  test('two tasks for each GPU share its cores', () => {
    const tasks = bindTasks(nodeType('lumi', 'lumi-g'), { gpus: 2, tasks: 4 });
    expect(tasks).toEqual([
      { cores: [49, 50, 51], gpus: [0] },
      { cores: [52, 53, 54], gpus: [0] },
      { cores: [57, 58, 59], gpus: [1] },
      { cores: [60, 61, 62], gpus: [1] },
    ]);
  });
});

test('nodes without GPUs are dealt out evenly', () => {
  const tasks = bindTasks(nodeType('lumi', 'lumi-c'), { gpus: 0, tasks: 8 });
  expect(tasks.map(({ cores }) => [cores[0], cores.length])).toEqual(
    [0, 16, 32, 48, 64, 80, 96, 112].map((first) => [first, 16]),
  );
});

test('any node: four GPUs, of which two are asked for, and a core for the system', () => {
  const type = { cores: 64, reserved: '0', gpus: ['0-15', '16-31', '32-47', '48-63'] };
  expect(renderMasks(bindTasks(type, { gpus: 2, tasks: 2 }))).toBe('0xfffe,0xffff0000');
  expect(renderMasks(bindTasks(type, { gpus: 0, tasks: 3 }))).toBe('0x3ffffe,0x7ffffc00000,0xfffff80000000000');
});

test('Setonix: no core is left out', () => {
  const [first] = bindTasks(nodeType('setonix', 'setonix-gpu'), { gpus: 8, tasks: 8 });
  expect(first).toEqual({ cores: [48, 49, 50, 51, 52, 53, 54, 55], gpus: [0] });
});

test('what a node cannot be parted into is said', () => {
  const type = nodeType('lumi', 'lumi-g');
  expect(() => bindTasks(type, { gpus: 9, tasks: 9 })).toThrow('these nodes have 8');
  expect(() => bindTasks(type, { gpus: 2, tasks: 3 })).toThrow('3 tasks cannot share 2 GPUs evenly');
  expect(() => bindTasks(type, { gpus: 1, tasks: 8 })).toThrow('there are 7 cores for 8 tasks');
  expect(() => bindTasks({ cores: 4 }, { gpus: 1, tasks: 1 })).toThrow('these nodes have none');
});

test('lists of cores', () => {
  expect(parseCores('0,8-10')).toEqual([0, 8, 9, 10]);
  expect(parseCores('')).toEqual([]);
});
