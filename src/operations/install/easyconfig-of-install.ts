import { isFile } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand, formatLine } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';

/**
 * The easyconfig that an installed module was made from, which need not lie along the path: what is said of an install,
 * such as `--rebuild applies it`, holds in any directory. Undefined where no single install is called so.
 * @throws CtinstallError `easyconfig-not-found`, with the copy that was kept, where it is gone
 */
export async function findEasyconfigOfInstall(
  argument: string,
  { settings, context }: { readonly settings: Settings; readonly context: Context },
): Promise<string | undefined> {
  const named = (await readAllRecords(prefixesOf(settings), context)).flatMap(({ installDir, record }) =>
    record !== undefined && [record.moduleName, record.name].includes(argument) ? [{ installDir, record }] : [],
  );
  const [only] = named;
  if (only === undefined || named.length > 1) return undefined;
  const { name, fullVersion, moduleName, easyconfig } = only.record;
  if (easyconfig === undefined) return undefined;
  if (await isFile(easyconfig.path)) {
    context.reporter.report({
      event: 'note',
      message: `${argument}: taking ${formatLine(easyconfig.path)}, which ${moduleName} was installed from`,
    });
    return easyconfig.path;
  }
  const file = `${name}-${fullVersion}.yaml`;
  const copy = formatCommand(['cp', joinHost(only.installDir, '.ctinstall', 'easyconfig.yaml'), file]);
  throw new CtinstallError(
    'easyconfig-not-found',
    `the easyconfig that ${moduleName} was installed from is gone: \`${formatLine(easyconfig.path)}\``,
    { hint: `a copy of it was kept: ${copy}; ${formatCommand(['ctinstall', '--rebuild', file])}` },
  );
}
