import { describeImage, describeLabels } from '../../image/describe-image.ts';
import { formatCommand, formatLine } from '../../lib/format.ts';
import type { Shown } from '../../operations/show/show.ts';
import type { CommandContext } from '../command-context.ts';
import { describeResolved } from './describe-resolved.ts';

/** Prints what `ctinstall show` has found. */
export async function printShown(shown: Shown, context: CommandContext): Promise<void> {
  // The text of a modulefile is for a modules tool, whatever prints it.
  if (shown.kind === 'modulefile') context.print(shown.text.trimEnd());
  else if (context.isJson) context.print(await jsonOf(shown));
  else for (const line of linesOf(shown)) context.print(line);
  if (!context.isJson) tell(shown, context);
}

type Told = Exclude<Shown, { kind: 'modulefile' }>;

async function jsonOf(shown: Told): Promise<string> {
  switch (shown.kind) {
    case 'copied':
      return JSON.stringify({ event: 'copied', from: shown.from, to: shown.to });
    case 'image': {
      const { image, metadata, unusable } = shown;
      return JSON.stringify({ ...image, metadata, unusable: unusable?.message ?? null }, undefined, 2);
    }
    case 'module':
      return JSON.stringify({ installDir: shown.installDir, ...shown.record }, undefined, 2);
    case 'easyconfig': {
      const { path, install, image, renderText } = shown;
      const found = { imageFound: image ?? null, modulefileText: await renderText() };
      return JSON.stringify({ easyconfig: path, ...install, ...found }, undefined, 2);
    }
  }
}

function linesOf(shown: Told): string[] {
  switch (shown.kind) {
    case 'copied':
      return [formatLine(`copied ${shown.from} to ${shown.to}`)];
    case 'image': {
      const labels = describeLabels(shown.metadata).trimEnd();
      return [describeImage(shown.image).trimEnd(), ...(labels === '' ? [] : [labels])];
    }
    case 'module': {
      const { installDir, record } = shown;
      return [
        `${record.moduleName}`,
        `  install dir  ${installDir}`,
        `  modulefile   ${record.modulefile}`,
        `  image        ${record.image.file}, ${record.image.how} from ${record.image.source}`,
        `  installed    ${record.installed} by ctinstall ${record.ctinstall}`,
        ...(record.venv === undefined ? [] : [`  venv         ${record.userSoftware}/venv/${record.venv}`]),
        ...record.files.map(({ path }) => `  file         ${path}`),
      ];
    }
    case 'easyconfig': {
      const { path, install, image, modulefile, areBindsHere } = shown;
      const isHere = (index: number): boolean => areBindsHere[index] === true;
      // A value may hold what a terminal obeys.
      return describeResolved(install, modulefile, { easyconfig: path, image: image?.path, isHere }).map((line) =>
        formatLine(line),
      );
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
