import { basename, dirname } from 'node:path';
import { discoverImageContents } from '../../discover/image.ts';
import { draftEasyconfig } from '../../easyconfig/draft.ts';
import { cleanName, guessFromFile } from '../../easyconfig/guess-name.ts';
import { type ImageFacts, noFacts } from '../../easyconfig/image-facts.ts';
import { schemeOf } from '../../easyconfig/image-source.ts';
import { isFile } from '../../host/files.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { readBuiltFacts } from '../build/read-record.ts';
import type { Context } from '../context.ts';
import { requireFile } from './list-file.ts';
import { isPackageList, nameOfPackage, splitPip } from './pip-packages.ts';
import type { WrapKind } from './types.ts';

export interface ModuleNamed {
  readonly name: string;
  readonly version: string;
  readonly versionsuffix: string;
}

/** What a module is called of which nobody says it: an image knows, and packages are called something. */
export async function guessName(
  kind: WrapKind,
  words: readonly [string, ...string[]],
  context: Context,
): Promise<Partial<ModuleNamed>> {
  if (kind === 'container') return nameOfImage(words[0], context);
  if (kind === 'directory') return nameOfDirectory(hostPath(words[0], context.cwd));
  if (kind !== 'pip' || !(await isPackageList(words[0], context))) {
    // Else a name would be asked for of what is not there.
    await requireFile(words[0], kind, context);
    return {};
  }
  const names = splitPip(words).packages.map((each) => cleanName(nameOfPackage(each, context.cwd)));
  return { name: [...names.slice(0, mostNames), ...(names.length > mostNames ? ['more'] : [])].join('-') };
}

const mostNames = 3;

/** `/project/prog-2.1`, `/project/prog/2.1`, or `/project/prog` without a version. */
function nameOfDirectory(path: HostPath): Partial<ModuleNamed> {
  const last = basename(path);
  const above = basename(dirname(path));
  const guessed = guessFromFile(/^v?\d/.test(last) && above !== '' ? `${above}:${last}` : last);
  return guessed.version === undefined ? { name: guessed.name } : { ...guessed, version: guessed.version };
}

/** By its file name, its labels or its tag. A version is `1` where none tells: the day it was made would be another each time. */
async function nameOfImage(image: string, { cwd }: Context): Promise<Partial<ModuleNamed>> {
  const known = { ...noFacts, ...(await readFacts(image, hostPath(image, cwd))) };
  const { name, version, versionsuffix } = draftEasyconfig({ ...known, created: undefined });
  return version === '0' ? { name } : { name, version, versionsuffix };
}

async function readFacts(image: string, path: HostPath): Promise<Partial<ImageFacts>> {
  if (schemeOf(image) !== undefined) return { source: image };
  const file = basename(image);
  if (!(await isFile(path))) return { file };
  // What is wrong with it the wrapping tells.
  const read = await discoverImageContents(path).catch(() => undefined);
  const { labels, definition } = read?.metadata ?? {};
  const built = read === undefined ? undefined : await readBuiltFacts(path, read.image);
  return {
    file,
    labels: labels?.kind === 'found' ? labels.value : {},
    definition: definition?.kind === 'found' ? definition.value : undefined,
    built,
  };
}
