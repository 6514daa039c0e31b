import type { ShpcRecipe } from './recipe.ts';

/** The file that holds a recipe of singularity-hpc. */
export const shpcFile = 'container.yaml';

/** A recipe is called as its directory is; one for a file of its own may lie in a directory of its version. */
export function nameFromPath(path: string, { source }: Pick<ShpcRecipe, 'source'>): string {
  const parts = path.split('/').slice(0, -1);
  const [before = '', last = ''] = parts.slice(-2);
  return source.kind === 'path' && /^v?\d[\w.+-]*$/.test(last) && before !== '' ? before : last;
}
