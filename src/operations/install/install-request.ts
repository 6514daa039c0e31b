import { describeIssues } from '../../easyconfig/describe-issue.ts';
import type { ImageMode, Issue, Place } from '../../easyconfig/types.ts';
import { addToVariant, parseSetFlag, tryVersionFlag, type VariantRequest } from '../../easyconfig/variant-changes.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import type { Stack } from './stack-read.ts';

/** One easyconfig that is asked for, with what is special about it. */
export interface InstallRequest {
  readonly easyconfig: string;
  readonly variant: VariantRequest;
  /** The image file to take, and no other. */
  readonly image: string | undefined;
  readonly imageMode: ImageMode | undefined;
  readonly rebuild: boolean;
  /** Whether an image is built even where nothing of which it is made has changed. */
  readonly buildsAnew: boolean;
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
export function requestOf(easyconfig: string, variant: VariantRequest, { cwd }: Context): InstallRequest {
  return {
    ...{ easyconfig, variant, cwd },
    ...{ image: undefined, imageMode: undefined, place: undefined },
    ...{ rebuild: false, buildsAnew: false, isDefault: false },
  };
}

/** Those of a stack; `flags` count more than what the stack says. */
export function requestsOfStack({ path, entries }: Stack, flags: VariantRequest): InstallRequest[] {
  return entries.map((entry) => ({
    ...entry,
    buildsAnew: false,
    variant: addToVariant(entry.variant, flags),
    cwd: hostPath('..', path),
  }));
}
