import type { ParsedLock } from '../../../conda/lock.ts';
import type { CondaEnvironment, CondaPackage } from '../../../conda/types.ts';

/**
 * What is asked for, and beside it the packages that were there before, just as they were; of those that are asked for again,
 * what is asked for counts.
 */
export function withKept<Asked extends CondaEnvironment | ParsedLock>(
  asked: Asked,
  kept: readonly CondaPackage[],
): CondaEnvironment | ParsedLock {
  const place = { line: 1, column: 1, length: 1 };
  if ('wanted' in asked) {
    const names = new Set(asked.wanted.map(({ name }) => name));
    const others = kept.filter(({ name }) => !names.has(name));
    const named = asked.channels.length === 0 && others.length > 0 ? [] : asked.channels;
    return {
      ...asked,
      channels: [...new Set([...named, ...others.map(({ channel }) => channel)])],
      wanted: [
        ...asked.wanted,
        ...others.map(({ name, version, build }) => ({
          ...{ name, channel: undefined, place },
          spec: `${name} ==${version} ${build}`,
        })),
      ],
    };
  }
  const names = new Set(asked.packages.map(({ name }) => name));
  return { ...asked, packages: [...asked.packages, ...kept.filter(({ name }) => !names.has(name))] };
}
