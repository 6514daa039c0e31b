import type * as z from 'zod';
import { formatBytes } from '../../lib/format.ts';
import type { Prefix } from '../../lib/paths.ts';
import type { ListedInstall, ListedState } from '../../operations/installed/list-installed.ts';
import type { listDocument } from '../json/list.ts';

const screenWidth = 80;
const gap = '  ';
const indent = '    ';

type Sound = ListedInstall & ListedState;

/**
 * A line for each install, with what is special about it at its end; what has no room there goes to a line of its own, as
 * names and paths may be long.
 */
export function describeList(
  installs: readonly ListedInstall[],
  { prefixes, hasTitles }: { readonly prefixes: readonly Prefix[]; readonly hasTitles: boolean },
): string[] {
  const sound = installs.filter((install): install is Sound => install.fault === undefined);
  if (sound.length === 0) return [];
  const titles = hasTitles ? [['MODULE', 'INSTALLED', 'IMAGE', 'USER SOFTWARE']] : [];
  const cells = [...titles, ...sound.map(cellsOf)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const notes = [...titles.map(() => []), ...sound.map((install) => notesOf(install, prefixes))];
  return cells.flatMap((row, at) => {
    const padded = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const line = padded.filter((cell) => cell !== '').join(gap);
    return withNotes(line, notes[at] ?? []);
  });
}

function cellsOf({ module, record, imageState, userSoftware }: Sound): string[] {
  const size = record.image?.size ?? 0;
  const image = imageState === 'copy' ? `copy ${formatBytes(size)}` : imageState === 'none' ? 'no image' : imageState;
  return [module, record.installed.slice(0, 10), image, describeSoftware(userSoftware)];
}

function describeSoftware({ form, size }: ListedState['userSoftware']): string {
  if (form === 'none') return '';
  return size === undefined ? form : `${form} ${formatBytes(size)}`;
}

function notesOf(
  { record, isDefault, isLoaded, hiddenBy, prefix, imageState, differs }: Sound,
  prefixes: readonly Prefix[],
): string[] {
  return [
    ...(isDefault ? ['default'] : []),
    ...(isLoaded ? ['loaded'] : []),
    ...(record.hidden ? ['hidden'] : []),
    ...(prefix === prefixes[0] ? [] : [`in ${prefix}`]),
    ...(imageState === 'gone' ? ['does not load: --rebuild gets its image'] : []),
    ...(differs === undefined ? [] : describeChange(differs)),
    ...(hiddenBy === undefined ? [] : [`behind the module of that name in ${hiddenBy}`]),
  ];
}

/** What its easyconfig says now and did not say at the install. */
function describeChange(differs: readonly string[]): string[] {
  const what = differs.length === 0 ? 'its easyconfig has changed' : `differs: ${differs.join(', ')}`;
  return [`${what}; --rebuild applies it`];
}

/** What does not fit behind the line comes below it, as many to a line as there is room for. */
function withNotes(line: string, notes: readonly string[]): string[] {
  const last = [line, notes.join(', ')].join(gap).trimEnd();
  if (last.length <= screenWidth) return [last];
  const below: string[] = [];
  for (const note of notes) {
    const longer = below.length === 0 ? undefined : `${below.at(-1)}, ${note}`;
    if (longer !== undefined && longer.length <= screenWidth) below[below.length - 1] = longer;
    else below.push(`${indent}${note}`);
  }
  return [line.trimEnd(), ...below];
}

/** The same for programs: each field is there, so that they need not ask. */
export function listForPrograms(installs: readonly ListedInstall[]): z.infer<typeof listDocument> {
  return installs.map((install) => {
    const { module, prefix, installDir } = install;
    if (install.fault !== undefined) return { ...unknown, module, prefix, installDir, fault: install.fault };
    const { record, isDefault, isLoaded, hiddenBy = null, imageState, userSoftware } = install;
    return {
      module,
      name: record.name,
      version: record.fullVersion,
      prefix,
      installDir,
      installed: record.installed,
      isDefault,
      isLoaded,
      isHidden: record.hidden,
      hiddenBy,
      differs: install.differs === undefined ? null : [...install.differs],
      image:
        record.image === undefined ? null : { file: record.image.file, size: record.image.size, state: imageState },
      userSoftware: { form: userSoftware.form, size: userSoftware.size ?? null },
      fault: null,
    };
  });
}

const unknown = {
  name: null,
  version: null,
  installed: null,
  isDefault: null,
  isLoaded: null,
  isHidden: null,
  hiddenBy: null,
  differs: null,
  image: null,
  userSoftware: null,
};
