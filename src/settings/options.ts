import * as z from 'zod';
import { describeBadBindPath, describeBadContainerPath, groupPattern, imageModes } from '../easyconfig/rules.ts';

/*
 * The one table of options: each row is a key of the settings file, and says which environment variable and which flag
 * set it too, how layers come together, and what it means.
 */

const path = z.string().min(1, 'must not be empty');
const paths = z.array(path);

function sitePath(describeBad: (value: string) => string | undefined) {
  return z.string().superRefine((value, context) => {
    const bad = describeBad(value);
    if (bad !== undefined) context.addIssue({ code: 'custom', message: `\`${value}\` ${bad}` });
  });
}

const siteBind = z.union([
  sitePath(describeBadContainerPath),
  z.strictObject({
    host: sitePath(describeBadBindPath),
    container: sitePath(describeBadContainerPath).optional(),
    access: z.enum(['ro', 'rw']).optional(),
    optional: z.boolean().optional(),
  }),
]);

export const optionTable = {
  site: {
    schema: z.string().regex(/^[a-z][a-z0-9-]*$/, 'is not the name of a site preset'),
    environment: 'CTINSTALL_SITE',
    flag: undefined,
    merge: 'replace',
    help: 'site preset that gives the defaults of a machine',
  },
  prefix: {
    schema: path,
    environment: 'CTINSTALL_PREFIX',
    flag: '--prefix <dir>',
    merge: 'replace',
    help: 'root under which software and modules are installed',
  },
  easyconfigs: {
    schema: paths,
    environment: 'CTINSTALL_EASYCONFIGS',
    flag: '--easyconfigs <dirs>',
    merge: 'prepend',
    help: 'directories to look for easyconfigs in, after the current one',
  },
  image_dirs: {
    schema: paths,
    environment: 'CTINSTALL_IMAGE_DIRS',
    flag: '--image-dir <dirs>',
    merge: 'prepend',
    help: 'directories to look for images in; also where the module looks when its own copy is gone',
  },
  runtime: {
    schema: z.string().min(1, 'must not be empty'),
    environment: 'CTINSTALL_RUNTIME',
    flag: '--runtime <program>',
    merge: 'replace',
    help: 'container runtime: `singularity`, `apptainer` or a path',
  },
  enforce_checksums: {
    schema: z.boolean(),
    environment: 'CTINSTALL_ENFORCE_CHECKSUMS',
    flag: '--enforce-checksums',
    merge: 'replace',
    help: 'refuse easyconfigs that give no SHA-256 of their image',
  },
  verify: {
    schema: z.enum(['signed', 'none']),
    environment: 'CTINSTALL_VERIFY',
    flag: undefined,
    merge: 'replace',
    help: '`signed` refuses images without a valid signature; `none` asks for it only where an easyconfig does',
  },
  image_mode: {
    schema: z.enum(imageModes),
    environment: 'CTINSTALL_IMAGE_MODE',
    flag: '--image-mode <mode>',
    merge: 'replace',
    help: '`copy`: each install has its own image; `link`: a link to the central one; `central`: no file at all',
  },
  squashfs_processors: {
    schema: z.int('must be a whole number').min(0, 'must be at least 0').max(4096, 'must be at most 4096'),
    environment: 'CTINSTALL_SQUASHFS_PROCESSORS',
    flag: undefined,
    merge: 'replace',
    help: 'processors that packing may use; 0 for all that are granted',
  },
  bind_groups: {
    schema: z.record(z.string().regex(groupPattern, 'is not a valid name of a bind group'), z.array(siteBind)),
    environment: 'CTINSTALL_BIND_GROUPS',
    flag: undefined,
    merge: 'by-key',
    help: 'what `site: <group>` in an easyconfig stands for on this machine',
  },
} as const satisfies Readonly<Record<string, Option>>;

export interface Option {
  readonly schema: z.ZodType;
  readonly environment: string | undefined;
  readonly flag: string | undefined;
  /** `replace`: the strongest layer counts; `prepend`: lists add up, the strongest first; `by-key`: maps add up. */
  readonly merge: 'replace' | 'prepend' | 'by-key';
  readonly help: string;
}

export type OptionKey = keyof typeof optionTable;
export type SettingsValues = { -readonly [Key in OptionKey]?: z.infer<(typeof optionTable)[Key]['schema']> };

export const optionKeys = Object.keys(optionTable) as OptionKey[];

export const settingsSchema = z.strictObject(
  Object.fromEntries(optionKeys.map((key) => [key, optionTable[key].schema.optional()])),
);
