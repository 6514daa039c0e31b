import type { Plan } from '../../plan/types.ts';
import type { Reporter } from '../../report/types.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Change } from '../regenerate/types.ts';
import type { InstallResult } from './types.ts';

/** What comes of the work on installs, piece by piece as it is done. */
export type InstallTold =
  | {
      readonly kind: 'installed';
      readonly install: Pick<ResolvedInstall, 'moduleName' | 'installDir' | 'modulefile'>;
      readonly modulePath: string;
      readonly isModulePathInUse: boolean;
      /** Whether a file that is read when a session starts names it. */
      readonly isModulePathInUseLater: boolean;
      /** The user's file of that kind. */
      readonly startFile: string;
      /** Whether a summary follows that has it too. */
      readonly isInSummary: boolean;
    }
  | {
      readonly kind: 'summary';
      readonly results: readonly InstallResult[];
      /** Module paths that are not in use yet. */
      readonly unusedModulePaths: readonly string[];
      /** Those that nothing brings into use in later sessions. */
      readonly laterUnusedModulePaths: readonly string[];
      /** Where a line for that belongs. */
      readonly startFile: string;
    }
  /** The draft of an easyconfig that is about to be installed; or one of before, which may have been edited. */
  | { readonly kind: 'drafted'; readonly easyconfig: string; readonly text: string; readonly isNew: boolean }
  | { readonly kind: 'fetched'; readonly image: string; readonly isNew: boolean }
  | { readonly kind: 'checksum'; readonly easyconfig: string; readonly image: string; readonly sha256: string }
  /** Of a dry run. */
  | { readonly kind: 'planned'; readonly plans: readonly Plan[] }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] };

/** Hears of it; notes that belong to it go to the reporter. */
export type TellInstall = (told: InstallTold, reporter: Reporter) => void;
