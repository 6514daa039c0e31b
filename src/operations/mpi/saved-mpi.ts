import { readTextIfThere } from '../../host/files.ts';
import { replaceFile } from '../../host/replace-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { parseSavedMpi, renderSavedMpi, type SavedMpi, savedMpiFile } from '../../mpi/saved-mpi.ts';
import { settingsPlaces } from '../../settings/files.ts';
import type { Context } from '../context.ts';

/** What was kept of this machine's MPI, part by part: the user's own, or else the site's. */
export async function readSavedMpi(context: Context): Promise<SavedMpi> {
  const { siteFile, userFile } = settingsPlaces(context);
  const [site, user] = await Promise.all([siteFile, userFile].map(readBeside));
  return { ...site, ...user };
}

/** Keeps a part of it beside the user's settings, or the site's; the other parts stay. */
export async function keepSavedMpi(
  part: SavedMpi,
  { isSite }: { readonly isSite: boolean },
  context: Context,
): Promise<HostPath> {
  const { siteFile, userFile } = settingsPlaces(context);
  const settings = isSite ? siteFile : userFile;
  if (settings === undefined)
    throw new CtinstallError(
      'settings-invalid',
      'there is no place for settings of your own: `HOME` names no directory',
    );
  const path = beside(settings);
  await replaceFile(path, renderSavedMpi({ ...(await readBeside(settings)), ...part }));
  return path;
}

async function readBeside(settings: HostPath | undefined): Promise<SavedMpi | undefined> {
  if (settings === undefined) return undefined;
  const text = await readTextIfThere(beside(settings)).catch(() => undefined);
  return text === undefined ? undefined : parseSavedMpi(text);
}

function beside(settings: HostPath): HostPath {
  return hostPath(`../${savedMpiFile}`, settings);
}
