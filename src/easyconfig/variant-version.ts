import { formatLine } from '../lib/format.ts';
import type { Change, VariantRequest } from './variant-changes.ts';

/**
 * What trying another version changes: `version`; the old version in `image.file` and `image.source` where it stands there;
 * and the checksum, which is the old image's, goes. What is set by hand too is left to that.
 */
export function changesOfVersion(
  written: unknown,
  { version, changes: others }: VariantRequest,
): { changes: Change[]; notes: string[] } {
  if (version === undefined) return { changes: [], notes: [] };
  const { value, place } = version;
  const old = textAt(written, 'version') ?? wholeNumberAt(written, 'version');
  const image = typeof written === 'object' && written !== null && 'image' in written ? written.image : undefined;
  const changes: Change[] = [{ path: ['version'], value, place }];
  const notes: string[] = [];
  const isSetToo = (key: string): boolean =>
    others.some(({ path: [top, below] }) => top === 'image' && (below ?? key) === key);
  for (const key of ['file', 'source'].filter((name) => !isSetToo(name))) {
    const before = textAt(image, key);
    if (before === undefined || old === undefined) continue;
    const after = before.replaceAll(standingAlone(old), () => value);
    if (after !== before) {
      changes.push({ path: ['image', key], value: after, place });
      notes.push(`\`image.${key}\` is \`${formatLine(after)}\` with version ${formatLine(value)}`);
    } else if (key === 'file' && !before.includes('%(version)s'))
      notes.push(
        `\`image.file\` does not name the version: it stays \`${formatLine(before)}\` with version ${formatLine(value)}`,
      );
  }
  if (textAt(image, 'sha256') !== undefined && !isSetToo('sha256')) {
    changes.push({ path: ['image', 'sha256'], value: null, place });
    notes.push('the checksum of the image is left out: it is that of the other version');
  }
  return { changes, notes };
}

/** A version, but not where it is part of a longer one: `3.1` is in `py-3.1-x`, and not in `py-3.1.6` or `py-13.1`. */
function standingAlone(version: string): RegExp {
  const escaped = version.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![0-9]|[0-9]\\.)${escaped}(?![0-9]|\\.[0-9])`, 'g');
}

function textAt(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const found: unknown = (value as Record<string, unknown>)[key];
  return typeof found === 'string' ? found : undefined;
}

/** `version: 1` */
function wholeNumberAt(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const found: unknown = (value as Record<string, unknown>)[key];
  return Number.isSafeInteger(found) ? String(found) : undefined;
}
