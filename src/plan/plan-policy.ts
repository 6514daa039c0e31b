import type { ResolvedInstall } from '../resolve/types.ts';
import { describeForHook, type HookFacts, type HookName } from './hook-input.ts';
import { recordFile } from './plan-files.ts';
import type { CheckModulefileStep } from './steps/check-modulefile.ts';
import type { GiveToGroupStep } from './steps/give-to-group.ts';
import type { MakeReadOnlyStep } from './steps/make-read-only.ts';
import type { RunHookStep } from './steps/run-hook.ts';

/** A hook that the settings name. */
export function planHook(hook: HookName, install: ResolvedInstall, facts: HookFacts): RunHookStep[] {
  const { hooks } = install.policy;
  const program = { pre_install: hooks.preInstall, pre_module: hooks.preModule, post_install: hooks.postInstall }[hook];
  return program === undefined ? [] : [{ kind: 'run-hook', program, input: describeForHook(hook, install, facts) }];
}

/** Text of the site's may be broken, and would break every module: it is found before anything is written. */
export function planModulefileCheck({ policy, modulesTool }: ResolvedInstall): CheckModulefileStep[] {
  const { modulefileHeader: header, modulefileFooter: footer } = policy;
  if (header === undefined && footer === undefined) return [];
  const texts = {
    ...(header === undefined ? {} : { modulefile_header: header }),
    ...(footer === undefined ? {} : { modulefile_footer: footer }),
  };
  return [{ kind: 'check-modulefile', tool: modulesTool, texts }];
}

export function planGroup({ policy: { group } }: ResolvedInstall, what: GiveToGroupStep['what']): GiveToGroupStep[] {
  return group === undefined ? [] : [{ kind: 'give-to-group', group, what }];
}

export function planReadOnly({ policy, installDir }: ResolvedInstall): MakeReadOnlyStep[] {
  return policy.isReadOnly ? [{ kind: 'make-read-only', root: installDir, recordFile }] : [];
}
