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
    issues: [
      ...issues,
      ...userSoftwareIssues(easyconfig, binds),
      ...fromIssues(easyconfig),
      ...condaIssues(easyconfig),
    ],
  };
};

/** Which of two environments a program runs in must be clear. */
function condaIssues({ condaPackages, conda, venv }: Easyconfig): ResolveIssue[] {
  const other = conda !== undefined ? 'conda_env' : venv !== undefined ? 'venv' : undefined;
  if (condaPackages === undefined || other === undefined) return [];
  const hint = 'list what pip installs under `dependencies` in its file';
  return [{ path: ['python', 'conda'], message: `\`python.conda\` does not go with \`python.${other}\``, hint }];
}

/** A directory that is packed as it is takes nothing more in. */
function fromIssues({ userSoftware: { from }, venv, condaPackages }: Easyconfig): ResolveIssue[] {
  const other = venv !== undefined ? 'venv' : condaPackages !== undefined ? 'conda' : undefined;
  if (from === undefined || other === undefined) return [];
  return [
    {
      path: ['user_software', 'from'],
      message: `\`user_software.from\` packs \`${from}\` as it is: it does not go with \`python.${other}\`, which makes user software`,
      hint: 'leave out one of the two; what is packed can be unpacked, and added to, after the install',
    },
  ];
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
