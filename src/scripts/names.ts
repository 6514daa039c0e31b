import { scriptFiles } from './script-files.ts';

/** Names of the script files that go into a directory of an install. */
export function namesOfScripts(directory: 'bin' | 'runscripts'): string[] {
  return Object.entries(scriptFiles).flatMap(([name, file]) => (file.directory === directory ? [name] : []));
}
