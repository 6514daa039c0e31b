import type * as z from 'zod';
import { savedMpiSchema } from './saved-mpi-schema.ts';

/** Beside a settings file: what was found when it was kept, and what a traced run loaded. */
export const savedMpiFile = 'mpi.json';

export type SavedMpi = z.infer<typeof savedMpiSchema>;
export type SavedTrace = NonNullable<SavedMpi['trace']>;
export type TracedLibrary = SavedTrace['libraries'][number];

export function renderSavedMpi(saved: SavedMpi): string {
  return `${JSON.stringify(saved, undefined, 2)}\n`;
}

/** Undefined where the text is no such file. */
export function parseSavedMpi(text: string): SavedMpi | undefined {
  try {
    return savedMpiSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
