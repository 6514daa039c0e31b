import { describeImage, describeLabels } from '../../image/describe-image.ts';
import { formatCommand, formatLine } from '../../lib/format.ts';
import type { Shown } from '../../operations/show/show.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument, printEvent } from '../json/print.ts';
import { describeBuild } from './describe-build.ts';
import { describeFound } from './describe-found.ts';
import { describeModule } from './describe-module.ts';
import { describeResolved } from './describe-resolved.ts';
import { summarizeResolved } from './summarize-resolved.ts';

/** Prints what `ctinstall show` has found. */
export async function printShown(shown: Shown, context: CommandContext): Promise<void> {
  // The text of a modulefile is for a modules tool, whatever prints it.
  if (shown.kind === 'modulefile' || shown.kind === 'resolved') context.print(shown.text.trimEnd());
  else if (context.isJson) await printJson(shown, context);
  else for (const line of linesOf(shown, context)) context.print(line);
  if (!context.isJson) tell(shown, context);
}

type Told = Exclude<Shown, { kind: 'modulefile' | 'resolved' }>;

async function printJson(shown: Told, context: CommandContext): Promise<void> {
  switch (shown.kind) {
    case 'copied':
      return printEvent('copied', { event: 'copied', from: shown.from, to: shown.to }, context);
    case 'image': {
      const { image, metadata, unusable, found, built } = shown;
      const inside = found === undefined ? null : { draft: found.draft, inside: found.facts.inside ?? null };
      const rest = { metadata, built, found: inside, unusable: unusable?.message ?? null };
      return printDocument('show', { ...image, ...rest }, context);
    }
    case 'module':
      return printDocument('show', { installDir: shown.installDir, ...shown.record }, context);
    case 'easyconfig': {
      const { path, install, image, renderText } = shown;
      const found = { imageFound: image ?? null, modulefileText: await renderText() };
      return printDocument('show', { easyconfig: path, ...install, ...found }, context);
    }
  }
}

function linesOf(shown: Told, { isTrace }: CommandContext): string[] {
  switch (shown.kind) {
    case 'copied':
      return [formatLine(`copied ${shown.from} to ${shown.to}`)];
    case 'image': {
      const built = describeBuild(shown.built, shown.image);
      if (shown.found !== undefined) return [...describeFound(shown, shown.found), ...built];
      const labels = describeLabels(shown.metadata).trimEnd();
      return [describeImage(shown.image).trimEnd(), ...(labels === '' ? [] : [labels]), ...built];
    }
    case 'module':
      return describeModule(shown, isTrace);
    case 'easyconfig': {
      const { path, install, image, mpi, modulefile, areBindsHere } = shown;
      const isHere = (index: number): boolean => areBindsHere[index] === true;
      // A value may hold what a terminal obeys.
      const describe = isTrace ? describeResolved : summarizeResolved;
      return describe(install, modulefile, { easyconfig: path, image: image?.path, mpi, isHere }).map(formatLine);
    }
  }
}

function tell(shown: Shown, { reporter }: CommandContext): void {
  if (shown.kind === 'image' && shown.unusable !== undefined)
    reporter.report({ event: 'warning', message: shown.unusable.message, hint: shown.unusable.hint });
  if (shown.kind !== 'copied') return;
  const command = formatCommand([`./${shown.name}`]);
  reporter.report({
    event: 'note',
    message: `Edit it (another \`versionsuffix\` makes another module, beside that of the original), then:\nctinstall --dry-run ${command}\nctinstall ${command}`,
  });
}
