import type { ResolvedInstall } from '../resolve/types.ts';
import type { PlanInputs } from './plan-inputs.ts';
import type { StagedPlace } from './plan-run.ts';
import type { PackUserSoftwareStep } from './steps/pack-user-software.ts';

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
