import { fullVersionOf } from '../easyconfig/normalize.ts';
import { replaceTemplates } from '../easyconfig/templates.ts';
import type { Easyconfig } from '../easyconfig/types.ts';
import { installDirOf } from '../lib/paths.ts';
import type { Settings } from '../settings/types.ts';
import { resolveAbout } from './topics/about.ts';
import { resolveBuild } from './topics/build.ts';
import { resolveChecks } from './topics/checks.ts';
import { resolveEnvironment } from './topics/environment.ts';
import { resolveFiles } from './topics/files.ts';
import { resolveImage } from './topics/image.ts';
import { resolveModule } from './topics/module.ts';
import { resolveMpi } from './topics/mpi.ts';
import { resolvePolicy } from './topics/policy.ts';
import type { InstallFacts, Resolved, Unresolved } from './topics/resolver.ts';
import { resolveScripts } from './topics/scripts.ts';
import { resolveShell } from './topics/shell.ts';
import { resolveUserSoftware } from './topics/user-software.ts';
import type { ResolvedInstall, ResolveIssue } from './types.ts';

/** One resolver a topic; together they make an install, or the compiler says what is missing. */
const resolvers = [
  resolveAbout,
  resolveModule,
  resolveImage,
  resolveBuild,
  resolveUserSoftware,
  resolveEnvironment,
  resolveChecks,
  resolveScripts,
  resolveMpi,
  resolveFiles,
  resolveShell,
  resolvePolicy,
] as const;

/** All keys that some resolver gives. */
type Part =
  ReturnType<(typeof resolvers)[number]> extends infer Each ? (Each extends Resolved<infer P> ? P : never) : never;
type KeysOf<Each> = Each extends unknown ? keyof Each : never;

/** Says what an easyconfig becomes on this machine, or all that stands against it. */
export function resolveInstall(
  easyconfig: Easyconfig,
  settings: Settings,
  facts: InstallFacts,
): { install: ResolvedInstall; issues: readonly [] } | { install: undefined; issues: readonly ResolveIssue[] } {
  const { name, version, versionsuffix } = easyconfig;
  const fullVersion = fullVersionOf(easyconfig);
  const installDir = installDirOf(settings.prefix, name, fullVersion);
  const fill = (text: string): string =>
    replaceTemplates(text, { name, version, versionsuffix, installdir: installDir });
  const from: Unresolved = { easyconfig, settings, facts, fullVersion, installDir, fill };
  const topics = resolvers.map((resolve) => resolve(from));
  const issues = topics.flatMap((topic) => topic.issues);
  if (issues.length > 0) return { install: undefined, issues };
  const install: Pick<ResolvedInstall, KeysOf<Part>> = Object.assign({}, ...topics.map(({ part }) => part));
  return { issues: [], install };
}
