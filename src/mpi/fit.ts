import { chooseLibraries } from './choose-libraries.ts';
import { abiNames, familyNames, isSameAbi, openMpiMajor } from './families.ts';
import { isOfCompiler } from './library-kinds.ts';
import { type Covered, overlayGlibc } from './overlay-glibc.ts';
import type {
  FoundMpi,
  HostFacts,
  HostLibrary,
  HostMpi,
  HostSet,
  ImageMpi,
  LookedAtMpi,
  MpiGlibc,
  RefusedWay,
} from './types.ts';

/** Whether a way does for an image on this machine: with what goes in, or why not. */
export type Fit =
  | {
      readonly kind: 'fit';
      readonly set: HostSet;
      readonly libraries: readonly HostLibrary[];
      /** Files of the host's glibc in place of the image's; none where the image's does. */
      readonly glibc: readonly Covered[];
      readonly why: string;
    }
  | ({ readonly kind: 'unfit' } & Omit<RefusedWay, 'way'>);

function unfit(why: string, hint?: string): Fit {
  return { kind: 'unfit', why, hint };
}

/** The host's MPI in place of the container's. */
export function fitMpi(host: HostFacts, looked: LookedAtMpi, glibc: MpiGlibc = 'image'): Fit {
  const found = requireFound(host.mpi);
  if (found.kind === 'unfit') return found;
  const { mpi } = found;
  const { image } = looked;
  if (image === undefined) return fitMpiOfAny(host, mpi, looked.why);
  const [first] = image.mpis;
  if (first === undefined) return unfit('the image has no MPI that is linked dynamically');
  if (!image.mpis.some((each) => isSameAbi(each.mpi, mpi.name)))
    return unfit(
      `the image has ${familyNames[first.mpi.family]} (${first.name}), and the host ${mpi.product} (${mpi.main.name}): programs linked with the one cannot run with the other`,
      'no bind can help. With `none` the container speaks over its own MPI; Wi4MPI and mpixlate translate from one family to the other',
    );
  const [ours, theirs] = [openMpiMajor(first.file), /^Open MPI (\d+)/.exec(mpi.product)?.[1]];
  if (ours !== undefined && theirs !== undefined && Number(theirs) < ours)
    return unfit(
      `the image has Open MPI ${ours}, and the host ${mpi.product}: programs linked with the newer ask for what the older lacks`,
      `load a module of Open MPI ${ours}, or take \`none\``,
    );
  const lack = describeLack(host, mpi);
  if (lack !== undefined) return lack;
  const why = `${mpi.product} of the host and ${first.name} of the image have ${abiNames[mpi.name.family]}`;
  return fitSet({ set: mpi, why, others: '`libfabric` or `none`' }, image, { host, glibc });
}

/** Libraries of the host with the image's glibc, or where that is too old and it was asked for, with the host's. */
function fitSet(
  { set, why, others }: { readonly set: HostSet; readonly why: string; readonly others: string },
  image: ImageMpi,
  { host, glibc }: { readonly host: HostFacts; readonly glibc: MpiGlibc },
): Fit {
  const chosen = chooseLibraries(set, image);
  if (chosen.kind === 'fit') return { kind: 'fit', set, libraries: chosen.libraries, glibc: [], why };
  const hint = `${others}, or an image that is built on a newer system`;
  if (chosen.lacksGlibc !== true) return unfit(chosen.why, hint);
  if (glibc === 'image')
    return unfit(chosen.why, `\`glibc: overlay\` under \`mpi\` in the easyconfig (docs/mpi.md), ${hint}`);
  const overlay = overlayGlibc(host.glibc, image);
  if (overlay.kind === 'unfit') return unfit(`${chosen.why}, and ${overlay.why}`, hint);
  const again = chooseLibraries(set, { ...image, glibc: overlay.glibc });
  if (again.kind === 'unfit') return unfit(again.why, hint);
  return {
    kind: 'fit',
    set,
    libraries: again.libraries,
    glibc: overlay.files,
    why: `${why}, with glibc ${overlay.glibc} of the host over ${image.glibc} of the image`,
  };
}

