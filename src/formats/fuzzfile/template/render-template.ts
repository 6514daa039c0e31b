import type { Issue } from '../../../easyconfig/types.ts';
import { evaluateTemplate } from './evaluate.ts';
import { type Chance, makeFunctions } from './functions.ts';
import { parseTemplate } from './parse-template.ts';
import { TemplateFault } from './types.ts';
import type { TemplateValues } from './values.ts';

/** Whether a text has actions of a template. */
export function hasActions(text: string): boolean {
  return /\{\{/.test(text.replace(/\$\{\{\s*secret\b[^}]*\}\}/g, ''));
}

/** Fills in a template of a Fuzzfile, or says what is wrong with it, and where. */
export function renderTemplate(
  text: string,
  values: TemplateValues,
  chance: Chance,
):
  | { readonly text: string; readonly issues: readonly [] }
  | { readonly text: undefined; readonly issues: readonly Issue[] } {
  try {
    return { text: evaluateTemplate(parseTemplate(text), values, makeFunctions(chance)), issues: [] };
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const before = text.slice(0, error.at);
    const place = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n'), length: 2 };
    return { text: undefined, issues: [{ message: error.message, hint: undefined, place }] };
  }
}
