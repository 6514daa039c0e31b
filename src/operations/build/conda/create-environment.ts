import { hasTerms } from '../../../conda/channels.ts';
import { renderLock } from '../../../conda/lock.ts';
import { pythonSeries } from '../../../conda/noarch-python.ts';
import type { CondaEnvironment, CondaPackage } from '../../../conda/types.ts';
import { lstatIfThere, makeDirectory, removeTree } from '../../../host/files.ts';
import { withTemporaryDirectory } from '../../../host/temporary.ts';
import { evenDirectories, makeTreeLink } from '../../../host/unpacked-tree.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatLine } from '../../../lib/format.ts';
import { hostPath, joinHost } from '../../../lib/paths.ts';
import { downloadPackages, type FetchedPackage } from './download.ts';
import { evenTime, type Filling, type InstalledPackage, installPackage } from './install-package.ts';
import { readPipLines, readRequest } from './read-request.ts';
import { solveEnvironment } from './solve.ts';
import type { CondaContext, CondaRequest, CondaResult } from './types.ts';
import { unpackPackage } from './unpack.ts';
import { withKept } from './with-kept.ts';
import { writeCondaMeta } from './write-meta.ts';

/**
 * Makes a conda environment without conda: solves, fetches, verifies and unpacks packages. Nothing of them is run. The same
 * packages give the same tree, times included.
 * @throws CtinstallError `conda-invalid`, `conda-unsolvable`, `fetch-failed`, `checksum-mismatch`, `package-invalid`, `interrupted`
 */
export async function createCondaEnvironment(request: CondaRequest, context: CondaContext): Promise<CondaResult> {
  const written = await readRequest(request);
  const pip = await readPipLines(written.pip, request.file);
  const asked = withKept(written, request.kept ?? []);
  if ('wanted' in asked) tellOf(asked, context);
  context.reporter.report({ event: 'working', what: 'choose conda packages' });
  const packages = 'wanted' in asked ? await solveEnvironment(asked, request, context) : asked.packages;
  const inOrder = packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  context.reporter.report({ event: 'working', what: 'fetch conda packages' });
  const fetched = await downloadPackages(inOrder, request.cache, context);
  if ((await lstatIfThere(request.directory)) !== undefined)
    throw new CtinstallError('filesystem', `\`${formatLine(request.directory)}\` is there already`);
  context.reporter.report({ event: 'working', what: 'install conda packages' });
  try {
    await fill(fetched, request, context);
  } catch (error) {
    await removeTree(request.directory);
    throw error;
  }
  return { packages: inOrder, pip, lock: renderLock(fetched, request.platform) };
}

function tellOf({ channels, notes }: CondaEnvironment, { reporter }: CondaContext): void {
  for (const message of notes) reporter.report({ event: 'note', message });
  if (channels.length > 0 && !channels.some(hasTerms)) return;
  reporter.report({
    event: 'warning',
    message: `${channels.length === 0 ? 'the file names no channel, which means `defaults`' : 'the file names a channel of Anaconda'}: large organisations need a licence for its packages`,
    hint: 'name another channel, such as `channels: [conda-forge]`',
  });
}

async function fill(packages: readonly FetchedPackage[], request: CondaRequest, context: CondaContext): Promise<void> {
  const { directory, prefix } = request;
  const filling: Filling = {
    ...{ directory, prefix, python: pythonOf(packages) },
    ...{ owners: new Map(), clobbered: [], links: new Map() },
  };
  await makeDirectory(directory);
  const installed: InstalledPackage[] = [];
  await withTemporaryDirectory(hostPath('..', directory), async (staging) => {
    for (const [index, fetched] of packages.entries()) {
      const from = joinHost(hostPath(staging), String(index));
      const unpacked = await unpackPackage(fetched, from, context);
      installed.push(await installPackage(fetched, { directory: from, unpacked }, filling));
      await removeTree(from);
    }
  });
  for (const [place, { target, mtime }] of filling.links) makeTreeLink(joinHost(directory, place), target, mtime);
  await writeCondaMeta(directory, installed);
  evenDirectories(directory, evenTime);
  tellOfInstalled(installed, filling.clobbered, context);
}

function pythonOf(packages: readonly CondaPackage[]): string | undefined {
  const python = packages.find(({ name }) => name === 'python');
  return python === undefined ? undefined : pythonSeries(python.version);
}

function tellOfInstalled(
  installed: readonly InstalledPackage[],
  clobbered: readonly string[],
  { reporter }: CondaContext,
): void {
  const first = clobbered.slice(0, 3).map(formatLine).join(', ');
  if (clobbered.length > 0)
    reporter.report({
      event: 'note',
      message: `${clobbered.length} file${clobbered.length === 1 ? ' is' : 's are'} in two packages, and of the first of them: ${first}${clobbered.length > 3 ? ', …' : ''}`,
    });
  const scripts = installed.flatMap(({ files }) => files.filter((path) => /^bin\/\.[^/]*-post-link\.sh$/.test(path)));
  if (scripts.length > 0)
    reporter.report({
      event: 'warning',
      message: `not run, as no code of a package is run here: ${scripts.map(formatLine).join(', ')}`,
      hint: 'run what of them is needed in `%post` or `post_install`',
    });
}
