import { describeIssues } from '../../easyconfig/describe-issue.ts';
import type { ImageMode, Place } from '../../easyconfig/types.ts';
import { CtinstallError, exitStatusOf } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import { optionTable } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import type { InstallRequest } from './install-request.ts';
import type { Target } from './types.ts';

/** What is asked for, with what it is on this machine. */
export interface Requested<Resolved extends ResolvedModule = Target> {
  readonly request: InstallRequest;
  readonly target: Resolved;
  /** With what the stack says of it. */
  readonly settings: Settings;
  readonly context: Context;
}

/** What is asked for and cannot be had. */
export interface Unresolved {
  readonly request: Pick<InstallRequest, 'easyconfig' | 'place'>;
  readonly error: CtinstallError;
}

export type Resolution<Resolved extends ResolvedModule = Target> = Requested<Resolved> | Unresolved;

interface ResolvedModule {
  readonly install: Pick<ResolvedInstall, 'moduleName' | 'installDir'>;
}

type Resolve<Resolved> = (
  easyconfig: string,
  where: { settings: Settings; context: Context },
  request: Pick<InstallRequest, 'variant' | 'image'>,
) => Promise<Resolved>;

export function isResolved<Resolved extends ResolvedModule>(
  resolution: Resolution<Resolved>,
): resolution is Requested<Resolved> {
  return 'target' in resolution;
}

/**
 * Reads and resolves what is asked for: each by itself, in the same order.
 * @throws CtinstallError only what is wrong with the machine or the settings
 */
export async function resolveEach<Resolved extends ResolvedModule>(
  requests: readonly InstallRequest[],
  { settings, context }: { settings: Settings; context: Context },
  resolve: Resolve<Resolved>,
): Promise<Resolution<Resolved>[]> {
  const all: Resolution<Resolved>[] = [];
  for (const request of requests)
    try {
      const own = { settings: withImageMode(settings, request.imageMode), context: { ...context, cwd: request.cwd } };
      const target = await resolve(request.easyconfig, own, request);
      const twin = all
        .filter(isResolved)
        .find((other) => other.target.install.installDir === target.install.installDir);
      const isTwice = request.place !== undefined && twin !== undefined;
      all.push(isTwice ? { request, error: twiceError(target, twin.request.place) } : { request, target, ...own });
    } catch (error) {
      if (!(error instanceof CtinstallError) || ofMachine.includes(error.code)) throw error;
      all.push({ request, error });
    }
  return all;
}

const ofMachine: readonly string[] = ['runtime-missing', 'settings-invalid', 'interrupted'];

/**
 * Those that were asked for, if each can be had.
 * @throws CtinstallError with all that is wrong with all of them; for a single one its own
 */
export function requireAll<Resolved extends ResolvedModule>(
  resolutions: readonly Resolution<Resolved>[],
  hint: string,
): Requested<Resolved>[] {
  const unresolved = resolutions.filter((each): each is Unresolved => !isResolved(each));
  const [worst] = unresolved.toSorted((a, b) => exitStatusOf[b.error.code] - exitStatusOf[a.error.code]);
  if (worst === undefined) return resolutions.filter(isResolved);
  const isStack = unresolved.some(({ request }) => request.place !== undefined);
  if (resolutions.length === 1 && !isStack) throw worst.error;
  const what = isStack ? 'entries of the stack' : 'easyconfigs';
  throw new CtinstallError(
    isStack && exitStatusOf[worst.error.code] === exitStatusOf['stack-invalid'] ? 'stack-invalid' : worst.error.code,
    `${unresolved.length} of the ${resolutions.length} ${what} have a fault`,
    { details: unresolved.flatMap(describe), hint },
  );
}

/** A flag counts more. */
function withImageMode(settings: Settings, imageMode: ImageMode | undefined): Settings {
  const [flag] = optionTable.image_mode.flag.split(' ');
  if (imageMode === undefined || flag === undefined || settings.origins.image_mode[0] === flag) return settings;
  return { ...settings, imageMode, origins: { ...settings.origins, image_mode: [flag] } };
}

function twiceError({ install }: ResolvedModule, before: Place | undefined): CtinstallError {
  const message = `\`${install.moduleName}\` is in the stack twice, first in line ${before?.line ?? 0}`;
  return new CtinstallError('stack-invalid', message, { hint: 'keep one of them' });
}

/** At its place in the stack, or by its name. */
function describe({ request: { easyconfig, place }, error: { message, hint, details } }: Unresolved): string[] {
  const head =
    place === undefined
      ? [`${formatLine(easyconfig)}: ${message}`, ...(hint === undefined ? [] : [`  hint: ${hint}`])]
      : describeIssues('', '', [{ message, hint, place }]);
  return [...head, ...details.map((line) => `    ${line}`)];
}
