/*
 * Reads the shell commands that recipes are made of: words, redirections and here-documents, one command after another.
 * Anything beyond (pipes, loops, substitutions) is not understood, and never run.
 */

export interface Word {
  /** Without its quotes. */
  readonly text: string;
  /** Whether a shell would put something else in its place: variables, substitutions, patterns. */
  readonly isExpanded: boolean;
}

export interface Command {
  readonly words: readonly Word[];
  readonly output: { readonly operator: '>' | '>>'; readonly target: Word } | undefined;
  readonly input: HereDocument | undefined;
  /** As written, on one line. */
  readonly written: string;
  /** Lines after the first one of the text. */
  readonly line: number;
}

export interface HereDocument {
  readonly text: string;
  /** Whether it is taken as it stands. */
  readonly isQuoted: boolean;
}

/** What a text of shell commands holds, or undefined where that goes beyond simple commands. */
export function parseCommands(text: string): Command[] | undefined {
  try {
    return new Reader(text).readAll();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

/** The state of reading: a place in a text. */
class Reader {
  readonly #text: string;
  #at = 0;
  #pending: { delimiter: string; isQuoted: boolean; dropsTabs: boolean; fill: (document: HereDocument) => void }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): Command[] {
    const commands: Command[] = [];
    while (this.#at < this.#text.length) {
      const command = this.#readCommand();
      if (command !== undefined) commands.push(command);
    }
    if (this.#pending.length > 0) throw new NotUnderstood();
    return commands;
  }

  #readCommand(): Command | undefined {
    const start = this.#at;
    const words: Word[] = [];
    let output: Command['output'];
    const heard: { input: HereDocument | undefined } = { input: undefined };
    for (;;) {
      this.#skipBlanks();
      const next = this.#text.charAt(this.#at);
      if (next === '' || next === '\n' || next === ';' || this.#text.startsWith('&&', this.#at)) break;
      if (next === '#') this.#skipLine();
      else if (
        /[|&()<>}!]/.test(next) ||
        /^\{(\s|$)/.test(this.#text.slice(this.#at, this.#at + 2)) ||
        /^\d+[<>]/.test(this.#text.slice(this.#at, this.#at + 4))
      ) {
        if (this.#text.startsWith('<<', this.#at))
          this.#readHere((document) => {
            heard.input = document;
          });
        else if (next === '>' && output === undefined) output = this.#readOutput();
        else throw new NotUnderstood();
      } else words.push(...this.#readWords());
    }
    const end = this.#at;
    this.#skipSeparator();
    if (words.length === 0 && output === undefined && heard.input === undefined) return undefined;
    const written = this.#text.slice(start, end).trim();
    const line =
      this.#text
        .slice(0, start + (this.#text.slice(start, end).length - this.#text.slice(start, end).trimStart().length))
        .split('\n').length - 1;
    return { words, output, input: heard.input, written, line };
  }

  #skipBlanks(): void {
    for (;;) {
      if (this.#text.startsWith('\\\n', this.#at)) this.#at += 2;
      else if (/[ \t\r]/.test(this.#text.charAt(this.#at))) this.#at += 1;
      else return;
    }
  }

  #skipLine(): void {
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== '\n') this.#at += 1;
  }

  #skipSeparator(): void {
    const next = this.#text.charAt(this.#at);
    if (next === '&') this.#at += 2;
    else if (next !== '') this.#at += 1;
    if (next === '\n') this.#readPending();
    if (next === '' && this.#pending.length > 0) throw new NotUnderstood();
  }

  #readOutput(): NonNullable<Command['output']> {
    const operator = this.#text.startsWith('>>', this.#at) ? '>>' : '>';
    this.#at += operator.length;
    this.#skipBlanks();
    return { operator, target: this.#readWord() };
  }

  #readHere(fill: (document: HereDocument) => void): void {
    this.#at += 2;
    if (this.#text.charAt(this.#at) === '<') throw new NotUnderstood();
    const dropsTabs = this.#text.charAt(this.#at) === '-';
    if (dropsTabs) this.#at += 1;
    this.#skipBlanks();
    const start = this.#at;
    const { text: delimiter } = this.#readWord();
    this.#pending.push({ delimiter, isQuoted: /['"\\]/.test(this.#text.slice(start, this.#at)), dropsTabs, fill });
  }

  #readPending(): void {
    for (const { delimiter, isQuoted, dropsTabs, fill } of this.#pending.splice(0)) {
      const lines: string[] = [];
      for (;;) {
        if (this.#at >= this.#text.length) throw new NotUnderstood();
        const end = this.#text.indexOf('\n', this.#at);
        const line = this.#text.slice(this.#at, end < 0 ? undefined : end);
        this.#at = end < 0 ? this.#text.length : end + 1;
        const kept = dropsTabs ? line.replace(/^\t+/, '') : line;
        if (kept === delimiter) break;
        lines.push(`${kept}\n`);
      }
      fill({ text: lines.join(''), isQuoted });
    }
  }

  #readWord(): Word {
    const [word, ...more] = this.#readWords();
    if (word === undefined || more.length > 0) throw new NotUnderstood();
    return word;
  }

  /** A word with `{a,b}` in it is several. */
  #readWords(): Word[] {
    const start = this.#at;
    let [text, isExpanded] = ['', false];
    const braces: number[] = [];
    for (;;) {
      const next = this.#text.charAt(this.#at);
      // A template of EasyBuild's is part of a word.
      const [template] = /^%\(\w+\)s/.exec(this.#text.slice(this.#at, this.#at + 60)) ?? [];
      if (template !== undefined) {
        text += template;
        this.#at += template.length;
      } else if (next === '' || /[\s;&|()<>]/.test(next)) break;
      else if (next === "'") {
        const end = this.#endOf("'");
        text += this.#text.slice(this.#at + 1, end);
        this.#at = end + 1;
      } else if (next === '"') {
        const inside = this.#readDoubleQuoted();
        text += inside.text;
        isExpanded ||= inside.isExpanded;
      } else if (next === '\\') {
        text += this.#text.charAt(this.#at + 1).replace('\n', '');
        this.#at += 2;
      } else {
        isExpanded ||= /[$`*?[~]/.test(next);
        if (/[{},]/.test(next)) braces.push(text.length);
        text += next;
        this.#at += 1;
      }
    }
    if (this.#at === start) throw new NotUnderstood();
    return expandBraces(text, braces).map((each) => ({ text: each, isExpanded }));
  }

  #readDoubleQuoted(): Word {
    let [text, isExpanded] = ['', false];
    this.#at += 1;
    for (;;) {
      const next = this.#text.charAt(this.#at);
      if (next === '') throw new NotUnderstood();
      this.#at += 1;
      if (next === '"') return { text, isExpanded };
      if (next === '\\' && /[$`"\\\n]/.test(this.#text.charAt(this.#at))) {
        text += this.#text.charAt(this.#at).replace('\n', '');
        this.#at += 1;
      } else {
        isExpanded ||= next === '$' || next === '`';
        text += next;
      }
    }
  }

  #endOf(quote: string): number {
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end < 0) throw new NotUnderstood();
    return end;
  }
}

/** `at`: where braces and commas stand that are not quoted. */
function expandBraces(text: string, at: readonly number[]): string[] {
  const isBrace = at.filter((index) => text.charAt(index) !== ',');
  if (isBrace.length === 0 || at.length === isBrace.length) return [text];
  const [open, close, ...more] = isBrace;
  // Several of them, and one in another, recipes have no use for.
  if (open === undefined || close === undefined || more.length > 0 || text.charAt(open - 1) === '$')
    throw new NotUnderstood();
  const commas = at.filter((index) => index > open && index < close);
  if (text.charAt(open) !== '{' || text.charAt(close) !== '}') throw new NotUnderstood();
  if (commas.length === 0) return [text];
  const ends = [...commas, close];
  return [open, ...commas].map(
    (start, index) => text.slice(0, open) + text.slice(start + 1, ends[index]) + text.slice(close + 1),
  );
}

/** What a shell makes of a here-document: and the lines of it in which it would put something else in the place of variables. */
export function readHere({ text, isQuoted }: HereDocument): { content: string; expandedLines: string[] } {
  if (isQuoted) return { content: text, expandedLines: [] };
  const expandedLines = text.split('\n').filter((line) => isExpanded(line));
  return {
    content: text.replace(/\\([$`\\\n])/g, (_whole, kept: string) => (kept === '\n' ? '' : kept)),
    expandedLines,
  };
}

/** In comments nothing was meant to be put in the place of a backquoted word. */
function isExpanded(line: string): boolean {
  return (
    /(^|[^\\])(\\\\)*\$[A-Za-z_{(0-9@*#?!$-]/.test(line) || (!/^\s*#/.test(line) && /(^|[^\\])(\\\\)*`/.test(line))
  );
}
