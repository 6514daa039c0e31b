import * as z from 'zod';

const tracedLibrary = z.object({
  path: z.string(),
  /** The end of the name of the file that it leads to: `0.0.0` of `libucp.so.0.0.0`. */
  version: z.string().optional(),
  buildId: z.string().optional(),
  isLate: z.boolean(),
  isByPath: z.boolean(),
});

export const savedMpiSchema = z.object({
  found: z.object({ path: z.string(), product: z.string(), how: z.string(), tried: z.array(z.string()) }).optional(),
  trace: z
    .object({ command: z.string(), main: z.string(), libraries: z.array(tracedLibrary), files: z.array(z.string()) })
    .optional(),
});
