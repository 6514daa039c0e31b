import { isDirectory, isFile, readTextIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatCommand, formatValue } from '../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { defaultPrefix } from './fold.ts';
import { homeOf } from './home.ts';
import type { Settings } from './types.ts';

/**
 * A prefix in a clone of ctinstall, or in a release of it, would go with it: by `git clean`, or when it is removed to get
 * another one.
 * @throws CtinstallError `settings-invalid`, with how to move what is installed there
 */
export async function refuseCheckout(
  { prefix, origins }: Pick<Settings, 'prefix' | 'origins'>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const checkout = await findCheckout(prefix);
  if (checkout === undefined) return;
  const where = checkout === prefix ? 'is' : 'lies in';
  const home = homeOf(environment);
  const better = home === undefined ? '<dir>' : joinHost(home, defaultPrefix);
  throw new CtinstallError(
    'settings-invalid',
    `the prefix \`${formatValue(prefix)}\` (${origins.prefix.join(', ')}) ${where} a clone of ctinstall itself: whoever cleans or removes that would remove all modules with it`,
    {
      details: (await isDirectory(joinHost(prefix, 'software'))) ? howToMove(prefix, better) : [],
      hint: `choose another with \`--prefix <dir>\`, or for good: ctinstall settings set prefix ${formatCommand([better])}`,
    },
  );
}

function howToMove(from: HostPath, to: string): string[] {
  const parts = ['software', 'modules', '.ctinstall'].map((name) => `${from}/${name}`);
  return [
    '  to take along what is installed there:',
    `    ${formatCommand(['mkdir', '-p', to])} && ${formatCommand(['mv', ...parts, to])}`,
    `    ${formatCommand(['ctinstall', 'regenerate', '--all', '--prefix', to])}`,
  ];
}

/** The directory itself or the nearest one above it that ctinstall lies in. */
async function findCheckout(directory: HostPath): Promise<HostPath | undefined> {
  for (let at = directory; at !== '/'; at = hostPath('..', at)) if (await isCheckout(at)) return at;
  return undefined;
}

async function isCheckout(directory: HostPath): Promise<boolean> {
  if (!(await isFile(joinHost(directory, 'bin', 'ctinstall')))) return false;
  const text = await readTextIfThere(joinHost(directory, 'package.json')).catch(() => undefined);
  return text !== undefined && /"name":\s*"ctinstall"/.test(text);
}