/** What of the host's MPI itself is not there. */
function describeLack({ wantsGpu }: HostFacts, mpi: HostMpi): Fit | undefined {
  const [absent] = mpi.missing;
  if (absent !== undefined)
    return unfit(
      `\`${absent.neededBy}\` needs ${absent.name}, which is not found on the host`,
      'load the modules that it was built with, and try again',
    );
  const hasGtl = mpi.libraries.some(({ name }) => name.startsWith('libmpi_gtl_'));
  if (!wantsGpu || !mpi.product.startsWith('Cray') || hasGtl) return undefined;
  return unfit(
    'MPICH_GPU_SUPPORT_ENABLED is 1, and no GTL library (libmpi_gtl_hsa, libmpi_gtl_cuda) was found: the run would end with "GTL library is not linked"',
    'load the craype-accel module of your GPUs, or unset MPICH_GPU_SUPPORT_ENABLED',
  );
}

/** For any container: all that the host's MPI needs goes in, as nobody knows what the container has itself. */
function fitMpiOfAny(host: HostFacts, mpi: HostMpi, notLooked: string | undefined): Fit {
  if (notLooked !== undefined) return unfit(`the image was not looked into: ${notLooked}`);
  const lack = describeLack(host, mpi);
  if (lack !== undefined) return lack;
  const why = `${mpi.product} of the host goes into any container; it does for those whose MPI has ${abiNames[mpi.name.family]}, on a libc that is no older`;
  return { kind: 'fit', set: mpi, libraries: withoutCompilers(mpi), glibc: [], why };
}

/** What each container has of compilers is what its own programs were made with: an older one would break them. */
function withoutCompilers({ libraries }: HostSet): HostLibrary[] {
  return libraries.filter(({ name }) => !isOfCompiler(name));
}

function requireFound(
  mpi: FoundMpi,
): (Extract<FoundMpi, { state: 'found' }> & { kind?: never }) | (Fit & { kind: 'unfit' }) {
  if (mpi.state === 'found') return mpi;
  const why =
    mpi.state === 'missing'
      ? `no MPI was found on the host: tried ${mpi.tried.join(', ')}`
      : `it is not clear which MPI of the host is meant: ${mpi.candidates.join(', ')}`;
  const hint =
    mpi.state === 'missing' ? hintForMissing(mpi.tried) : 'name one: `mpi_library` in the settings, or load its module';
  return { kind: 'unfit', why, hint };
}

/** Where only a library was tried, the settings name it; what the session has does not count then. */
export function hintForMissing([first = '', ...others]: readonly string[]): string {
  return others.length === 0 && first.startsWith('/') && !first.includes(' ')
    ? 'the setting `mpi_library` names it: correct that, or take it out with `ctinstall settings unset mpi_library`'
    : 'load the module of the MPI of this machine';
}

/** The host's libfabric under the container's MPI. */
export function fitLibfabric(host: HostFacts, looked: LookedAtMpi, glibc: MpiGlibc = 'image'): Fit {
  const { libfabric } = host;
  if (libfabric === undefined) return unfit('the host has no libfabric');
  if (looked.image === undefined) return fitLibfabricOfAny(libfabric, looked.why);
  const noUse = describeNoUse(looked.image);
  if (noUse !== undefined) return unfit(noUse);
  const [absent] = libfabric.missing;
  if (absent !== undefined) return unfit(`\`${absent.neededBy}\` needs ${absent.name}, which is not found on the host`);
  const why = "the image's MPI has libfabric, which the host's replaces";
  return fitSet({ set: libfabric, why, others: '`none`' }, looked.image, { host, glibc });
}

function fitLibfabricOfAny(libfabric: HostSet, notLooked: string | undefined): Fit {
  if (notLooked !== undefined) return unfit(`the image was not looked into: ${notLooked}`);
  const [absent] = libfabric.missing;
  if (absent !== undefined) return unfit(`\`${absent.neededBy}\` needs ${absent.name}, which is not found on the host`);
  const why = "the host's libfabric goes into any container; it does for those whose MPI uses libfabric";
  return { kind: 'fit', set: libfabric, libraries: withoutCompilers(libfabric), glibc: [], why };
}

/** Open MPI loads it by a component of its own; all others are linked with it. */
function describeNoUse({ mpis, libraries }: ImageMpi): string | undefined {
  if (mpis.length === 0) return 'the image has no MPI that is linked dynamically';
  const uses = mpis.some(({ elf, mpi }) => elf.needed.includes('libfabric.so.1') || mpi.family === 'openmpi');
  const has = libraries.some(({ name }) => name === 'libfabric.so.1');
  return uses && has ? undefined : "the image's MPI does not use libfabric";
}
