import type { ContentHash } from '../host/copy-file.ts';
import { isDigestForm } from '../host/digest-forms.ts';
import { digestFile, hashFile } from '../host/hash-file.ts';
import { formatLine } from '../lib/format.ts';
import type { HostPath } from '../lib/paths.ts';

/**
 * How the content of a file differs from what was measured at the install; undefined where it does not, or where it was
 * not measured.
 */
export async function compareContent(
  path: HostPath,
  { sha256, digest }: Partial<ContentHash>,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (sha256 !== undefined) {
    const found = await hashFile(path, signal);
    return found === sha256 ? undefined : `has SHA-256 ${found} instead of ${sha256}`;
  }
  if (digest === undefined) return undefined;
  const [form = ''] = digest.split(':');
  if (!isDigestForm(form)) return `was measured in a way that this version does not know: \`${formatLine(form)}\``;
  const found = await digestFile(path, signal, form);
  return found === digest ? undefined : `has digest ${found} instead of ${digest}`;
}
