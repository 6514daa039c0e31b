import type { Context } from '../operations/context.ts';

/** What every command gets: what an operation works with, and how to tell what came of it. */
export interface CommandContext extends Context {
  /** The words after `--` of a command that runs another one. */
  readonly commandToRun?: readonly string[] | undefined;
  readonly isJson: boolean;
  /** Whether each step and each part is to be printed, and not only what a person asks for first. */
  readonly isTrace: boolean;
  /** Whether what is written there is coloured. */
  readonly isColoured: { readonly stdout: boolean; readonly stderr: boolean };
  /** What is said when the user asks to stop. */
  readonly onStop: { message: string };
  /** Writes a line of the result to stdout. */
  readonly print: (line: string) => void;
  /** Hands on what another program has said, as it is. */
  readonly write: (piece: string | Uint8Array, to?: 'stdout' | 'stderr') => void;
}
