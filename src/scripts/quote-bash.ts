/** A string that no bash script can hold as it is. */
export class UnquotableError extends TypeError {
  constructor(what: string) {
    super(`cannot be quoted for bash: the string holds ${what}`);
    this.name = 'UnquotableError';
  }
}

/**
 * Quotes a value as one word of a bash script (POSIX shell, too): inside single quotes nothing has a meaning but the
 * single quote, which is put between two quoted parts. What bash gets is the value in UTF-8.
 * @throws UnquotableError for what is lost on the way: a NUL, or half of a surrogate pair
 */
export function quoteBash(value: string): string {
  if (value.includes('\0')) throw new UnquotableError('a NUL character');
  if (!value.isWellFormed()) throw new UnquotableError('half of a surrogate pair');
  return `'${value.replaceAll("'", "'\\''")}'`;
}
