import { hintForBindPath, hintForContainerPath } from '../easyconfig/bind-hints.ts';
import { describeBadBindPath, describeBadContainerPath } from '../easyconfig/rules.ts';
import type { EasyconfigBind } from '../easyconfig/types.ts';
import { formatValue } from '../lib/format.ts';
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
    const bad = describeBadPath(host, container);
    if (bad !== undefined) {
      issues.push({ path, ...bad });
      continue;
    }
    const resolved = makeBind({ ...bind, host, container }, 'easyconfig');
    const before = chosen.get(resolved.container);
    if (before?.origin === 'easyconfig' && describe(before) !== describe(resolved))
      issues.push({
        path,
        message: `two binds for \`${resolved.container}\`: \`${describe(before)}\` and \`${describe(resolved)}\``,
        hint: 'a place in the container has one bind: keep one of them, or give the other another `container` path',
      });
    else if (before?.origin !== 'easyconfig') chosen.set(resolved.container, resolved);
  }
  const sorted = [...chosen.values()].sort((a, b) => depthOf(a) - depthOf(b));
  return { binds: sorted, issues };
}

function makeBind(bind: SiteBind & { readonly imageSource?: string }, origin: string): Bind {
  return {
    host: hostPath(bind.host),
    container: containerPath(bind.container),
    access: bind.access,
    ...(bind.imageSource === undefined ? {} : { imageSource: containerPath(bind.imageSource) }),
    optional: bind.optional,
    origin,
  };
}

/** With its templates replaced a path may break a rule that it kept as written. */
function describeBadPath(host: string, container: string): Pick<ResolveIssue, 'message' | 'hint'> | undefined {
  const badHost = describeBadBindPath(host);
  if (badHost !== undefined)
    return { message: `the host path of a bind, \`${formatValue(host)}\`, ${badHost}`, hint: hintForBindPath(host) };
  const badContainer = describeBadContainerPath(container);
  if (badContainer === undefined) return undefined;
  return {
    message: `the container path of a bind, \`${formatValue(container)}\`, ${badContainer}`,
    hint: hintForContainerPath(container),
  };
}

/** All that two binds for one place may differ in. */
function describe({ host, access, optional, imageSource }: Bind): string {
  const from = imageSource === undefined ? '' : `, ${imageSource} in it`;
  return `${host}${from}${access === 'ro' ? ' read-only' : ''}${optional ? ' (optional)' : ''}`;
}

function depthOf(bind: Bind): number {
  return bind.container.split('/').length;
}

function unknownGroup(group: string, known: readonly string[], path: readonly PropertyKey[]): ResolveIssue {
  const groups =
    known.length === 0
      ? 'the settings of this machine name no bind groups'
      : `the settings of this machine name ${known.map((name) => `\`${name}\``).join(', ')}`;
  return {
    path: [...path, 'site'],
    message: `unknown bind group \`${group}\``,
    hint:
      didYouMean(group, known) ??
      `${groups}: say there what it is here, \`bind_groups: { ${group}: [/path] }\`, or \`[]\` where this machine has no such thing`,
  };
}
