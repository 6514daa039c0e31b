import { readTextIfThere } from '../../host/files.ts';
import { readFileStates, readTextsIfThere } from '../../host/many-files.ts';
import type { Memory } from '../../host/memory.ts';
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
  { memory, signal }: { readonly memory: Memory | undefined; readonly signal: AbortSignal | undefined },
): Promise<(readonly string[] | undefined)[]> {
  // Many modules may come from one file: it is read once.
  const paths = [...new Set(records.flatMap(({ record }) => record?.easyconfig?.path ?? []))];
  const sums = await readSums(paths, memory, signal);
  return Promise.all(
    records.map(({ installDir, record }) => {
      const sum = sums.get(record?.easyconfig?.path ?? '');
      if (record?.easyconfig === undefined || sum === undefined) return undefined;
      const { path, sha256, recipeSha256 } = record.easyconfig;
      if (sum === sha256 || sum === recipeSha256) return undefined;
      const kept = joinHost(installDir, '.ctinstall', 'easyconfig.yaml');
      return compare(kept, hostPath(path), { sha256, record });
    }),
  );
}

/** The SHA-256 of the text of each file that can be read. */
async function readSums(
  paths: readonly string[],
  memory: Memory | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const states = memory === undefined ? [] : await readFileStates(paths, signal);
  const sums = new Map<string, string>();
  for (const [at, path] of paths.entries()) {
    const state = states[at];
    const sum = state?.isFile === true ? memory?.recall(path, state) : undefined;
    if (typeof sum === 'string') sums.set(path, sum);
  }
  const unknown = paths.filter((path) => !sums.has(path));
  const texts = await readTextsIfThere(unknown, signal);
  for (const [at, path] of unknown.entries()) {
    const text = texts[at];
    if (typeof text !== 'string') continue;
    const sum = sha256Of(text);
    sums.set(path, sum);
    const state = states[paths.indexOf(path)];
    if (state?.isFile === true) memory?.note(path, state, sum);
  }
  return sums;
}

async function compare(
  keptPath: string,
  path: HostPath,
  { sha256, record }: { sha256: string; record: InstallRecord },
): Promise<readonly string[] | undefined> {
  const written = await readTextIfThere(path).catch(() => undefined);
  if (written === undefined) return undefined;
  const text = await asInstalled({ path, text: written }, record);
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
