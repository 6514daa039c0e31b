import type { ContainerEnvSettings } from '../settings/types.ts';
import { type ContainerEnvRow, containerEnvTable } from './container-env-table.ts';

/** What of the host's environment reaches the containers of an install: the table, changed by the settings. */
export interface ContainerEnv {
  /** Variables that stay outside, by their names. */
  readonly dropped: readonly string[];
  /** Beginnings of the names of others. */
  readonly droppedBeginnings: readonly string[];
  /** Patterns of names that the settings drop. */
  readonly droppedPatterns: readonly string[];
  /** Patterns of names that pass, whatever the lists above say. */
  readonly passing: readonly string[];
  /** Variables that are set inside. */
  readonly set: Readonly<Record<string, string>>;
  /** Variables that hold a path, each with what stands in for one that cannot be seen inside, or nothing. */
  readonly paths: Readonly<Record<string, string>>;
  /** Those of them whose paths programs make where they are not there. */
  readonly madePaths: readonly string[];
}

/** What the settings let pass counts before what they drop, and that before the table. */
export function resolveContainerEnv(settings: ContainerEnvSettings): ContainerEnv {
  const isIn = (patterns: readonly string[]) => (name: string) => patterns.some((pattern) => fits(pattern, name));
  const [isPassed, isDropped] = [isIn(settings.pass), isIn(settings.drop)];
  const names = (verdict: ContainerEnvRow['verdict']): string[] =>
    containerEnvTable.flatMap((row) => (row.verdict === verdict ? row.names : []));
  const drops = [...names('drop').filter((name) => name.endsWith('*') || !isPassed(name)), ...settings.drop];
  const isBeginning = (name: string): boolean => /^[A-Z_]\w*\*$/.test(name);
  const beginnings = drops.filter((name) => isBeginning(name) && name !== functions).map((name) => name.slice(0, -1));
  const others = (verdict: 'set' | 'path'): Record<string, string> =>
    Object.fromEntries(
      containerEnvTable.flatMap((row) =>
        row.verdict === verdict
          ? row.names.filter((name) => !isPassed(name) && !isDropped(name)).map((name) => [name, row.value ?? ''])
          : [],
      ),
    );
  const paths = others('path');
  return {
    dropped: unique(drops.filter((name) => !isPattern(name) && !isPassed(name))),
    droppedBeginnings: unique(beginnings),
    droppedPatterns: unique(settings.drop.filter((name) => isPattern(name) && !isBeginning(name))),
    passing: unique([
      // Of those that pass, these are part of what is dropped.
      ...[...names('pass'), ...names('path')].filter(
        (name) => !isDropped(name) && beginnings.some((beginning) => name.startsWith(beginning)),
      ),
      ...settings.pass,
    ]),
    set: others('set'),
    paths,
    madePaths: containerEnvTable
      .flatMap((row) => (row.isMade === true ? row.names : []))
      .filter((name) => Object.hasOwn(paths, name)),
  };
}

/** Names in lower case, which the wrappers have variables of their own under, take the longer way too. */
function isPattern(name: string): boolean {
  return /[*?]|^[a-z]/.test(name);
}

/** Those of shells, which have a way of their own out of the environment. */
const functions = 'BASH_FUNC_*';

/** Whether a name fits a pattern, in which `*` stands for any characters and `?` for one. */
function fits(pattern: string, name: string): boolean {
  const expression = pattern.replace(/[.*+?^${}()|[\]\\]/g, (sign) => ({ '*': '.*', '?': '.' })[sign] ?? `\\${sign}`);
  return new RegExp(`^${expression}$`).test(name);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
