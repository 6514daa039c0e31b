import { CtinstallError } from '../../lib/errors.ts';
import { didYouMean, nearestWords } from '../../lib/near.ts';

/** `the actions are …`, with the one before that a word is near to. */
export function hintOfActions(word: string, actions: readonly string[], all: string): string {
  const near = didYouMean(word, actions);
  return near === undefined ? all : `${near} ${all}`;
}

export interface ActionOrModule {
  /** `mpi`. */
  readonly command: string;
  /** What stands where either may stand. */
  readonly word: string | undefined;
  readonly actions: readonly string[];
}

/** Work on a module that is named where an action may stand too: one that is not installed may be an action mistyped. */
export async function orMistypedAction<T>(
  { command, word, actions }: ActionOrModule,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [near] = word === undefined ? [] : nearestWords(word, actions);
    const isOfWord =
      error instanceof CtinstallError && error.code === 'not-installed' && error.message.startsWith(`\`${word}\` `);
    if (near === undefined || !isOfWord) throw error;
    const meant = `did you mean \`ctinstall ${command} ${near}\``;
    const [, module] = /^did you mean (.*)$/s.exec(error.hint ?? '') ?? [];
    const hint = module === undefined ? `${meant}?` : `${meant}, or the module ${module}`;
    throw new CtinstallError(error.code, error.message, { details: error.details, hint });
  }
}
