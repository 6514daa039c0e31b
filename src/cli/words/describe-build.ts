import type { ImageDescription, SifContents } from '../../image/types.ts';
import { formatLine } from '../../lib/format.ts';
import type { BuildRecord } from '../../operations/build/types.ts';

/** More packages than this are counted. */
const mostPackages = 20;

/** What an image says that it was built of, and where it lists what is in it. */
export function describeBuild(records: readonly BuildRecord[], image: ImageDescription | SifContents): string[] {
  const sboms = image.kind === 'sif' ? image.descriptors.filter(({ type }) => type === 'sbom') : [];
  const built = records.flatMap(({ base, inputs, ctinstall, mksquashfs, builder }) => [
    `Built on:   ${base.file}${base.sha256 === undefined ? '' : `, sha256 ${base.sha256}`}`,
    `Built by:   ctinstall ${ctinstall}${mksquashfs === undefined ? '' : `, mksquashfs ${mksquashfs}`}${builder === undefined ? '' : `: ${builder}`}`,
    ...inputs.flatMap(({ kind, path, from, packages = [] }) => [
      `Added:      ${kind} ${path} from ${from.join(', ')}`,
      ...(packages.length === 0 ? [] : [`Packages:   ${shown(packages)}`]),
    ]),
  ]);
  const lists = sboms.map(
    ({ id, name }) => `SBOM:       object ${id}, ${name}: \`singularity sif dump ${id} <image>\` prints it`,
  );
  return [...built, ...lists].map(formatLine);
}

function shown(packages: readonly string[]): string {
  const more = packages.length - mostPackages;
  return `${packages.slice(0, mostPackages).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
