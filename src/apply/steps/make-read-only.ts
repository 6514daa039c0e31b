import { lstatIfThere, readText, writeFileWhole } from '../../host/files.ts';
import { changeMode } from '../../host/permissions.ts';
import { joinHost } from '../../lib/paths.ts';
import type { MakeReadOnlyStep } from '../../plan/steps/make-read-only.ts';
import { isUserSoftware } from '../../records/user-software.ts';
import { isPlainPath } from '../../transaction/journal.ts';
import { withoutWriting } from '../../transaction/read-only.ts';
import type { StepDoer } from '../types.ts';

export const makeReadOnly: StepDoer<'make-read-only'> = { apply: closeFiles };

/** Takes the write bits from the files of the record, and says so in it. The directories are closed with the lock. */
async function closeFiles({ root, recordFile }: MakeReadOnlyStep): Promise<void> {
  const file = joinHost(root, recordFile);
  const record: Record<string, unknown> & { files: { path: string; mode: number; link?: string }[] } = JSON.parse(
    await readText(file),
  );
  const files = [];
  for (const each of record.files) {
    const path = joinHost(root, each.path);
    const isOwn = each.link === undefined && isPlainPath(each.path) && !isUserSoftware(each.path);
    const isThere = isOwn && (await lstatIfThere(path))?.isFile() === true;
    files.push(isThere ? { ...each, mode: await changeMode(path, withoutWriting) } : each);
  }
  await writeFileWhole(file, `${JSON.stringify({ ...record, files, readOnly: true }, undefined, 2)}\n`, 0o644);
}
