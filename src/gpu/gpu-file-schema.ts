import * as z from 'zod';

const version = z.string().regex(/^\d[\d.]*$/);

export const imageGpuSchema = z.object({
  cuda: version.optional(),
  hasForwardCompatibility: z.boolean().optional(),
  rocm: version.optional(),
});
