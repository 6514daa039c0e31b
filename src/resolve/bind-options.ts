import type { Bind } from './types.ts';

/** What follows the two paths of a bind where a runtime is told of it: `:ro,image-src=/`; may be empty. */
export function bindOptionsOf({ access, imageSource }: Pick<Bind, 'access' | 'imageSource'>): string {
  const options = [
    ...(access === 'ro' ? ['ro'] : []),
    ...(imageSource === undefined ? [] : [`image-src=${imageSource}`]),
  ];
  return options.length === 0 ? '' : `:${options.join(',')}`;
}
