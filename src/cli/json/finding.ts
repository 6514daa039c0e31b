import * as z from 'zod';
import { texts } from './values.ts';

/** Something of this machine that was looked for. */
export const finding = z.object({
  what: z.string(),
  state: z.enum(['found', 'missing', 'ambiguous', 'unusable']),
  value: z.string().nullable(),
  tried: texts,
  hint: z.string().nullable(),
  stopsInstalls: z.boolean(),
});
