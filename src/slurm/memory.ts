const megabytesOf = { K: 1 / 1024, M: 1, G: 1024, T: 1024 ** 2 } as const;

/** Options of a job of which those that ask for memory ask for that many bytes more. `mem=0` is all that there is. */
export function withMoreMemory(options: readonly string[], bytes: number): string[] {
  return options.map((option) => {
    const [, amount, unit = ''] = /^mem=([1-9]\d*)([KMGT]?)$/i.exec(option) ?? [];
    if (amount === undefined) return option;
    const each = megabytesOf[(unit.toUpperCase() || 'M') as keyof typeof megabytesOf];
    return `mem=${Math.ceil(Number(amount) * each + bytes / 2 ** 20)}M`;
  });
}
