import * as z from 'zod';
import { describeBadBindPath, variablePattern } from '../easyconfig/rules.ts';
import { optionSchemas } from './option-schemas.ts';
import { presetName } from './value-schemas.ts';

/*
 * The forms of the three kinds of settings files. All hold options; those of a site may force values, and a preset says
 * how its machine is known.
 */

const { site, ...presetOptions } = Object.fromEntries(
  Object.entries(optionSchemas).map(([key, schema]) => [key, schema.optional()]),
);

const options = { site, ...presetOptions };

const siteOnly = z
  .custom(() => false, 'is for the settings of a site only: a value of your own counts without it')
  .optional();

/** One way to know a machine: all that it names must hold. */
const condition = z
  .strictObject({
    /** Of the whole name or its first part; `*` stands for any characters. */
    hostname: z.string().min(1, 'must not be empty').optional(),
    file: z
      .string()
      .refine((path) => describeBadBindPath(path) === undefined, 'must be an absolute path')
      .optional(),
    /** `NAME`, which must be set, or `NAME=value`. */
    variable: z
      .string()
      .refine(
        (text) => variablePattern.test(text.split('=', 1)[0] ?? ''),
        'must be the name of a variable, such as `NAME` or `NAME=value`',
      )
      .optional(),
  })
  .refine((written) => Object.keys(written).length > 0, 'must name a `hostname`, a `file` or a `variable`');

export type DetectCondition = z.infer<typeof condition>;

/** Any of these will do. */
export const detectSchema = z.array(condition);

export const fileSchemas = {
  user: z.strictObject({ ...options, force: siteOnly }),
  site: z.strictObject({ ...options, force: z.strictObject(options).optional() }),
  preset: z.strictObject({
    ...presetOptions,
    force: z.strictObject(presetOptions).optional(),
    extends: presetName.optional(),
    detect: detectSchema.optional(),
  }),
} as const;

export type SettingsFileKind = keyof typeof fileSchemas;
