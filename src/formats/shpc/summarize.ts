import type { SummarizedEasyconfig } from '../../easyconfig/summarize.ts';
import { formatValue } from '../../lib/format.ts';
import { readable } from '../imported.ts';
import { describe } from './convert.ts';
import { nameFromPath } from './name.ts';
import { parseShpc } from './recipe.ts';

/** What a search shows of a recipe of singularity-hpc, and looks in: its registry, description and commands too. */
export function summarizeShpc(path: string, text: string): SummarizedEasyconfig {
  const parsed = parseShpc(text);
  if ('fault' in parsed) return { summary: undefined, fault: `${path}:${parsed.line}: ${parsed.fault}` };
  const { recipe } = parsed;
  const name = nameFromPath(path, recipe);
  const about = describe({ ...recipe, description: readable(recipe.description ?? '') }, name);
  const commands = recipe.aliases.slice(0, mostCommands).map((alias) => alias.name);
  return {
    summary: {
      name,
      version: recipe.latest,
      versionsuffix: '',
      about: formatValue(about.line, 100),
      words: [`${name}/${recipe.latest}`, recipe.source.name, about.text, ...commands]
        .join(' ')
        .replace(/\s+/g, ' ')
        .toLowerCase(),
    },
    fault: undefined,
  };
}

/** There are recipes with hundreds. */
const mostCommands = 60;
