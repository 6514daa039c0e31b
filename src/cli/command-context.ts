import type { Context } from '../operations/context.ts';

/** What every command gets: what an operation works with, and how to tell what came of it. */
export interface CommandContext extends Context {
  /** The words after `--` of a command that runs another one. */
  readonly commandToRun?: readonly string[] | undefined;
  readonly isJson: boolean;
  /** Writes a line of the result to stdout. */
  readonly print: (line: string) => void;
}
