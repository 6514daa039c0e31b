import { decodeText } from '../easyconfig/decode.ts';
import { lstatIfThere, statIfThere } from '../host/files.ts';
import { readUpTo } from '../host/read-up-to.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatBytes, formatLine } from '../lib/format.ts';
import type { HostPath } from '../lib/paths.ts';

/** No easyconfig is so large, and YAML of this size takes seconds. */
const mostBytes = 2 ** 20;

/** The text of an easyconfig. @throws CtinstallError `easyconfig-invalid` for what cannot be one, whatever it holds */
export function readEasyconfig(path: HostPath): Promise<string> {
  return readSmallText(path, 'an easyconfig');
}

/** The text of a file that belongs to an easyconfig. @throws CtinstallError `easyconfig-invalid` where it is none */
export function readEasyconfigFile(path: HostPath): Promise<string> {
  return readSmallText(path, 'a file of an easyconfig');
}

async function readSmallText(path: HostPath, what: string): Promise<string> {
  const bytes = await readUpTo(path, mostBytes);
  if (bytes === 'no-file') throw unusable(path, await describeNoFile(path), 'name a file');
  if (bytes === 'too-large')
    throw unusable(path, `has more than ${formatBytes(mostBytes)}, which is too large for ${what}`);
  const decoded = decodeText(bytes);
  if (decoded.text === undefined) throw unusable(path, decoded.fault, decoded.hint);
  return decoded.text;
}

/** Whether something has this name, although no file can be reached by it: it is told what it is, not that it is missing. */
export async function isThereButNoFile(path: HostPath): Promise<boolean> {
  return (await lstatIfThere(path)) !== undefined && (await statIfThere(path))?.isFile() !== true;
}

async function describeNoFile(path: HostPath): Promise<string> {
  const stats = await statIfThere(path);
  if (stats !== undefined) return 'is no regular file';
  return 'is a link to nothing or to itself';
}

function unusable(path: HostPath, what: string, hint?: string): CtinstallError {
  return new CtinstallError('easyconfig-invalid', `\`${formatLine(path)}\` ${what}`, { hint });
}
