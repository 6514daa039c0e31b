import { searchCatalogue } from '../../discover/easyconfig-catalogue.ts';
import { findByFileName } from '../../discover/easyconfigs.ts';
import { resolvePath } from '../../easyconfig/candidates.ts';
import type { EasyconfigSummary } from '../../easyconfig/summarize.ts';
import { lstatIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { compareVersions } from '../../lib/natural-order.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, easyconfigPath } from '../context.ts';
import { hasTags } from '../import/import-on-install.ts';
import { indexPlace } from '../search/index-place.ts';
import { type Chosen, findEasyconfigOfInstall, tagOf } from './easyconfig-of-install.ts';
import { findImageFile, resolveTarget } from './install-target.ts';

/** An easyconfig of a software, as a search knows it. */
export interface Candidate {
  readonly path: HostPath;
  readonly name: string;
  readonly version: string;
  readonly fullVersion: string;
}

interface Where {
  readonly settings: Settings;
  readonly context: Context;
}

/**
 * What an argument stands for that may be the name of a software, `mpi4py`, or of a module, `mpi4py/3.1.6`: the newest
 * easyconfig of it that fits this machine, which is said. All else comes back as it is.
 * @throws CtinstallError why the newest does not fit, where none does
 */
export async function chooseEasyconfig(argument: string, where: Where, hasImage = false): Promise<Chosen> {
  const found = await choose(argument, where, hasImage);
  return typeof found === 'string' ? { easyconfig: found, version: undefined } : found;
}

async function choose(argument: string, where: Where, hasImage: boolean): Promise<string | Chosen> {
  const { context, settings } = where;
  if (/\.ya?ml$/.test(argument) || !/^[A-Za-z0-9][\w.+-]*(\/[\w.+-]+)*$/.test(argument)) return argument;
  const search = { cwd: context.cwd, directories: easyconfigPath(context, settings) };
  const isThere = argument.includes('/')
    ? (await lstatIfThere(resolvePath(argument, context.cwd, context.environment.HOME))) !== undefined
    : (await findByFileName(argument, search)) !== undefined;
  if (isThere) return argument;
  // What a naming scheme puts in front is no part of the easyconfig.
  const [name = '', version] = argument.split('/').slice(argument.split('/').length > 2 ? -2 : 0);
  const ofName = newestFirst(await findCandidates(name, where));
  const candidates = ofName.filter((each) => isOfVersion(each, version));
  const exact = candidates.filter(({ fullVersion }) => fullVersion === version);
  const [first, ...others] = exact.length > 0 ? exact.slice(0, 1) : candidates;
  if (first === undefined) {
    const installed = await findEasyconfigOfInstall(argument, where);
    if (installed !== undefined) return installed;
    const tagged = version === undefined ? undefined : await findTagged(argument, version, ofName);
    if (tagged !== undefined) return tagged;
    if (ofName.length > 0 && version !== undefined) throw noSuchVersion(name, version, ofName);
    return argument;
  }
  return chooseAmong(argument, [first, ...others], { ...where, hasImage });
}

/** A recipe of singularity-hpc is known by its latest tag, and has others. */
async function findTagged(
  argument: string,
  version: string,
  ofName: readonly Candidate[],
): Promise<Chosen | undefined> {
  for (const { path } of ofName) {
    if (!hasTags(path)) continue;
    const { findTagOf } = await import('../import/import-shpc.ts');
    const tag = await findTagOf(path, version);
    if (tag !== undefined) return tagOf(path, tag, argument);
  }
  return undefined;
}

/** How many versions are named. */
const mostNamed = 5;

function noSuchVersion(name: string, version: string, others: readonly Candidate[]): CtinstallError {
  const versions = others.slice(0, mostNamed).map(({ fullVersion }) => `\`${fullVersion}\``);
  const more = others.length > mostNamed ? ', …' : '';
  return new CtinstallError('easyconfig-not-found', `no easyconfig of ${name} has the version \`${version}\``, {
    hint: `there is ${versions.join(', ')}${more}; for another: \`ctinstall --try-version <version> ${name}\``,
  });
}

/** The first that fits, which is said. @throws CtinstallError why the first does not fit, where none does */
export async function chooseAmong(
  argument: string,
  [first, ...others]: readonly [Candidate, ...Candidate[]],
  { hasImage, ...where }: Where & { readonly hasImage: boolean },
): Promise<string> {
  const { reporter } = where.context;
  const note = (message: string): void => reporter.report({ event: 'note', message });
  if (others.length === 0) {
    note(`${argument}: taking ${first.path}`);
    return first.path;
  }
  let fault: CtinstallError | undefined;
  let deprecated: Candidate | undefined;
  for (const candidate of [first, ...others]) {
    const unfit = await whyUnfit(candidate, { ...where, hasImage });
    if (unfit === 'deprecated') deprecated ??= candidate;
    else if (unfit === undefined) {
      note(`${argument}: taking ${candidate.path}, the newest of ${1 + others.length} that fits`);
      return candidate.path;
    } else {
      note(`${argument}: not ${candidate.name}/${candidate.fullVersion}: ${unfit.message}`);
      fault ??= unfit;
    }
  }
  if (deprecated === undefined) throw fault;
  note(`${argument}: taking ${deprecated.path}, which is deprecated, like all that fit`);
  return deprecated.path;
}

/** All easyconfigs that have a word, of each module the first along the path, as for a file name. */
export async function findCandidatesWith(word: string, { settings, context }: Where): Promise<Candidate[]> {
  const directories = easyconfigPath(context, settings);
  const { easyconfigs, keepIndex } = await searchCatalogue(
    { cwd: context.cwd, directories },
    { word, index: await indexPlace(directories, context), signal: context.signal },
  );
  await keepIndex();
  const rankOf = (path: string): number => {
    const at = [context.cwd, ...directories].findIndex((directory) => path.startsWith(`${directory}/`));
    return at < 0 ? directories.length + 1 : at;
  };
  const all = easyconfigs
    .flatMap(({ path, summary }) => (summary === undefined ? [] : [candidateOf(path, summary)]))
    .sort((a, b) => rankOf(a.path) - rankOf(b.path));
  return [...new Map(all.toReversed().map((each) => [`${each.name}/${each.fullVersion}`, each])).values()];
}

/** All easyconfigs of a software; where none has the very name, those that have it in other letters. */
async function findCandidates(name: string, where: Where): Promise<Candidate[]> {
  const all = await findCandidatesWith(name, where);
  const exact = all.filter((each) => each.name === name);
  return exact.length > 0 ? exact : all.filter((each) => each.name.toLowerCase() === name.toLowerCase());
}

function candidateOf(path: HostPath, { name, version, versionsuffix }: EasyconfigSummary): Candidate {
  return { path, name, version, fullVersion: `${version}${versionsuffix}` };
}

type Versioned = Pick<Candidate, 'version' | 'fullVersion'>;

export function newestFirst<Each extends Versioned>(all: readonly Each[]): Each[] {
  return all.toSorted((a, b) => compareByVersion(b, a));
}

/** Older ones come first. */
export function compareByVersion(a: Versioned, b: Versioned): number {
  return compareVersions(a.version, b.version) || compareVersions(a.fullVersion, b.fullVersion);
}

/** `3.1` is also 3.1.6, but not 3.10. */
function isOfVersion({ fullVersion }: Candidate, version: string | undefined): boolean {
  if (version === undefined || fullVersion === version) return true;
  return fullVersion.startsWith(version) && /^[.+_-]/.test(fullVersion.slice(version.length));
}

/** What stands against an easyconfig here. */
async function whyUnfit(
  { path }: Candidate,
  { hasImage, settings, context }: Where & { readonly hasImage: boolean },
): Promise<CtinstallError | 'deprecated' | undefined> {
  const quiet = { ...context, reporter: { report: () => undefined } };
  try {
    const target = await resolveTarget(path, { settings, context: quiet });
    const { image, build } = target.install;
    if (!hasImage && image !== undefined && image.source === undefined && build === undefined)
      await findImageFile(target, { asked: undefined, settings }, quiet);
    return target.loaded.easyconfig.deprecated === undefined ? undefined : 'deprecated';
  } catch (error) {
    if (!(error instanceof CtinstallError) || ['interrupted', 'runtime-missing'].includes(error.code)) throw error;
    return error;
  }
}
