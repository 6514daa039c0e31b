import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { type AddIssue, mapOf } from './rule-parts.ts';
import { parseVolumeUri } from './units.ts';

export interface VolumeRules {
  readonly name: string;
  /** Names of the files of the Fuzzfile. */
  readonly files: readonly string[];
  readonly add: AddIssue;
}

/** Where a volume lies, and what is brought into it and out of it. */
export function checkVolume(written: unknown, rules: VolumeRules): void {
  const { name, add } = rules;
  const volume = mapOf(written);
  const path = ['volumes', name];
  if (/^host$/i.test(String(volume.type)) && volume.path === undefined)
    add([...path, 'type'], 'the path of the directory on the host is missing', { hint: 'add `path: /directory`' });
  if (volume.path !== undefined && !/^host$/i.test(String(volume.type)))
    add([...path, 'path'], '`path` is for `type: HOST` only', { which: 'key' });
  const use = typeof volume.use === 'string' ? volume.use.toLowerCase() : undefined;
  if (use === 'persistent' && volume.name === undefined)
    add([...path, 'use'], 'which persistent volume is meant is not said', { hint: 'add `name: NAME`' });
  if (use === 'persistent' && !/^[\w-][\w.-]*$/.test(String(volume.name ?? 'x')))
    add([...path, 'name'], `\`${formatValue(String(volume.name))}\` is no name of a volume`);
  for (const way of ['ingress', 'egress'] as const) {
    const transfers: unknown = volume[way];
    if (!Array.isArray(transfers)) continue;
    for (const [index, transfer] of transfers.entries())
      checkTransfer(mapOf(transfer), way, [...path, way, index], rules);
  }
}

function checkTransfer(
  transfer: Readonly<Record<string, unknown>>,
  way: 'ingress' | 'egress',
  path: readonly PropertyKey[],
  { files, add }: VolumeRules,
): void {
  const [here, there] = way === 'ingress' ? (['destination', 'source'] as const) : (['source', 'destination'] as const);
  const { uri: inside } = mapOf(transfer[here]);
  const { uri: outside } = mapOf(transfer[there]);
  if (typeof inside === 'string') {
    const parsed = parseVolumeUri(inside);
    if ('fault' in parsed)
      add([...path, here, 'uri'], `\`${formatValue(inside)}\` ${parsed.fault}`, { hint: 'such as `file://data/a.gz`' });
  }
  if (typeof outside !== 'string') return;
  const file = /^file:\/\/\/?(.*)$/.exec(outside)?.[1];
  if (file !== undefined && way === 'ingress') {
    if (!files.includes(file))
      add([...path, there, 'uri'], `there is no \`${formatValue(file)}\` in \`files\``, {
        hint:
          didYouMean(file, files) ??
          'add it to `files` at the top of the file; what lies on this machine is seen in a volume of `type: HOST`',
      });
    return;
  }
  const schemes = way === 'ingress' ? ['https', 'http', 'ftp', 's3'] : ['s3'];
  if (!new RegExp(`^(${schemes.join('|')})://[^/\\s-][^\\s]*/[^\\s]*$`).test(outside))
    add(
      [...path, there, 'uri'],
      `\`${formatValue(outside)}\` cannot be ${way === 'ingress' ? 'brought' : 'written to'}`,
      {
        hint: `it begins with ${schemes.map((scheme) => `\`${scheme}://\``).join(', ')}, a server or bucket, and a path`,
      },
    );
}
