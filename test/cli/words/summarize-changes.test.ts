import { describe, expect, it } from 'vitest';
import { summarizeChanges } from '../../../src/cli/words/summarize-changes.ts';
import type { Change } from '../../../src/operations/regenerate/types.ts';

function changesOf(module: string, before: string, after: string): Change[] {
  const [script, text] = ['variables=(A b)\n', 'variables=(A c)\n'];
  return [
    {
      module,
      isModulefile: true,
      path: `/p/modules/${module}.lua`,
      before: `x\n${before}\ny\n`,
      after: `x\n${after}\ny\n`,
    },
    { module, isModulefile: false, path: `/p/software/${module}/bin/run`, before: script, after: text },
  ];
}

describe('what regenerate would change', () => {
  it('is a line for each of four modules in which one variable changes', () => {
    const modules = ['a/1', 'b/1', 'c/1', 'mpi4py/3.1.6-rocm-6.2.0'];
    const lines = summarizeChanges(modules.flatMap((module) => changesOf(module, 'set("A", "b")', 'set("A", "c")')));
    expect(lines).toEqual([
      ...modules.map((module) => `${module}: set("A", "b") → set("A", "c")`),
      '8 files in all; --trace prints the differences',
    ]);
  });

  it('leaves out what both sides have in common where a line would be too long', () => {
    const binds = (more: string) => `set("BIND", "${'/scratch/project:'.repeat(20)}${more}/x")`;
    const [line = ''] = summarizeChanges(changesOf('a/1', binds('/old'), binds('/new')));
    expect(line).toBe('a/1: set("BIND" …/old/x → …/new/x');
    expect(line.length).toBeLessThanOrEqual(80);
  });

  it('counts where much changes, and names what comes and goes', () => {
    const many = Array.from({ length: 9 }, (_, at) => `line ${at}`).join('\n');
    expect(summarizeChanges(changesOf('a/1', many, many.replaceAll('line', 'other')))[0]).toBe('a/1: a/1.lua: 9 lines');
    const moved = { module: 'a/1', isModulefile: true, before: many, after: undefined, path: '/p/modules/a/1' };
    expect(summarizeChanges([moved])[0]).toBe('a/1: a/1: goes');
    expect(summarizeChanges([])).toEqual([]);
  });
});
