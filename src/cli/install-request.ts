import type { ImageMode, Issue, Place } from '../easyconfig/types.ts';
import { addToVariant, parseSetFlag, tryVersionFlag, type VariantRequest } from '../easyconfig/variant-changes.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import { describeIssues } from '../report/describe-issue.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import { optionTable } from '../settings/options.ts';
import type { Settings } from '../settings/types.ts';
import type { CommandContext } from './context.ts';
import type { Target } from './install-target.ts';
import type { Stack } from './stack-read.ts';

/** One easyconfig that is asked for, with what is special about it. */
export interface InstallRequest {
  readonly easyconfig: string;
  readonly variant: VariantRequest;
  /** The image file to take, and no other. */
  readonly image: string | undefined;
  readonly imageMode: ImageMode | undefined;
  readonly rebuild: boolean;
  readonly isDefault: boolean;
  /** Relative paths start here. */
  readonly cwd: HostPath;
  /** Where a stack asks for it. */
  readonly place: Place | undefined;
}

/** Flags that change what is in an easyconfig. */
export interface VariantFlags {
  readonly set?: readonly string[];
  readonly tryVersion?: string;
}

/** @throws CtinstallError `usage` with every fault of the flags */
export function variantOfFlags({ set = [], tryVersion }: VariantFlags): VariantRequest {
  const parsed = set.map(parseSetFlag);
  const issues: readonly Issue[] = parsed.flatMap((each) => each.issues);
  if (issues.length > 0)
    throw new CtinstallError('usage', 'a value of `--set` cannot be read', { details: describeIssues('', '', issues) });
  return {
    changes: parsed.flatMap(({ change }) => change ?? []),
    version: tryVersion === undefined ? undefined : tryVersionFlag(tryVersion),
  };
}

/** One that is named by itself. */
export function requestOf(easyconfig: string, variant: VariantRequest, { cwd }: CommandContext): InstallRequest {
  return {
    ...{ easyconfig, variant, cwd },
    ...{ image: undefined, imageMode: undefined, place: undefined },
    ...{ rebuild: false, isDefault: false },
  };
}

/** Those of a stack; `flags` count more than what the stack says. */
export function requestsOfStack({ path, entries }: Stack, flags: VariantRequest): InstallRequest[] {
  return entries.map((entry) => ({
    ...entry,
    variant: addToVariant(entry.variant, flags),
    cwd: hostPath('..', path),
  }));
}

export interface Requested<Resolved extends ResolvedModule = Target> {
  readonly request: InstallRequest;
  readonly target: Resolved;
  /** With what the stack says of it. */
  readonly settings: Settings;
  readonly context: CommandContext;
}

interface ResolvedModule {
  readonly install: Pick<ResolvedInstall, 'moduleName' | 'installDir'>;
}

type Resolve<Resolved> = (
  easyconfig: string,
  where: { settings: Settings; context: CommandContext },
  variant: VariantRequest,
) => Promise<Resolved>;

/**
 * Reads and resolves what is asked for.
 * @throws CtinstallError what is wrong with the first that is named; `stack-invalid` with all that is wrong with a stack's
 */
export async function resolveRequests<Resolved extends ResolvedModule>(
  requests: readonly InstallRequest[],
  { settings, context }: { settings: Settings; context: CommandContext },
  resolve: Resolve<Resolved>,
): Promise<Requested<Resolved>[]> {
  const resolved: Requested<Resolved>[] = [];
  const faults: string[][] = [];
  for (const request of requests) {
    try {
      const own = { settings: withImageMode(settings, request.imageMode), context: { ...context, cwd: request.cwd } };
      const target = await resolve(request.easyconfig, own, request.variant);
      const { place } = request;
      const twin = resolved.find((other) => other.target.install.installDir === target.install.installDir);
      if (place !== undefined && twin !== undefined) faults.push(describeTwice(target, place, twin.request.place));
      else resolved.push({ request, target, ...own });
    } catch (error) {
      faults.push(describeAtPlace(error, request.place));
    }
  }
  if (faults.length > 0)
    throw new CtinstallError(
      'stack-invalid',
      `${faults.length} of the ${requests.length} entries of the stack are at fault`,
      { details: faults.flat(), hint: 'nothing was done: mend the stack, or leave them out' },
    );
  return resolved;
}

/** A flag counts more. */
function withImageMode(settings: Settings, imageMode: ImageMode | undefined): Settings {
  const [flag] = optionTable.image_mode.flag.split(' ');
  if (imageMode === undefined || flag === undefined || settings.origins.image_mode[0] === flag) return settings;
  return { ...settings, imageMode, origins: { ...settings.origins, image_mode: [flag] } };
}

function describeTwice({ install }: ResolvedModule, place: Place, before: Place | undefined): string[] {
  const message = `\`${install.moduleName}\` is in the stack twice, first in line ${before?.line ?? 0}`;
  return describeIssues('', '', [{ message, hint: 'keep one of them', place }]);
}

/** What is wrong with the machine, or where there is no stack, is said at once. */
function describeAtPlace(error: unknown, place: Place | undefined): string[] {
  const isOfEntry = error instanceof CtinstallError && !['runtime-missing', 'interrupted'].includes(error.code);
  if (!isOfEntry || place === undefined) throw error;
  const { message, hint, details } = error;
  return [...describeIssues('', '', [{ message, hint, place }]), ...details.map((line) => `    ${line}`)];
}
