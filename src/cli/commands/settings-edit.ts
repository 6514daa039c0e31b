import { makeDirectory, readText, readTextIfThere, removeFile, rename } from '../../host/files.ts';
import { replaceFile } from '../../host/replace-file.ts';
import { runInteractive } from '../../host/run-interactive.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { optionKeys, optionTable } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import {
  checkChangedText,
  type EditedFile,
  explainUnwritable,
  openSettingsFile,
  type SettingsFileFlags,
  writeChangedText,
} from './settings-file.ts';

/**
 * Opens a settings file in the user's editor and checks what comes of it. The editor works on a file beside the settings:
 * these change only to what is in order, and an edit with a fault is kept, to go on with the next time.
 */
export async function editSettings(flags: SettingsFileFlags, context: CommandContext): Promise<void> {
  const file = await openSettingsFile(flags, context);
  const directory = hostPath('..', file.path);
  const faulty = joinHost(directory, 'settings-faulty.yaml');
  const draft = joinHost(directory, `settings-edit-${process.pid}.yaml`);
  const kept = await readTextIfThere(faulty);
  const before = kept ?? (file.text === '' ? template(file.isSite) : file.text);
  if (kept !== undefined)
    context.reporter.report({ event: 'note', message: `going on with the edit that was kept in ${faulty}` });
  await explainUnwritable(file, async () => {
    await makeDirectory(directory);
    await replaceFile(draft, before);
  });
  await runEditor(draft, context);
  const text = await readText(draft);
  if (text === before && kept === undefined) {
    await removeFile(draft);
    return context.reporter.report({ event: 'note', message: `${file.path} is as it was` });
  }
  try {
    await take(file, text, context);
  } catch (error) {
    await rename(draft, faulty);
    throw keptError(error, file, faulty);
  }
  for (const path of [draft, faulty]) await removeFile(path);
  context.reporter.report({ event: 'note', message: `wrote ${file.path}` });
}

async function take(file: EditedFile, text: string, context: CommandContext): Promise<void> {
  const { warnings } = await checkChangedText(file, text, context);
  if (((await readTextIfThere(file.path)) ?? '') !== file.text)
    throw new CtinstallError('filesystem', `\`${file.path}\` was changed by somebody else meanwhile`);
  await writeChangedText(file, text, { warnings, context });
}

function keptError(error: unknown, file: EditedFile, faulty: HostPath): unknown {
  if (!(error instanceof CtinstallError)) return error;
  const { code, message, details, hint } = error;
  const again = `ctinstall settings edit${file.isSite ? ' --site' : ''}`;
  // What has the fault is the edit that is kept.
  const name = (text: string): string => text.replaceAll(file.path, faulty);
  return new CtinstallError(code, `${name(message)}; \`${file.path}\` is as it was`, {
    details: [...details.map(name), ...(hint === undefined ? [] : [`  hint: ${hint}`])],
    hint: `your edit is kept in \`${faulty}\`: \`${again}\` goes on with it; to drop it: ${formatCommand(['rm', faulty])}`,
    cause: error,
  });
}

async function runEditor(path: HostPath, { environment }: CommandContext): Promise<void> {
  const editor = environment.VISUAL || environment.EDITOR || 'vi';
  // The variable may hold options and quotes: it is for a shell to read, as other programs do it.
  const status = await runInteractive(['sh', '-c', `${editor} "$@"`, 'editor', path], environment);
  if (status === 0) return;
  await removeFile(path);
  throw new CtinstallError('command-failed', `the editor \`${editor}\` ended with an error; nothing was changed`, {
    hint: 'name another in `VISUAL` or `EDITOR`, or use `ctinstall settings set <key> <value>`',
  });
}

/** What a first edit starts from: every key with what it means. */
function template(isSite: boolean): string {
  const lines = optionKeys.map((key) => `#${key}:  # ${optionTable[key].help}`);
  return `# Settings of ctinstall for ${isSite ? 'all users of this machine' : 'you'}. What holds: ctinstall settings\n${lines.join('\n')}\n`;
}
