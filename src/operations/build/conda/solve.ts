import { channelUrls, defaultChannelAlias, withoutSecrets } from '../../../conda/channels.ts';
import type { CondaEnvironment, CondaPackage, WantedPackage } from '../../../conda/types.ts';
import { oldestGlibc, type VirtualPackage, virtualPackages } from '../../../conda/virtual-packages.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatLine } from '../../../lib/format.ts';
import { hostPath } from '../../../lib/paths.ts';
import { type ChannelServer, startChannelServer } from './channel-server.ts';
import { fetchUrl } from './fetch-url.ts';
import { hasShards, readIndex } from './read-index.ts';
import { readRecordsOf } from './read-records.ts';
import { runSolver } from './run-solver.ts';
import type { CondaContext, CondaRequest } from './types.ts';

/**
 * The packages that an environment is made of.
 * @throws CtinstallError `conda-unsolvable` with the solver's reasons, `fetch-failed`
 */
export async function solveEnvironment(
  environment: CondaEnvironment,
  request: CondaRequest,
  context: CondaContext,
): Promise<CondaPackage[]> {
  const server = await startChannelServer((url, closing) => {
    const ours = { ...context, signal: AbortSignal.any([context.signal, closing]) };
    return url.startsWith('file://') ? fetchUrl(url, ours) : readIndex(url, request.cache, ours);
  });
  try {
    return await solveWith(server, { environment, request, context });
  } finally {
    await server.close();
  }
}

interface Work {
  readonly environment: CondaEnvironment;
  readonly request: CondaRequest;
  readonly context: CondaContext;
}

async function solveWith(server: ChannelServer, { environment, request, context }: Work): Promise<CondaPackage[]> {
  const alias = request.channelAlias ?? context.environment.CONDA_CHANNEL_ALIAS ?? defaultChannelAlias;
  const urls = (written: string): string[] => channelUrls(written, { alias, beside: hostPath('..', request.file) });
  const { wanted } = environment;
  const named = environment.channels.length === 0 ? ['defaults'] : environment.channels;
  const channels = [...new Set([...named, ...wanted.flatMap(({ channel }) => channel ?? [])].flatMap(urls))];
  const platforms = [request.platform, 'noarch'];
  const [first] = channels;
  const pinned: string[] = [];
  for (const { name, channel } of wanted) {
    const [url] = channel === undefined ? [] : urls(channel);
    if (url === undefined || url === first) continue;
    const records = await readRecordsOf(name, { channel: url, platforms, cache: request.cache }, context);
    pinned.push(server.offer(url, records));
  }
  const served: string[] = [];
  for (const channel of channels) {
    const isSolvers = !channel.startsWith('file://') && (await hasShards(channel, context));
    served.push(isSolvers ? channel : server.serve(channel));
  }
  const glibc = request.glibc ?? oldestGlibc;
  const virtual = virtualPackages({ platform: request.platform, glibc, cuda: request.cuda });
  const answer = await runSolver(
    {
      specs: wanted.map(({ spec }) => spec),
      // The solver takes a package from the first channel only that has one of its name.
      channels: [...pinned, ...served],
      platforms,
      locked: virtual.map((each) => lockedOf(each, request.platform)),
    },
    context.signal,
  );
  if ('failure' in answer) {
    if (server.fault() !== undefined) throw server.fault();
    refuseMissingChannel(answer.failure, server);
    if (notFetched.test(answer.failure)) await refuseUnreachable(channels, context);
    throw unsolvable(answer.failure, channels);
  }
  const packages = answer.packages
    .filter(({ name }) => !name.startsWith('__'))
    .map((each) => {
      const url = server.realUrl(each.url);
      return { ...each, url, channel: url.replace(/\/[^/]+\/[^/]+$/, '') };
    });
  for (const each of wanted) refuseOtherChannel(each, packages, urls);
  return packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function lockedOf({ name, version, build }: VirtualPackage, subdir: string): unknown {
  const filename = `${name}-${version}-${build}.conda`;
  return {
    name,
    packageName: name,
    version,
    build,
    buildNumber: 0,
    filename,
    subdir,
    depends: [],
    url: `file:///${filename}`,
  };
}

/** Where the first channel has no such package, others may have given it. */
function refuseOtherChannel(
  { name, channel }: WantedPackage,
  packages: readonly CondaPackage[],
  urls: (channel: string) => string[],
): void {
  const found = packages.find((each) => each.name === name);
  if (channel === undefined || found === undefined || urls(channel).includes(found.channel)) return;
  throw unsolvable(`No candidates were found for ${name} in ${channel}.`, [channel]);
}

/** What the solver says where a channel has no `noarch`, which each has: it is none. */
function refuseMissingChannel(failure: string, server: ChannelServer): void {
  const [, url] = /^could not find subdir '.*' in channel '(.*?)\/?'/.exec(failure) ?? [];
  if (url === undefined) return;
  const channel = formatLine(withoutSecrets(server.realUrl(url)));
  throw new CtinstallError('fetch-failed', `there is no channel at \`${channel}\``, {
    details: [`  Caused by: it has no \`noarch/repodata.json\``],
    hint: 'look at the names under `channels`',
  });
}

/** The solver says so, and not of which channel or why. */
const notFetched = /error sending request|HTTP status|timed out|connection/i;

/** @throws CtinstallError `fetch-failed` of the first channel that gives no answer */
async function refuseUnreachable(channels: readonly string[], context: CondaContext): Promise<void> {
  for (const channel of channels) {
    const pieces = await fetchUrl(`${channel}/noarch/repodata.json`, context);
    // It answers: no more of it is fetched.
    if (pieces !== undefined) for await (const _ of pieces) break;
  }
}

function unsolvable(failure: string, channels: readonly string[]): CtinstallError {
  const lines = failure.replace(/^Cannot solve the request because of: /, '').split('\n');
  return new CtinstallError('conda-unsolvable', 'there is no set of packages that fits all that is asked for', {
    details: lines.filter((line) => line.trim() !== '').map((line) => `  ${formatLine(line)}`),
    hint: `ask for other versions, or add a channel; these were looked at: ${channels.map(withoutSecrets).map(formatLine).join(', ')}`,
  });
}
