import type * as z from 'zod';

/** What is run in a container, or is there for what runs in one: it takes an image. */
const ofContainer = ['runscripts', 'wrappers', 'python', 'user_software'] as const;
const commandLists = ['post_install', 'sanity_check_commands'] as const;

type Written = { readonly image: unknown } & {
  readonly [Key in (typeof ofContainer)[number] | 'module_kind']?: unknown;
} & {
  readonly [Key in (typeof commandLists)[number]]?:
    | readonly (string | { readonly host?: boolean | undefined })[]
    | undefined;
};

/** Adds an issue for each field that says nothing in an easyconfig with `image: none`. */
export function checkWithoutImage(written: Written, context: z.RefinementCtx): void {
  if (written.image !== 'none') return;
  const refuse = (path: PropertyKey[], message: string, hint: string): void =>
    context.addIssue({ code: 'custom', path, message, params: { hint } });
  for (const key of ofContainer)
    if (written[key] !== undefined) refuse([key], 'must be left out where there is no image', 'or name the image');
  if (written.module_kind !== undefined)
    refuse(
      ['module_kind'],
      'follows from what a module without an image sets',
      'leave it out: one that binds or sets something in containers is loaded one at a time',
    );
  for (const key of commandLists)
    for (const [index, command] of (written[key] ?? []).entries())
      if (typeof command === 'string' || command.host !== true)
        refuse(
          [key, index],
          'would run in a container, and there is no image',
          'run it on the host: `{ command: …, host: true }`',
        );
}
