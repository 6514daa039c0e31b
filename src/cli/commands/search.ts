import { listEasyconfigs } from '../../discover/easyconfigs.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type CommandContext, easyconfigPath, readSettingsOf } from '../context.ts';

/** Prints the paths of the easyconfigs in the current directory and along the easyconfig path. */
export async function search(word: string | undefined, flags: SettingsValues, context: CommandContext): Promise<void> {
  const settings = await readSettingsOf(context, flags);
  const paths = (await listEasyconfigs({ cwd: context.cwd, directories: easyconfigPath(context, settings) }))
    .filter((path) => (path.split('/').at(-1) ?? '').toLowerCase().includes((word ?? '').toLowerCase()))
    .sort();
  if (context.isJson) return context.print(JSON.stringify(paths, undefined, 2));
  for (const path of paths) context.print(path);
  if (paths.length === 0)
    context.reporter.report({
      event: 'note',
      message: `no easyconfig${word === undefined ? '' : ` whose name holds \`${word}\``}`,
    });
}
