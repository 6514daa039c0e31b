import * as z from 'zod';

/* What several outputs hold. */

export const bytes = z.number().describe('bytes');
export const seconds = z.number().describe('seconds');
export const texts = z.array(z.string());
export const textByName = z.record(z.string(), z.string());
/** Not there where there is nothing to say. */
export const maybeText = z.string().optional();

/** A bind of an install: a host path shown in the container. */
export const bind = z.object({
  host: z.string(),
  container: z.string(),
  access: z.enum(['ro', 'rw']),
  imageSource: maybeText.describe('directory in the image file that the host path is'),
  optional: z.boolean(),
  origin: z.string().describe('`easyconfig`, or the site group that named it'),
});

const pathChanges = z.record(z.string(), z.object({ prepend: texts, append: texts }));

export const environment = z.object({
  module: textByName.describe('set outside, by the module'),
  container: textByName.describe('set inside'),
  modulePaths: pathChanges,
  containerPaths: pathChanges,
  defaults: texts.optional().describe('variables of the module that count only where the user has set none'),
  origins: z.record(z.string(), z.object({ origin: z.string(), overruled: maybeText })),
});

export const command = z.object({ command: z.string(), host: z.boolean() });

/** How full the file quota is. */
export const quota = z.object({ used: z.number(), most: z.number(), whose: z.string(), text: z.string() });

/** What `ctinstall new` makes of an image. */
export const draft = z.object({
  name: z.string(),
  version: z.string(),
  versionsuffix: z.string(),
  nameFrom: z.string(),
  versionFrom: z.string(),
  file: z.string(),
  source: maybeText,
  builtFrom: maybeText,
  homepage: maybeText,
  summary: maybeText,
  docurls: texts,
  condaEnvironment: maybeText,
  hasVenv: z.boolean(),
  wrappers: texts,
  extensions: texts,
  sanityCheck: z.string(),
});
