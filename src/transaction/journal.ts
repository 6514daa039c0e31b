import * as z from 'zod';
import { readTextIfThere, rename, writeFileWhole } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { once } from '../lib/once.ts';
import {
  asPrefix,
  type HostPath,
  hostPath,
  installDirOf,
  isModulefilePlace,
  joinHost,
  oldWorkNameOf,
  workNameOf,
} from '../lib/paths.ts';
import { sha256Of } from '../records/record.ts';

/** Whether a path, taken from a directory, stays below it (symbolic links aside). */
export function isPlainPath(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split('/').includes('..');
}

const relativePath = z.string().refine(isPlainPath);

const journalSchema = once(() =>
  z.object({
    installDir: z.string(),
    modulefile: z.string(),
    hadModulefile: z.boolean(),
    /** Whether the install dir was there before. */
    hadInstallDir: z.boolean(),
    /** Paths below the install dir that replace a file there. */
    replaced: z.array(relativePath),
    /** Paths below the install dir, files or whole directories, that were not there. */
    added: z.array(relativePath),
    /** What of that, or of an install dir that was not there, is user software: each path, parents before children. */
    userSoftware: z.array(relativePath).optional(),
    /** Of the modulefile that will be written: once it is in place, there is no way back. */
    modulefileSha256: z.string().optional(),
    /** Files of the earlier install that go once there is no way back. */
    leftovers: z.array(relativePath),
    /** Whether the install is being removed; the last of the leftovers is its record then. */
    isUninstall: z.boolean().optional(),
  }),
);

/** What a publish or an uninstall changes, written before it does. */
export type Journal = z.infer<ReturnType<typeof journalSchema>>;

/** The replaced modulefile, in the retired directory. */
export const retiredModulefile = 'modulefile';

const journalName = 'journal.json';
const committedName = 'committed.json';

export async function writeJournal(retired: HostPath, journal: Journal): Promise<void> {
  // One that could not be read again would leave no way back.
  journalSchema().parse(journal);
  await writeFileWhole(joinHost(retired, journalName), `${JSON.stringify(journal)}\n`, 0o644);
}

/** Says that the new modulefile is in place, or the old one gone for good: what is left to do is clearing up. */
export async function commitPublish(retired: HostPath): Promise<void> {
  await rename(joinHost(retired, journalName), joinHost(retired, committedName));
}

/**
 * The journal in a retired directory, or undefined.
 * @throws CtinstallError where it is damaged or tells of another install: what was replaced stays where it is
 */
export async function readJournal(retired: HostPath): Promise<{ journal: Journal; isCommitted: boolean } | undefined> {
  const committed = await readTextIfThere(joinHost(retired, committedName));
  const text = committed ?? (await readTextIfThere(joinHost(retired, journalName)));
  if (text === undefined) return undefined;
  const journal = parseJournal(text);
  if (journal === undefined || !isOfRetired(journal, retired))
    throw new CtinstallError(
      'filesystem',
      `the journal in \`${retired}\` is damaged: what an earlier run replaced cannot be put back`,
      {
        hint: 'move that directory aside (it holds the replaced files), then run again with `--rebuild`',
      },
    );
  return { journal, isCommitted: committed !== undefined || (await hasNewModulefile(journal)) };
}

function parseJournal(text: string): Journal | undefined {
  try {
    return journalSchema().parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** `<prefix>/.ctinstall/retired/<name>@<full version>` belongs to one install dir and one modulefile, and a journal to it. */
function isOfRetired({ installDir, modulefile }: Journal, retired: HostPath): boolean {
  const prefix = asPrefix(hostPath('../../..', retired));
  const [name = '', fullVersion = ''] = installDir.split('/').slice(-2);
  return (
    [workNameOf, oldWorkNameOf].some((nameOf) => retired.endsWith(`/${nameOf(name, fullVersion)}`)) &&
    installDir === installDirOf(prefix, name, fullVersion) &&
    isModulefilePlace(modulefile, prefix, name, fullVersion)
  );
}

/** Killed after the modulefile was written and before that was noted: a first install, where nothing else tells. */
async function hasNewModulefile({ modulefile, modulefileSha256, hadModulefile }: Journal): Promise<boolean> {
  if (hadModulefile || modulefileSha256 === undefined) return false;
  const text = await readTextIfThere(modulefile);
  return text !== undefined && sha256Of(text) === modulefileSha256;
}
