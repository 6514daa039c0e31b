import { type Extended, findExtended, mayExtend, mergeChain, type NamedText } from '../easyconfig/extend.ts';
import type { Issue, Place } from '../easyconfig/types.ts';
import { isFile } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine } from '../lib/format.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import { readEasyconfig } from './read-easyconfig.ts';

/** Files that extend one another in a row. */
const mostFiles = 8;

/**
 * What an easyconfig says together with the files that it extends, which lie beside it; undefined for one that extends none. Any
 * fault has its place in the file that it is in.
 */
export async function readExtended(path: HostPath, text: string): Promise<Extended | undefined> {
  if (!mayExtend(text)) return undefined;
  const chain: [NamedText, ...NamedText[]] = [{ path, text }];
  const paths = [path];
  for (;;) {
    const last = chain.at(-1) ?? chain[0];
    const at = paths.at(-1) ?? path;
    const placeIn = (place: Place): Place =>
      chain.length === 1 ? place : { ...place, in: { name: last.path, text: last.text, isFlag: false } };
    const found = findExtended(last.text);
    if (found.issue !== undefined) return refuse({ ...found.issue, place: placeIn(found.issue.place) });
    if (found.name === undefined) break;
    const next = hostPath(found.name, hostPath('..', at));
    const place = placeIn(found.place);
    if (paths.includes(next))
      return refuse({ message: `\`${formatLine(found.name)}\` extends itself in the end`, hint: undefined, place });
    if (chain.length === mostFiles)
      return refuse({ message: `more than ${mostFiles} files extend one another`, hint: undefined, place });
    const read = await readBeside(next);
    if (read.text === undefined)
      return refuse({ message: read.fault, hint: 'it is looked for beside this file', place });
    chain.push({ path: next, text: read.text });
    paths.push(next);
  }
  return chain.length === 1 ? undefined : mergeChain(chain);
}

function refuse(issue: Issue): Extended {
  return { text: undefined, issues: [issue] };
}

async function readBeside(path: HostPath): Promise<{ text: string } | { text: undefined; fault: string }> {
  if (!(await isFile(path))) return { text: undefined, fault: `there is no file \`${formatLine(path)}\`` };
  try {
    return { text: await readEasyconfig(path) };
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
    return { text: undefined, fault: error.message };
  }
}
