import { readText } from '../host/files.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import { scriptFiles } from './script-files.ts';

/** The text of every script file that ctinstall ships, by name. */
export async function readScriptTexts(toolDir: HostPath): Promise<Record<string, string>> {
  const texts = await Promise.all(
    Object.keys(scriptFiles).map(
      async (name) => [name, await readText(joinHost(toolDir, 'runscripts', name))] as const,
    ),
  );
  return Object.fromEntries(texts);
}
