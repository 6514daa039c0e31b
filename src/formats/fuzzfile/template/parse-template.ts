import { parseOperandText } from './literals.ts';
import { type Piece, scan, type Token } from './scan.ts';
import { type Command, type Node, type Operand, type Pipe, TemplateFault } from './types.ts';

/** Reads a template. @throws TemplateFault */
export function parseTemplate(text: string): Node[] {
  const pieces = scan(text);
  const reader = { pieces, next: 0, depth: 0 };
  const { nodes, end } = parseNodes(reader, false);
  if (end !== undefined) throw new TemplateFault(`\`${end.word}\` has nothing that it ends`, end.at);
  return nodes;
}

interface Reader {
  readonly pieces: readonly Piece[];
  next: number;
  /** Of blocks in blocks. */
  depth: number;
}

/** Deeper than any template that people write. */
const mostDepth = 200;

function enter(reader: { depth: number }, at: number): void {
  reader.depth += 1;
  if (reader.depth > mostDepth) throw new TemplateFault(`more than ${mostDepth} stand in each other here`, at);
}

interface End {
  readonly word: 'end' | 'else';
  readonly at: number;
  /** Of `else if`. */
  readonly rest: readonly Token[];
}

function parseNodes(reader: Reader, isInside: boolean): { nodes: Node[]; end: End | undefined } {
  const nodes: Node[] = [];
  for (let piece = reader.pieces[reader.next]; piece !== undefined; piece = reader.pieces[reader.next]) {
    reader.next += 1;
    if (piece.is === 'text') {
      if (piece.text !== '') nodes.push(piece);
      continue;
    }
    const [first, ...rest] = piece.tokens;
    if (first === undefined) throw new TemplateFault('there is nothing in it', piece.at);
    const word = first.kind === 'word' ? first.text : '';
    if (word === 'end' || word === 'else') {
      if (!isInside) return { nodes, end: { word, at: piece.at, rest } };
      return { nodes, end: { word, at: piece.at, rest } };
    }
    if (word === 'if' || word === 'with' || word === 'range')
      nodes.push(parseBlock(word, rest, { reader, at: piece.at }));
    else if (word === 'break' || word === 'continue') nodes.push({ is: word });
    else if (['define', 'template', 'block', 'include'].includes(word))
      throw new TemplateFault(`\`${word}\` is not known`, first.at);
    else nodes.push({ is: 'action', pipe: parsePipe(piece.tokens, piece.at) });
  }
  return { nodes, end: undefined };
}

function parseBlock(
  is: 'if' | 'with' | 'range',
  tokens: readonly Token[],
  { reader, at }: { reader: Reader; at: number },
): Node {
  enter(reader, at);
  const block = readBlock(is, tokens, { reader, at });
  reader.depth -= 1;
  return block;
}

function readBlock(
  is: 'if' | 'with' | 'range',
  tokens: readonly Token[],
  { reader, at }: { reader: Reader; at: number },
): Node {
  const pipe = parsePipe(tokens, at);
  const { nodes: then, end } = parseNodes(reader, true);
  if (end === undefined) throw new TemplateFault(`this \`${is}\` has no \`end\``, at);
  if (end.word === 'end') return { is, pipe, then, otherwise: [] };
  const [word, ...rest] = end.rest;
  if (word?.kind === 'word' && (word.text === 'if' || word.text === 'with'))
    // The `end` of the inner one is that of this one too.
    return { is, pipe, then, otherwise: [parseBlock(word.text, rest, { reader, at: end.at })] };
  const { nodes: otherwise, end: last } = parseNodes(reader, true);
  if (last?.word !== 'end') throw new TemplateFault(`this \`${is}\` has no \`end\``, at);
  return { is, pipe, then, otherwise };
}

function parsePipe(tokens: readonly Token[], at: number): Pipe {
  const reader: TokenReader = { tokens, next: 0, depth: 0, at };
  const pipe = readPipe(reader);
  const left = tokens[reader.next];
  if (left !== undefined) throw new TemplateFault(`\`${left.text}\` cannot stand here`, left.at);
  return pipe;
}

interface TokenReader {
  readonly tokens: readonly Token[];
  next: number;
  /** Of parentheses. */
  depth: number;
  readonly at: number;
}

function readPipe(reader: TokenReader): Pipe {
  const at = reader.tokens[reader.next]?.at ?? reader.at;
  const { variables, declares } = readVariables(reader);
  const commands = [readCommand(reader)];
  while (isSign(reader, '|')) {
    reader.next += 1;
    commands.push(readCommand(reader));
  }
  return { variables, declares, commands, at };
}

/** `$x :=`, `$x =`, `$i, $v :=` */
function readVariables(reader: TokenReader): { variables: string[]; declares: boolean } {
  const { tokens, next } = reader;
  const texts = tokens.slice(next, next + 4).map(({ text }) => text);
  const isOne = tokens[next]?.kind === 'variable' && [':=', '='].includes(texts[1] ?? '');
  const isTwo = tokens[next]?.kind === 'variable' && texts[1] === ',' && [':=', '='].includes(texts[3] ?? '');
  if (!isOne && !isTwo) return { variables: [], declares: false };
  reader.next += isOne ? 2 : 4;
  const variables = isOne ? [texts[0] ?? ''] : [texts[0] ?? '', texts[2] ?? ''];
  return { variables, declares: texts[isOne ? 1 : 3] === ':=' };
}

function isSign(reader: TokenReader, sign: string): boolean {
  const token = reader.tokens[reader.next];
  return token?.kind === 'sign' && token.text === sign;
}

function readCommand(reader: TokenReader): Command {
  const at = reader.tokens[reader.next]?.at ?? reader.at;
  const words: Operand[] = [];
  for (let token = reader.tokens[reader.next]; token !== undefined; token = reader.tokens[reader.next]) {
    if (token.kind === 'sign' && (token.text === '|' || token.text === ')')) break;
    words.push(readOperand(reader, token));
  }
  if (words.length === 0) throw new TemplateFault('a value or a function is missing here', at);
  return { words, at };
}

function readOperand(reader: TokenReader, token: Token): Operand {
  const { at } = token;
  reader.next += 1;
  switch (token.kind) {
    case 'field':
      return { is: 'chain', from: 'dot', fields: [token.text.slice(1), ...readFields(reader)], at };
    case 'variable':
      return { is: 'chain', from: { variable: token.text }, fields: readFields(reader), at };
    case 'sign': {
      if (token.text === '.') return { is: 'chain', from: 'dot', fields: [], at };
      if (token.text !== '(') throw new TemplateFault(`\`${token.text}\` cannot stand here`, at);
      enter(reader, at);
      const pipe = readPipe(reader);
      reader.depth -= 1;
      if (!isSign(reader, ')')) throw new TemplateFault('this `(` is never closed', at);
      reader.next += 1;
      return { is: 'chain', from: { pipe }, fields: readFields(reader), at };
    }
    default:
      return parseOperandText(token);
  }
}

/** What follows a value with no blank in between. */
function readFields(reader: TokenReader): string[] {
  const fields: string[] = [];
  for (
    let token = reader.tokens[reader.next];
    token?.kind === 'field' && !token.isApart;
    token = reader.tokens[reader.next]
  ) {
    fields.push(token.text.slice(1));
    reader.next += 1;
  }
  return fields;
}
