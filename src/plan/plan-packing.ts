import type { HostPath, StagingDir } from '../lib/paths.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import type { StagedPlace } from './plan-commands.ts';
import type { MakeCondaStep } from './plan-conda.ts';
import type { PlanInputs } from './plan-inputs.ts';

/** What makes user software other than a venv. */
export type UserSoftwareStep = PackUserSoftwareStep | MakeCondaStep;

/** Packs user software by `make-squashfs` of the install that is staged: what is there, or a directory as it is. */
export interface PackUserSoftwareStep {
  readonly kind: 'pack-user-software';
  readonly staging: StagingDir;
  /** The directory that stays as it is; undefined for what was made at the install, which goes. */
  readonly from: HostPath | undefined;
}

type Inputs = Pick<PlanInputs, 'hasUserSoftware'>;

/** Packs the directory that the easyconfig names, at a first install: user software that is there is the user's. */
export function planPackingOfDirectory(
  { userSoftware: { from } }: ResolvedInstall,
  { hasUserSoftware }: Inputs,
  { staging }: StagedPlace,
): PackUserSoftwareStep[] {
  return from === undefined || hasUserSoftware ? [] : [{ kind: 'pack-user-software', staging, from }];
}

/** Packs what a first install has made of user software. */
export function planPackingOfMade(
  { userSoftware: { from, isPacked } }: ResolvedInstall,
  { hasUserSoftware }: Inputs,
  { staging }: StagedPlace,
): PackUserSoftwareStep[] {
  return !isPacked || from !== undefined || hasUserSoftware
    ? []
    : [{ kind: 'pack-user-software', staging, from: undefined }];
}
