import * as z from 'zod';

/** What an image was made of, as `ctinstall build` wrote it into the image. */
export const buildRecord = z.object({
  form: z.literal(1),
  directory: z.string().exactOptional().describe('where in the image the record lies'),
  ctinstall: z.string(),
  mksquashfs: z.string().exactOptional(),
  builder: z.string().exactOptional().describe('which way a definition file was built'),
  base: z.object({ file: z.string(), sha256: z.string().exactOptional() }),
  inputs: z.array(
    z.object({
      kind: z.enum(['files', 'pip', 'conda', 'definition', 'packages']),
      from: z.array(z.string()),
      path: z.string(),
      packages: z.array(z.string()).exactOptional(),
      sha256: z.record(z.string(), z.string()).exactOptional(),
    }),
  ),
});
