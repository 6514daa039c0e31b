import * as z from 'zod';
import { describeBadRecipeSource, isOfLayers, schemeOf } from './image-source.ts';
import { describeBadRequirement } from './requirements.ts';
import {
  buildWays,
  describeBadContainerPath,
  describeBadLocalFile,
  describeBadVariableValue,
  packagePattern,
  sha256Pattern,
  variablePattern,
} from './rules.ts';
import { list, matching, ruled, templated } from './schema-parts.ts';

const localFile = (hint: string) => ruled(templated, describeBadLocalFile, hint);

/** What the image is made of, where the install makes it: named as the flags of `ctinstall build`. */
export const imageBuild = z
  .strictObject({
    base: ruled(templated, describeBadBase, 'such as `python-3.12.sif`, or `docker://…`').optional(),
    base_sha256: matching(sha256Pattern, 'SHA-256', '64 lower-case hex digits, as `sha256sum` prints').optional(),
    conda: localFile('such as `environment.yml`').optional(),
    pip: z
      .union([
        list(ruled(templated, describeBadRequirement, 'such as `numpy==2.1`')),
        localFile('a file beside the easyconfig, or a list: `[numpy==2.1]`'),
      ])
      .optional(),
    wheels: localFile('a directory beside the easyconfig').optional(),
    files: list(
      z.strictObject({
        from: localFile('a directory beside the easyconfig'),
        to: ruled(templated, describeBadContainerPath, 'its place in the image, such as `/data`').optional(),
      }),
    ).optional(),
    packages: list(matching(packagePattern, 'name of a package', 'such as `libgl1`')).optional(),
    definition: localFile('such as `mytool.def`').optional(),
    build_args: z
      .record(
        matching(variablePattern, 'name of a variable', 'letters, digits and `_`, not beginning with a digit'),
        ruled(templated, describeBadVariableValue),
      )
      .optional(),
    way: z.enum(buildWays).optional(),
  })
  .superRefine(checkBuild);

function describeBadBase(base: string): string | undefined {
  return schemeOf(base) === undefined ? describeBadLocalFile(base) : describeBadRecipeSource(base);
}

type Written = Readonly<Record<string, unknown>>;

const added = ['conda', 'pip', 'files'];

/** What does not go together: each way to make an image has keys of its own. */
function checkBuild(written: Written, context: z.RefinementCtx): void {
  if (context.issues.length > 0) return;
  const has = (key: string): boolean => Object.hasOwn(written, key);
  const refuse = (path: PropertyKey[], message: string, hint?: string): void =>
    context.addIssue({ code: 'custom', path, message, params: { hint, at: 'key' } });
  const [kind, others] = has('definition')
    ? (['definition', ['base', 'base_sha256', ...added, 'wheels', 'packages']] as const)
    : has('packages')
      ? (['packages', [...added, 'wheels', 'build_args']] as const)
      : (['base', ['build_args', 'way']] as const);
  for (const key of others)
    if (has(key))
      refuse(
        [key],
        kind === 'base' ? 'must stand beside `definition` or `packages`' : `must not stand beside \`${kind}\``,
        'build one image, and the other on it',
      );
  if (kind === 'definition') return;
  if (!has('base')) refuse([], 'must have a `base` or a `definition`', 'such as `base: python-3.12.sif`');
  else if (kind === 'base' && !added.some(has))
    refuse([], 'must add something to its base', 'such as `conda: environment.yml`, or `pip: [numpy]`');
  if (typeof written.base === 'string' && has('base_sha256') && isOfLayers(written.base))
    refuse(
      ['base_sha256'],
      'must not stand beside such a `base`, of which a SIF is made here, with another hash each time',
      'name it with its digest: `docker://example.org/python@sha256:…`',
    );
  if (has('wheels') && !has('pip')) refuse(['wheels'], 'must stand beside `pip`');
}

/** An image that is made here comes from nowhere else. */
export function checkBuiltImage(
  { image, build }: { readonly image: object | 'none'; readonly build?: unknown },
  context: z.RefinementCtx,
): void {
  if (build === undefined || context.issues.length > 0) return;
  const refuse = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message });
  if (image === 'none') refuse(['build'], 'must not be there with `image: none`');
  else
    for (const key of ['source', 'directory', 'verify'])
      if (Object.hasOwn(image, key)) refuse(['image', key], 'must not be there with `build`, which makes the image');
}
