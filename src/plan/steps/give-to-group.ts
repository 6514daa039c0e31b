import type { StepWords } from './step-words.ts';

/** Changes the group of what the install has written; what arises in its directories later belongs to the group too. */
export interface GiveToGroupStep {
  readonly kind: 'give-to-group';
  readonly group: string;
  /** The tree that is staged, or all that was published. */
  readonly what: 'staged' | 'published';
}

export const giveToGroup: StepWords<GiveToGroupStep> = {
  describe: ({ what, group }) => `give what is ${what} to the group ${group}`,
  isWorthALine: false,
};
