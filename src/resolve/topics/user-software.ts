import type { Easyconfig } from '../../easyconfig/types.ts';
import { resolveBinds } from '../binds.ts';
import type { Bind, ResolveIssue } from '../types.ts';
import type { Resolver } from './resolver.ts';

type Keys = 'binds' | 'conda' | 'venv' | 'condaPackages' | 'userSoftware';

/** What is bound, and the user software among it with the environments in it. */
export const resolveUserSoftware: Resolver<Keys> = ({ easyconfig, settings, fill }) => {
  const { conda, venv, condaPackages, userSoftware } = easyconfig;
  const { binds, issues } = resolveBinds(easyconfig.binds, settings.bindGroups, fill);
  return {
    part: { binds, conda, venv, condaPackages, userSoftware },
    issues: [...issues, ...userSoftwareIssues(easyconfig, binds), ...condaIssues(easyconfig)],
  };
};

/** Which of two environments a program runs in must be clear. */
function condaIssues({ condaPackages, conda, venv }: Easyconfig): ResolveIssue[] {
  const other = conda !== undefined ? 'conda_env' : venv !== undefined ? 'venv' : undefined;
  if (condaPackages === undefined || other === undefined) return [];
  const hint = 'list what pip installs under `dependencies` in its file';
  return [{ path: ['python', 'conda'], message: `\`python.conda\` does not go with \`python.${other}\``, hint }];
}

/** What is bound at the place of user software, or below it, would hide it or find no place to be bound at. */
function userSoftwareIssues({ userSoftware: { path } }: Easyconfig, binds: readonly Bind[]): ResolveIssue[] {
  // Where it is seen by default no recipe can bind.
  if (path === '/user-software') return [];
  return binds.flatMap((bind) =>
    bind.container === path || bind.container.startsWith(`${path}/`)
      ? [
          {
            path: ['user_software', 'path'],
            message: `user software is to be at \`${path}\`, and \`${bind.host}\` is bound at \`${bind.container}\``,
            hint: 'leave out that bind, or give user software another `path`',
          },
        ]
      : [],
  );
}
