import * as z from 'zod';

/** Beside a settings file: what was found when it was kept, and what a traced run loaded. */
export const savedMpiFile = 'mpi.json';

const tracedLibrary = z.object({
  path: z.string(),
  /** The end of the name of the file that it leads to: `0.0.0` of `libucp.so.0.0.0`. */
  version: z.string().optional(),
  buildId: z.string().optional(),
  isLate: z.boolean(),
  isByPath: z.boolean(),
});

const schema = z.object({
  found: z.object({ path: z.string(), product: z.string(), how: z.string(), tried: z.array(z.string()) }).optional(),
  trace: z
    .object({ command: z.string(), main: z.string(), libraries: z.array(tracedLibrary), files: z.array(z.string()) })
    .optional(),
});

export type SavedMpi = z.infer<typeof schema>;
export type SavedTrace = NonNullable<SavedMpi['trace']>;
export type TracedLibrary = SavedTrace['libraries'][number];

export function renderSavedMpi(saved: SavedMpi): string {
  return `${JSON.stringify(saved, undefined, 2)}\n`;
}

/** Undefined where the text is no such file. */
export function parseSavedMpi(text: string): SavedMpi | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
