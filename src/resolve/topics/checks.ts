import { describeBadRelativePath } from '../../easyconfig/rules.ts';
import type { EasyconfigCommand } from '../../easyconfig/types.ts';
import { filledIssue } from '../filled-issue.ts';
import type { Resolver } from './resolver.ts';

type Keys = 'sanityCheckPaths' | 'postInstall' | 'sanityCheckCommands';

/** The recipe's own commands, and what must be there after them. */
export const resolveChecks: Resolver<Keys> = ({ easyconfig, installDir, fill }) => {
  // Written with `%(installdir)s` in front or without: the check looks below the install dir either way.
  const fillBelow = (path: string): string => {
    const filled = fill(path);
    return filled.startsWith(`${installDir}/`) ? filled.slice(installDir.length + 1) : filled;
  };
  const fillCommand = ({ command, host }: EasyconfigCommand) => ({ command: fill(command), host });
  const files = easyconfig.sanityCheckPaths.files.map(fillBelow);
  const dirs = easyconfig.sanityCheckPaths.dirs.map(fillBelow);
  const issuesOf = (kind: 'files' | 'dirs', paths: readonly string[]) =>
    paths.flatMap((path, index) => filledIssue(['sanity_check_paths', kind, index], path, describeBadRelativePath));
  return {
    part: {
      sanityCheckPaths: { files, dirs },
      postInstall: easyconfig.postInstall.map(fillCommand),
      sanityCheckCommands: easyconfig.sanityCheckCommands.map(fillCommand),
    },
    issues: [...issuesOf('files', files), ...issuesOf('dirs', dirs)],
  };
};
