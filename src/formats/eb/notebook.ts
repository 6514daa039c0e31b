import type { Note } from '../imported.ts';

/** Gathers what a reader must know, while a recipe is read. */
export interface Notebook {
  readonly notes: Note[];
  readonly replaced: string[];
  readonly say: (line: number | undefined, message: string) => undefined;
}

export function openNotebook(): Notebook {
  const notes: Note[] = [];
  return {
    notes,
    replaced: [],
    say: (line, message) => {
      notes.push({ line, message });
      return undefined;
    },
  };
}
