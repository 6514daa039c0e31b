import type { ModulesTool } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Has the language of the modules tool check a modulefile with text of the site's in it. */
export interface CheckModulefileStep {
  readonly kind: 'check-modulefile';
  readonly tool: ModulesTool;
  /** The site's own text, by the setting that it is from. */
  readonly texts: Readonly<Partial<Record<'modulefile_header' | 'modulefile_footer', string>>>;
}

export const checkModulefile: StepWords<CheckModulefileStep> = {
  describe: () => "check the modulefile, with the site's own text in it",
  isWorthALine: false,
};
