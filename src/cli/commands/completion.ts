import { readText } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { CommandContext } from '../command-context.ts';

const files: Readonly<Record<string, string>> = { bash: 'ctinstall.bash', zsh: '_ctinstall', fish: 'ctinstall.fish' };

/** Prints the script that a shell reads. @throws CtinstallError `usage` for another shell */
export async function completion(shell: string, { toolDir, print }: CommandContext): Promise<void> {
  const file = Object.hasOwn(files, shell) ? files[shell] : undefined;
  if (file === undefined)
    throw new CtinstallError('usage', `there is no completion for \`${formatValue(shell)}\``, {
      hint: 'there is one for `bash`, `zsh` and `fish`',
    });
  print((await readText(joinHost(toolDir, 'completions', file))).trimEnd());
}
