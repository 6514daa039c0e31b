import { type HostPath, joinHost } from '../lib/paths.ts';
import type { Plan } from '../plan/types.ts';
import type { Measured } from './types.ts';

/** The text of the modulefile that a plan writes. */
export function modulefileOf({ steps }: Plan): string | undefined {
  return steps.find((step) => step.kind === 'write-modulefile')?.content;
}

/** Where the log of an install waits for the modulefile. */
export function retiredLog({ retired }: Plan): HostPath {
  return joinHost(retired, 'install.log');
}

/** Images of an earlier install that the plan leaves under their own names. */
export function keptImagesOf({ steps }: Plan): readonly string[] {
  return steps.find((step) => step.kind === 'write-record')?.record.retired ?? [];
}

/** Files of an earlier install that the plan removes, those included that may be made anew. */
export function leftoversOf({ steps }: Plan): readonly string[] {
  return steps.find((step) => step.kind === 'remove-leftovers')?.files ?? [];
}

/** Which wrappers there are is known only once the image is: what a plan would remove may have been made anew. */
export function notMade(leftovers: readonly string[], { files }: Measured): string[] {
  const made = new Set(files.map(({ path }) => path));
  return leftovers.filter((path) => !made.has(path));
}
