import { CtinstallError } from '../../../lib/errors.ts';
import { readGraph } from '../../../operations/workflow/graph.ts';
import type { TemplateOptions } from '../../../operations/workflow/load-fuzzfile.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';
import { printDocument } from '../../json/print.ts';

interface GraphFlags extends TemplateOptions {
  readonly svg?: boolean;
  readonly html?: boolean;
}

/** `ctinstall workflow graph <what>`. */
export async function graph(
  what: string,
  flags: GraphFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  if (flags.svg === true && flags.html === true)
    throw new CtinstallError('usage', '`--svg` and `--html` are two forms: name one');
  const read = await readGraph(what, { ...flags, settings }, context);
  if (context.isJson) printDocument('workflow graph', read, context);
  else if (flags.html === true) context.print((await import('../../words/graph/render-html.ts')).renderHtml(read));
  else if (flags.svg === true) context.print((await import('../../words/graph/render-svg.ts')).renderSvg(read));
  else for (const line of (await import('../../words/graph/render-text.ts')).renderText(read)) context.print(line);
}
