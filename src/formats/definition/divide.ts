import type { Line } from './types.ts';

/** The lines of a stage: a header, then sections. */
export interface DividedStage {
  readonly header: readonly Line[];
  readonly sections: readonly Section[];
}

export interface Section {
  /** The line that begins with `%`. */
  readonly line: Line;
  /** In lower case, as sections are named in any case. */
  readonly name: string;
  /** What follows the name on its line. */
  readonly args: string;
  readonly body: readonly Line[];
}

/** Each line `Bootstrap:` begins a stage, wherever it is. What is before the first belongs to the first. */
export function divideStages(lines: readonly Line[]): Line[][] {
  const stages: Line[][] = [];
  for (const line of lines) {
    const isStart = /^bootstrap:/i.test(line.written);
    const isFirst = stages.length === 0 || (stages.length === 1 && !stages[0]?.some(isBootstrap));
    const last = stages.at(-1);
    if (last === undefined || (isStart && !isFirst)) stages.push([line]);
    else last.push(line);
  }
  return stages;
}

function isBootstrap({ written }: Line): boolean {
  return /^bootstrap:/i.test(written);
}

/** A line whose first word begins with `%` begins a section. */
export function divideSections(lines: readonly Line[]): DividedStage {
  const starts = lines.flatMap(({ written }, index) => (/^\s*%/.test(written) ? [index] : []));
  return {
    header: lines.slice(0, starts[0] ?? lines.length),
    sections: starts.flatMap((start, index) => {
      const line = lines[start];
      if (line === undefined) return [];
      const [, name = '', args = ''] = /^\s*%(\S*)\s*(.*?)\s*$/.exec(line.text) ?? [];
      return [{ line, name: name.toLowerCase(), args, body: lines.slice(start + 1, starts[index + 1]) }];
    }),
  };
}
