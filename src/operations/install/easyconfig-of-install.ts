import type { VariantRequest } from '../../easyconfig/variant-changes.ts';
import { isFile } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand, formatLine } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { hasTags } from '../import/import-on-install.ts';
import { prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';

export interface Chosen {
  readonly easyconfig: string;
  /** That is to be made of it, where it has several: of a recipe with tags. */
  readonly version: VariantRequest['version'];
}

/** A tag of a recipe of singularity-hpc; `argument`: what says so. */
export function tagOf(easyconfig: string, tag: string, argument: string): Chosen {
  const place = { line: 1, column: 1, length: argument.length, in: { name: argument, text: argument, isFlag: true } };
  return { easyconfig, version: { value: tag, place } };
}

/**
 * The easyconfig that an installed module was made from, which need not lie along the path: what is said of an install,
 * such as `--rebuild applies it`, holds in any directory. Undefined where no single install is called so.
 * @throws CtinstallError `easyconfig-not-found`, with the copy that was kept, where it is gone
 */
export async function findEasyconfigOfInstall(
  argument: string,
  { settings, context }: { readonly settings: Settings; readonly context: Context },
): Promise<Chosen | undefined> {
  const named = (await readAllRecords(prefixesOf(settings), context)).flatMap(({ installDir, record }) =>
    record !== undefined && [record.moduleName, record.name].includes(argument) ? [{ installDir, record }] : [],
  );
  const [only] = named;
  if (only === undefined || named.length > 1) return undefined;
  const { name, version, fullVersion, moduleName, easyconfig } = only.record;
  if (easyconfig === undefined) return undefined;
  if (await isFile(easyconfig.path)) {
    context.reporter.report({
      event: 'note',
      message: `${argument}: taking ${formatLine(easyconfig.path)}, which ${moduleName} was installed from`,
    });
    return hasTags(easyconfig.path)
      ? tagOf(easyconfig.path, version, argument)
      : { easyconfig: easyconfig.path, version: undefined };
  }
  const file = `${name}-${fullVersion}.yaml`;
  const copy = formatCommand(['cp', joinHost(only.installDir, '.ctinstall', 'easyconfig.yaml'), file]);
  throw new CtinstallError(
    'easyconfig-not-found',
    `the easyconfig that ${moduleName} was installed from is gone: \`${formatLine(easyconfig.path)}\``,
    { hint: `a copy of it was kept: ${copy}; ${formatCommand(['ctinstall', '--rebuild', file])}` },
  );
}
