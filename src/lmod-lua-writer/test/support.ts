import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  call,
  concat,
  forEach,
  type LuaBranch,
  type LuaExpression,
  type LuaStatement,
  LuaWriterError,
  type LuaWriterErrorCode,
  list,
  name,
  renderLua,
  run,
  when,
} from '../index.ts';

const lmodInit = process.env.LMOD_INIT ?? '/usr/share/lmod/lmod/init/bash';

/** Up to 400 values: as many as one start of a real program can try at once. */
export function batchOf<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(values, { maxLength: 400, size: 'max' });
}

/** What the real `lua` writes to stdout for a program; a program that fails is a failed test. */
export function runLua(statements: readonly LuaStatement[]): Buffer {
  const source = renderLua(statements);
  const { stdout, stderr, status, error } = spawnSync(process.env.LUA ?? 'lua', ['-'], {
    input: source,
    maxBuffer: 1 << 30,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`lua: ${stderr}\n${source.slice(0, 2000)}`);
  return stdout;
}

/** The type of each expression in the real `lua`, a colon, and what `tostring` gives. */
export function evaluateInLua(expressions: readonly LuaExpression[]): string[] {
  const written = expressions.flatMap((each) => writeOut([concat(call('type', each), ':', call('tostring', each))]));
  return decodeOutput(runLua(written)).map(String);
}

/** Statements that write texts as `<bytes>:<text>`, for `decodeOutput`. */
export function writeOut(texts: readonly LuaExpression[]): LuaStatement[] {
  const each = name('each');
  return [forEach('each', list(...texts), [run(call('io.write', call('string.len', each), ':', each))])];
}

/** The texts that `writeOut` wrote, as bytes. */
export function decodeOutput(output: Buffer): Buffer[] {
  const texts: Buffer[] = [];
  for (let start = 0; start < output.length; ) {
    const colon = output.indexOf(':', start);
    const end = colon + 1 + Number(output.toString('latin1', start, colon));
    texts.push(output.subarray(colon + 1, end));
    start = end;
  }
  return texts;
}

export type Environment = ReadonlyMap<string, string>;

/**
 * Loads a modulefile with the real Lmod in a real bash, then unloads it.
 *
 * @returns the environment, as latin1 text so that no byte is lost, while loaded and afterwards
 */
export function loadModule(
  statements: readonly LuaStatement[],
  before: Record<string, string> = {},
): { loaded: Environment; unloaded: Environment; stderr: string; status: number | null } {
  const directory = mkdtempSync(join(tmpdir(), 'lmod-lua-writer-'));
  try {
    mkdirSync(join(directory, 'modules/fuzz'), { recursive: true });
    writeFileSync(join(directory, 'modules/fuzz/1.0.lua'), renderLua(statements));
    const script = [
      '. "$0" && module use "$HOME/modules" || exit 90',
      'module load fuzz/1.0; status=$?',
      'env -0 > "$HOME/loaded"; module unload fuzz/1.0; env -0 > "$HOME/unloaded"; exit $status',
    ].join('\n');
    const { status, stderr, error } = spawnSync('bash', ['--noprofile', '--norc', '-c', script, lmodInit], {
      env: { ...before, HOME: directory, USER: 'fuzz', PATH: process.env.PATH, LANG: 'C.UTF-8' },
      encoding: 'utf8',
    });
    if (error) throw error;
    return {
      loaded: readEnvironment(join(directory, 'loaded')),
      unloaded: readEnvironment(join(directory, 'unloaded')),
      stderr,
      status,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readEnvironment(file: string): Environment {
  const entries = readFileSync(file, 'latin1').split('\0').slice(0, -1);
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
}

/** A text as `loadModule` gives it. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The code with which something is refused, or undefined if it is not. */
export function refusalOf(action: () => unknown): LuaWriterErrorCode | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(LuaWriterError);
    return error instanceof LuaWriterError ? error.code : undefined;
  }
}

/** A branch of `when`, with the body as arguments of their own. */
export function branchOf(condition: LuaExpression, ...body: readonly LuaStatement[]): LuaBranch {
  return { if: condition, do: body };
}

export function ifTrue(condition: LuaExpression, ...body: readonly LuaStatement[]): LuaStatement {
  return when([branchOf(condition, ...body)]);
}
