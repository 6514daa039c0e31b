import { formatBytes, formatValue } from '../../lib/format.ts';
import type { FoundInImage, ShownImage } from '../../operations/show/show-image.ts';
import { labelled, type Row } from './wrap-list.ts';

/** More of one kind than this are counted. */
const mostNamed = 20;

/** An image as a person wants to know it first: what is in it, and what `ctinstall new` makes of that. */
export function describeFound({ path, image }: ShownImage, found: FoundInImage): string[] {
  const { fileSize } = image;
  const file = path.split('/').at(-1) ?? path;
  const kind = { sif: 'SIF', squashfs: 'squashfs file', ext3: 'ext3 file system' }[image.kind];
  const about = image.kind === 'sif' ? [image.architecture, ...dayOf(image.created)] : [];
  return [
    `${formatValue(file, 255)}: ${[kind, formatBytes(fileSize), ...about].join(', ')}`,
    ...labelled(rowsOf(found)),
    '  --sif shows the tables of the file; `ctinstall new` drafts its easyconfig',
  ];
}

function dayOf(created: number | undefined): string[] {
  return created === undefined ? [] : [`made ${new Date(created * 1000).toISOString().slice(0, 10)}`];
}

function rowsOf({ facts, draft, notLooked }: FoundInImage): Row[] {
  const { inside } = facts;
  const module = `${draft.name}/${draft.version}${draft.versionsuffix}`;
  return [
    ['draft', [`module ${module}`, `name from ${draft.nameFrom}`, `version from ${draft.versionFrom}`]],
    ['about', one(draft.summary)],
    ['homepage', one(draft.homepage)],
    ['built from', one(draft.builtFrom ?? draft.source)],
    ['not looked', one(notLooked)],
    ['system', one(inside?.system)],
    ['python', inside?.python === undefined ? [] : [`${inside.python.version}: ${inside.python.path}`]],
    [
      'conda',
      inside?.conda === undefined
        ? []
        : [inside.conda.root, `environments: ${['base', ...inside.conda.environments].join(' ')}`],
    ],
    ['MPI', one(inside?.mpi)],
    ['CUDA', one(inside?.cuda)],
    ['ROCm', one(inside?.rocm)],
    ['programs', some(inside?.commands ?? [])],
    ['packages', some(inside?.packages ?? [])],
    ['sanity check', [draft.sanityCheck]],
  ];
}

/** Anyone may have written what an image says of itself. */
function one(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : [formatValue(text.trim().split('\n')[0] ?? '', 200)];
}

function some(items: readonly string[]): string[] {
  const named = items.slice(0, mostNamed).map((item) => formatValue(item));
  return items.length > mostNamed ? [...named, `… (${items.length} in all)`] : named;
}
