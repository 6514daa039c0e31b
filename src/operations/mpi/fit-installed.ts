import { isFile, readTextIfThere } from '../../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { type KeptMpi, mpiFile, parseMpiFile } from '../../mpi/mpi-file.ts';
import type { WantedMpi } from '../../mpi/types.ts';
import { type InstallRecord, readRecord } from '../../records/record.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { parseLoaded } from '../install/load-easyconfig.ts';
import type { Target } from '../install/types.ts';
import { fitInstall } from './fit-install.ts';

/** What was decided when an install was made, or its modulefile was written anew; undefined where nothing was. */
export async function readKeptMpi(installDir: HostPath): Promise<KeptMpi | undefined> {
  const text = await readTextIfThere(joinHost(installDir, mpiFile));
  return text === undefined ? undefined : parseMpiFile(text);
}

/** Fits an install that is there: what was once asked for by a flag holds until another is given. */
export async function fitInstalled(
  { install, runtime }: Target,
  settings: Settings,
  context: Context,
): Promise<ResolvedInstall> {
  const kept = await readKeptMpi(install.installDir);
  const isAsked = install.mpi?.wanted.origin === '--mpi';
  const wanted =
    kept?.origin === '--mpi' && !isAsked
      ? {
          replace: kept.wanted,
          origin: kept.origin,
          never: install.mpi?.wanted.never ?? [],
          glibc: install.mpi?.wanted.glibc ?? 'image',
        }
      : install.mpi?.wanted;
  if (wanted === undefined) return install;
  const record = (await readRecord(install.installDir))?.record;
  const image = record === undefined ? undefined : await findInstalledImage(install, record);
  // The modules of the MPI need not be loaded again, as long as it is there.
  const before = isAsked || kept?.way !== 'mpi' ? undefined : kept.host?.path;
  const isThere = before !== undefined && (await isFile(before));
  const mpiLibrary = settings.mpiLibrary ?? (isThere ? hostPath(before) : undefined);
  return fitInstall({ ...install, mpi: { wanted, decision: undefined } }, image, {
    places: { settings: { ...settings, mpiLibrary }, runtime: runtime.path },
    context,
  });
}

/** Where its module finds the image. */
export async function findInstalledImage(
  { installDir, centralImages }: { readonly installDir: HostPath; readonly centralImages: readonly HostPath[] },
  { image }: InstallRecord,
): Promise<HostPath | undefined> {
  if (image === undefined) return undefined;
  const found = image.source.startsWith('/') ? [hostPath(image.source)] : [];
  for (const path of [joinHost(installDir, image.file), ...found, ...centralImages])
    if (await isFile(path)) return path;
  return undefined;
}

/** What its easyconfig says of MPI, whichever way is asked for. */
export async function readOwnWishes(installDir: HostPath): Promise<Pick<WantedMpi, 'never' | 'glibc'>> {
  const path = joinHost(installDir, '.ctinstall', 'easyconfig.yaml');
  const text = await readTextIfThere(path);
  const mpi = text === undefined ? undefined : parseLoaded(path, text).easyconfig.mpi;
  return { never: (mpi?.never ?? []).filter((way) => way !== 'none'), glibc: mpi?.glibc ?? 'image' };
}
