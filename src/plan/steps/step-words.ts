/** How a kind of step is told of. */
export interface StepWords<Step> {
  /** In one line. */
  readonly describe: (step: Step) => string;
  /** Whether that line is a command of a recipe: shown whole, so that none can hide what it does. */
  readonly isScript?: true;
  /** Whether it is worth a line of its own when it went well: the small ones only fill the screen. */
  readonly isWorthALine: boolean;
}
