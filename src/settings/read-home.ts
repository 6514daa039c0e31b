import { isDirectory } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import type { Settings } from './types.ts';

/**
 * Why there is no prefix: none is set, and there is no home directory for the default one to lie in. Undefined where there
 * is one.
 */
export async function findPrefixFault(
  { origins }: Pick<Settings, 'origins'>,
  { HOME = '' }: Readonly<Record<string, string | undefined>>,
): Promise<CtinstallError | undefined> {
  if (origins.prefix[0] !== 'default' || (HOME.startsWith('/') && (await isDirectory(HOME)))) return undefined;
  const shown = `\`HOME\`, \`${formatValue(HOME)}\`,`;
  const why =
    HOME === '' ? '`HOME` is not set' : `${shown} is ${HOME.startsWith('/') ? 'no directory' : 'not a full path'}`;
  return new CtinstallError(
    'settings-invalid',
    `no prefix is set, and there is no home directory for the default one: ${why}`,
    { hint: 'name a prefix: `--prefix <dir>`, or `CTINSTALL_PREFIX`' },
  );
}
