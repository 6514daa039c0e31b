import type { Imported } from '../imported.ts';
import { convertRecipe } from './convert.ts';
import { RecipeFault } from './values.ts';

/** Why a recipe cannot be taken. */
export interface RecipeRefusal {
  readonly line: number;
  readonly message: string;
  readonly hint: string | undefined;
}

/** An easyconfig of an EasyBuild recipe for a container, or why there is none. The recipe is read, not run. */
export function importEb(
  recipe: string,
): { imported: Imported; refusal: undefined } | { imported: undefined; refusal: RecipeRefusal } {
  try {
    return { imported: convertRecipe(recipe), refusal: undefined };
  } catch (error) {
    if (!(error instanceof RecipeFault)) throw error;
    return { imported: undefined, refusal: { line: error.line, message: error.message, hint: error.hint } };
  }
}
