/** Reads the output of mksquashfs and unsquashfs as it comes: tells the progress, and keeps the lines that are none. */
export interface ProgressParser {
  readonly take: (piece: string) => void;
  readonly lines: () => string[];
}

/**
 * The bar is redrawn after a carriage return: `[=====/    ] 100/2000   5%`, in data blocks of which more are found on the
 * way (squashfs-tools 4.3 to 4.7).
 */
const bar = /(\d+)\/\s*(\d+)\s+(\d+)%/;

export function makeProgressParser(onProgress: (done: number, total: number) => void): ProgressParser {
  const lines: string[] = [];
  let rest = '';
  const takeLine = (line: string): void => {
    const match = bar.exec(line);
    if (match !== null && line.trimStart().startsWith('[')) onProgress(Number(match[1]), Number(match[2]));
    else if (line.trim() !== '') lines.push(line);
  };
  return {
    take: (piece) => {
      const parts = (rest + piece).split(/[\r\n]/);
      rest = parts.pop() ?? '';
      for (const part of parts) takeLine(part);
    },
    lines: () => {
      takeLine(rest);
      rest = '';
      return lines;
    },
  };
}
