import { readTextIfThere } from '../../host/files.ts';
import { readTextsIfThere } from '../../host/many-files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { type InstallRecord, type ReadRecord, sha256Of } from '../../records/record.ts';
import { importForInstall, isOtherRecipe } from '../import/import-on-install.ts';

/**
 * For each install the fields in which the easyconfig that it was made from has changed since; empty where that cannot be
 * said, as `--set` had changed the install itself. Undefined where nothing has changed, or the file is not there any more.
 */
export async function findChanges(
  records: readonly ReadRecord[],
  signal: AbortSignal | undefined,
): Promise<(readonly string[] | undefined)[]> {
  // Many modules may come from one file: it is read once.
  const known = [...new Set(records.flatMap(({ record }) => record?.easyconfig?.path ?? []))];
  const read = await readTextsIfThere(known, signal);
  const files = new Map(
    known.flatMap((path, at) => {
      const text = read[at];
      return typeof text === 'string' ? [[path, { text, sha256: sha256Of(text) }] as const] : [];
    }),
  );
  return Promise.all(
    records.map(({ installDir, record }) => {
      const now = files.get(record?.easyconfig?.path ?? '');
      if (record?.easyconfig === undefined || now === undefined) return undefined;
      const { sha256, path } = record.easyconfig;
      if (now.sha256 === sha256) return undefined;
      const kept = joinHost(installDir, '.ctinstall', 'easyconfig.yaml');
      return compare(kept, { path: hostPath(path), text: now.text }, { sha256, record });
    }),
  );
}

async function compare(
  keptPath: string,
  written: { readonly path: HostPath; readonly text: string },
  { sha256, record }: { sha256: string; record: InstallRecord },
): Promise<readonly string[] | undefined> {
  const text = await asInstalled(written, record);
  if (text === undefined) return [];
  if (sha256Of(text) === sha256) return undefined;
  const kept = await readTextIfThere(keptPath).catch(() => undefined);
  if (kept === undefined || sha256Of(kept) !== sha256) return [];
  // Loaded where something has changed only.
  const [{ parseEasyconfig }, { normalizeEasyconfig }, { differencesOf }] = await Promise.all([
    import('../../easyconfig/parse.ts'),
    import('../../easyconfig/normalize.ts'),
    import('../../easyconfig/differences.ts'),
  ]);
  const { easyconfig } = parseEasyconfig(text);
  if (easyconfig === undefined) return [];
  const now = normalizeEasyconfig(easyconfig);
  // The file may be of another version by now.
  if (now.name !== record.name || now.version !== record.version) return undefined;
  const fields = differencesOf(kept, now, record.image?.sha256);
  return fields?.length === 0 ? undefined : fields;
}

/**
 * What would be installed of a file now: with what it extends, or imported where it is a recipe in another format; undefined
 * where that cannot be said any more. What reads them is loaded for those only.
 */
async function asInstalled(
  { path, text }: { readonly path: HostPath; readonly text: string },
  { version }: InstallRecord,
): Promise<string | undefined> {
  if (isOtherRecipe(path, text))
    return importForInstall(path, text, { version, reporter: silent }).catch((error: unknown) => {
      if (error instanceof CtinstallError) return undefined;
      throw error;
    });
  if (!/^\s*["']?extends["']?\s*:/m.test(text)) return text;
  const { readExtended } = await import('../../discover/read-extended.ts');
  return (await readExtended(path, text))?.text ?? text;
}

/** What an importer says was said at the install. */
const silent = { report: () => undefined };
