import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import type { WrittenTask } from './schema.ts';

/** In the place of a name that has not the form of one: that is said already. */
export const noName = '';

/** Tells of a fault at a path of the file. */
export type AddIssue = (
  path: readonly PropertyKey[],
  message: string,
  more?: { hint?: string | undefined; which?: 'key' | 'value' },
) => void;

/** @param path of the map of mounts */
export function checkMounts(
  mounts: WrittenTask['mounts'],
  path: readonly PropertyKey[],
  { volumes, add }: { readonly volumes: readonly string[]; readonly add: AddIssue },
): void {
  const places = new Map<string, string>();
  for (const [key, mount] of Object.entries(mounts ?? {})) {
    const isByPath = key.startsWith('/');
    const written = typeof mount === 'string' ? { volume: mount } : (mount as { volume?: string; location?: string });
    const volume = isByPath ? written.volume : key;
    const place = isByPath ? key : written.location;
    if (volume === undefined || place === undefined) {
      add([...path, key], isByPath ? 'the volume is not named' : 'where it is mounted is not said', {
        hint: isByPath
          ? `write \`${formatValue(key)}: { volume: NAME }\``
          : `write \`${formatValue(key)}: { location: /path }\`, or \`/path: ${formatValue(key)}\``,
      });
      continue;
    }
    if (isByPath && (/[,:\\"]|(^|\/)\.\.(\/|$)/.test(key) || /\p{Cc}/u.test(key)))
      add([...path, key], `\`${formatValue(key)}\` cannot be a path in the container`, { which: 'key' });
    checkPlace(place, [...path, key], add);
    if (!volumes.includes(volume))
      add([...path, key], `there is no volume \`${formatValue(volume)}\``, {
        which: isByPath ? 'value' : 'key',
        hint:
          didYouMean(volume, volumes) ??
          (volumes.length > 0 ? `there are: ${volumes.map(formatValue).join(', ')}` : 'add it to `volumes`'),
      });
    const other = places.get(place);
    if (other !== undefined)
      add([...path, key], `\`${formatValue(other)}\` is mounted at \`${formatValue(place)}\` too`, { which: 'key' });
    places.set(place, volume);
  }
}

/** What of a container nothing else can take the place of: in it lie its own files, and what the kernel shows. */
export function checkPlace(place: string, path: readonly PropertyKey[], add: AddIssue): void {
  const parts = place.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || (parts.length === 1 && ['dev', 'proc', 'sys'].includes(parts[0] ?? '')))
    add(path, `nothing can be put at \`${formatValue(place)}\`, which the container itself needs`, {
      which: 'key',
      hint: 'such as `/data`',
    });
}

export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
