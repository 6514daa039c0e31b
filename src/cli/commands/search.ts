import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type CataloguedEasyconfig, searchCatalogue } from '../../discover/easyconfig-catalogue.ts';
import type { IndexPlace } from '../../discover/easyconfig-index.ts';
import { statIfThere } from '../../host/files.ts';
import { formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { easyconfigPath, readSettingsOf } from '../../operations/context.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';

/** More than this hides what was found. */
const mostWarnings = 20;

/**
 * Prints the easyconfigs in the current directory and along the easyconfig path that have a word in their name, version or
 * description, in any case. Those that cannot be read are named, whatever the word: it may be in them.
 */
export async function search(word: string | undefined, flags: SettingsValues, context: CommandContext): Promise<void> {
  const settings = await readSettingsOf(context, flags, { needsPrefix: false });
  const directories = easyconfigPath(context, settings);
  const { easyconfigs, faults, keepIndex } = await searchCatalogue(
    { cwd: context.cwd, directories },
    { word: word ?? '', index: await indexPlace(directories, context), signal: context.signal },
  );
  const found = easyconfigs
    .filter(({ isMatch }) => isMatch)
    .map((easyconfig) => ({ file: basename(easyconfig.path), ...easyconfig }))
    .sort((a, b) => compare(a.file, b.file) || compare(a.path, b.path));
  if (context.isJson) context.print(JSON.stringify(found.map(describe), undefined, 2));
  else {
    const lines = found.flatMap(({ path, summary }) =>
      summary === undefined ? [] : [`${moduleOf(summary)}  ${summary.about}`.trimEnd(), `  ${formatValue(path, 4096)}`],
    );
    if (lines.length > 0) context.print(lines.join('\n'));
  }
  warn([...faults, ...easyconfigs.flatMap(({ fault }) => fault ?? []).sort(compare)], context);
  if (found.length === 0)
    context.reporter.report({
      event: 'note',
      message: word === undefined ? 'no easyconfig' : `no easyconfig has \`${word}\` in its name or description`,
    });
  await keepIndex();
}

/** What `--json` prints of an easyconfig. */
function describe({ path, file, summary, fault }: CataloguedEasyconfig & { file: string }) {
  return {
    ...(summary && {
      module: moduleOf(summary),
      name: summary.name,
      version: summary.version,
      versionsuffix: summary.versionsuffix,
      description: summary.about,
    }),
    file,
    path,
    fault,
  };
}

function warn(faults: readonly string[], { reporter }: CommandContext): void {
  for (const fault of faults.slice(0, mostWarnings))
    reporter.report({ event: 'warning', message: formatValue(fault, 5000) });
  const more = faults.length - mostWarnings;
  if (more > 0)
    reporter.report({
      event: 'warning',
      message: `${more} more ${more === 1 ? 'easyconfig has a fault' : 'easyconfigs have faults'}`,
      hint: 'see all with `ctinstall search --json`',
    });
}

/** One index for each easyconfig path; none where the user has no home. */
async function indexPlace(directories: readonly HostPath[], context: CommandContext): Promise<IndexPlace | undefined> {
  const { HOME: home, XDG_CACHE_HOME: cacheHome } = context.environment;
  const cache = cacheHome?.startsWith('/') ? cacheHome : home?.startsWith('/') ? `${home}/.cache` : undefined;
  if (cache === undefined) return undefined;
  const which = createHash('sha256').update(directories.join('\0')).digest('hex').slice(0, 16);
  const build = await statIfThere(joinHost(context.toolDir, 'dist', 'ctinstall.js'));
  return {
    file: joinHost(hostPath(cache), 'ctinstall', `easyconfigs-${which}.json`),
    tool: `${context.toolVersion} ${build?.mtimeMs}`,
  };
}

function moduleOf({ name, version, versionsuffix }: NonNullable<CataloguedEasyconfig['summary']>): string {
  return `${name}/${version}${versionsuffix}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
