import type { WrittenEasyconfig } from '../easyconfig/schema.ts';

/** What an importer makes of a recipe in another format. */
export interface Imported {
  readonly easyconfig: WrittenEasyconfig;
  /** What could not be carried over, or comes out otherwise. */
  readonly notes: readonly Note[];
  /** What ctinstall does in place of the recipe, for people who know that: one line each. */
  readonly replaced: readonly string[];
  /** Lines of the recipe that are for people. */
  readonly remarks: readonly string[];
}

/** Something about a recipe that its reader must know. */
export interface Note {
  /** In the recipe, counted from 1; undefined where it is about all of it. */
  readonly line: number | undefined;
  readonly message: string;
}

/** One line for people. */
export function describeNote({ line, message }: Note): string {
  return line === undefined ? message : `line ${line}: ${message}`;
}

/** Without characters that a terminal obeys and does not show. */
export function readable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/[^\P{Cc}\n\t]|[\p{Cf}]/gu, '');
}
