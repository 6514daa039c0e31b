import { describeBadBindPath, describeBadContainerPath } from '../easyconfig/rules.ts';
import type { EasyconfigBind } from '../easyconfig/types.ts';
import { didYouMean } from '../lib/near.ts';
import { containerPath, hostPath } from '../lib/paths.ts';
import type { SiteBind } from '../settings/types.ts';
import type { Bind, ResolveIssue } from './types.ts';

/**
 * Replaces site groups by what they are here, drops duplicates, and puts parents before children (SingularityCE mounts
 * in the order given). A bind of the easyconfig's own beats one of a group for the same place in the container.
 */
export function resolveBinds(
  binds: readonly EasyconfigBind[],
  groups: Readonly<Record<string, readonly SiteBind[]>>,
  fill: (text: string) => string,
): { binds: Bind[]; issues: ResolveIssue[] } {
  const issues: ResolveIssue[] = [];
  const chosen = new Map<string, Bind>();
  for (const [index, bind] of binds.entries()) {
    const path = ['binds', index];
    if (bind.kind === 'site') {
      const group = Object.hasOwn(groups, bind.group) ? groups[bind.group] : undefined;
      if (group === undefined) issues.push(unknownGroup(bind.group, Object.keys(groups), path));
      for (const member of group ?? []) {
        const resolved = makeBind(member, `site: ${bind.group}`);
        if (!chosen.has(resolved.container)) chosen.set(resolved.container, resolved);
      }
      continue;
    }
    const host = fill(bind.host);
    const container = fill(bind.container);
    const bad = describeBadBindPath(host) ?? describeBadContainerPath(container);
    if (bad !== undefined) {
      issues.push({ path, message: `bind \`${host}\`: a path ${bad}`, hint: undefined });
      continue;
    }
    const resolved = makeBind({ ...bind, host, container }, 'easyconfig');
    const before = chosen.get(resolved.container);
    if (before?.origin === 'easyconfig' && (before.host !== resolved.host || before.access !== resolved.access))
      issues.push({
        path,
        message: `two binds for \`${resolved.container}\`: \`${describe(before)}\` and \`${describe(resolved)}\``,
        hint: 'keep one of them: the runtimes drop the second',
      });
    else if (before?.origin !== 'easyconfig') chosen.set(resolved.container, resolved);
  }
  const sorted = [...chosen.values()].sort((a, b) => depthOf(a) - depthOf(b));
  return { binds: sorted, issues };
}

function makeBind(bind: SiteBind, origin: string): Bind {
  return {
    host: hostPath(bind.host),
    container: containerPath(bind.container),
    access: bind.access,
    optional: bind.optional,
    origin,
  };
}

function describe({ host, access }: Bind): string {
  return access === 'ro' ? `${host} read-only` : host;
}

function depthOf(bind: Bind): number {
  return bind.container.split('/').length;
}

function unknownGroup(group: string, known: readonly string[], path: readonly PropertyKey[]): ResolveIssue {
  const groups =
    known.length === 0
      ? 'the settings name no bind groups'
      : `the settings name ${known.map((name) => `\`${name}\``).join(', ')}`;
  return {
    path: [...path, 'site'],
    message: `unknown bind group \`${group}\``,
    hint: didYouMean(group, known) ?? `${groups}; add it under \`bind_groups\``,
  };
}
