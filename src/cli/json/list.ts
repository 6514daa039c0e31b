import * as z from 'zod';
import { imageStates } from '../../operations/installed/image-states.ts';
import { softwareForms } from '../../operations/installed/user-software-states.ts';

/** What `ctinstall list --json` prints: a row for each install, also for one whose record cannot be read. */
export const listDocument = z.array(
  z.object({
    module: z.string().describe('what `module load` takes'),
    name: z.string().nullable(),
    version: z.string().nullable().describe('with its suffix'),
    prefix: z.string(),
    installDir: z.string(),
    installed: z.string().nullable().describe('when, as ISO 8601 in UTC'),
    isDefault: z.boolean().nullable().describe('whether it was chosen with --default'),
    isLoaded: z.boolean().nullable().describe('in this session'),
    isHidden: z.boolean().nullable().describe('whether `module avail` leaves it out'),
    hiddenBy: z.string().nullable().describe('the prefix whose module of this name is loaded in its place'),
    image: z
      .object({
        file: z.string(),
        size: z.number().describe('bytes'),
        state: z.enum(imageStates).describe('gone: neither the install nor an image directory has it'),
      })
      .nullable()
      .describe('null for a module of `image: none`'),
    differs: z
      .array(z.string())
      .nullable()
      .describe(
        'fields in which the easyconfig has changed since; empty: it is not known in which; null: in none, as far as is known',
      ),
    userSoftware: z
      .object({
        form: z.enum(softwareForms),
        size: z.number().nullable().describe('bytes; of a directory only with --size'),
      })
      .nullable(),
    fault: z.string().nullable().describe('why the record cannot be read; what it would have told is null'),
  }),
);
