import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installModules, modules, sessionsFor, variables } from '../harness/matrix-modules.ts';
import { differences, isAlone, runSessions, type Seen } from '../harness/module-matrix.ts';
import { modulesTools } from '../harness/modules-tools.ts';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';
import { shells } from '../harness/shells.ts';

/*
 * Modules of both kinds, two and three of them in each order, with and without earlier values of what they set, in each
 * modules tool and shell: the environment after is the environment before, and while a module is loaded it is that of a
 * shell in which no other ever was.
 */

let sandbox: Sandbox;
let remove = (): void => {};

beforeAll(async () => {
  sandbox = makeSandbox((removing) => {
    remove = removing;
  });
  for (const setting of ['lmod', 'environment-modules'] as const)
    await installModules(sandbox, setting, join(sandbox.dir, setting));
});
afterAll(() => remove());

/** What is wrong at a step that was right at the one before it: the rest follows from it. */
function describeWrong(seen: readonly Seen[]): string[] {
  const wrong = new Set<string>();
  return seen.flatMap((each) => {
    const { session, step } = each;
    const done = (count: number): string => `${session.name}: ${step.history.slice(0, count).join('; ')}`;
    const lines = differences(each);
    if (lines.length === 0) return [];
    const [now, last] = [done(step.history.length), done(step.history.length - 1)];
    wrong.add(now);
    if (wrong.has(last)) return [];
    const more = lines.length > 3 ? [`and ${lines.length - 3} more`] : [];
    return [[now, ...lines.slice(0, 3), ...more].join('\n    ')];
  });
}

describe.concurrent.each(modulesTools)('$name', (tool) => {
  test.each(shells.map((shell, index) => ({ name: shell.name, shell, index })))(
    '$name',
    async ({ shell, index }) => {
      const modulePath = join(sandbox.dir, tool.setting, 'modules');
      const seen = await runSessions(
        { sandbox, tool, shell, modules: modulePath },
        sessionsFor(tool, { shell: index, shells: shells.length }),
      );
      // Else all would be as before because nothing is loaded.
      for (const { step, environment } of seen.filter((each) => isAlone(modules, each))) {
        const name = step.history[0]?.replace('load ', '') ?? '';
        expect(environment[`EBROOT${name.toUpperCase()}`]).toBe(
          join(sandbox.dir, tool.setting, 'software', name, '1.0'),
        );
      }
      const wrong = describeWrong(seen);
      expect(wrong.slice(0, 30).join('\n'), `${wrong.length} of ${seen.length} steps`).toBe('');
      // What a module sets and the users here never have would be tried without an earlier value only.
      const set = seen.flatMap(({ environment, nothing }) =>
        Object.keys(environment).filter((name) => environment[name] !== nothing[name] && name !== 'PATH'),
      );
      expect([...new Set(set)].filter((name) => !variables.includes(name) && !name.startsWith('__'))).toEqual([]);
    },
    900_000,
  );
});
