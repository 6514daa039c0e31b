import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeBadBindPath, describeBadProse, describeBadVariableValue } from '../../src/easyconfig/rules.ts';
import { payloads } from '../hostile/payloads.ts';
import { bind, modulefileIn } from './tcl-modules.ts';
import { makeModuleTree, readSnapshots, snapshot, type Tool, tools } from './tcl-support.ts';

/*
 * Whatever a stranger writes into a recipe, no tool runs any of it: neither Tcl, nor the Lua that Lmod makes of Tcl, nor
 * the user's shell. It is all put into one modulefile after the other, and each is loaded, shown and unloaded.
 */

const inTcl = tools.filter((tool) => tool !== 'Lmod, Lua');

/** What Lmod's reader cannot hand on as it is, see docs/modules.md: blanks at the end, tabs, characters of four bytes. */
function asLmodHasIt(value: string): string {
  return value.replaceAll('\t', ' ').replace(/ +$/, '');
}

/** Some texts a module: to load one takes a while. */
function inGroups(texts: readonly string[]): string[][] {
  const size = 6;
  return Array.from({ length: Math.ceil(texts.length / size) }, (_, at) => texts.slice(at * size, (at + 1) * size));
}

/** A variable for each text that may be the value of one. */
function variablesOf(texts: readonly string[]): { name: string; value: string }[] {
  return texts.flatMap((value, at) =>
    describeBadVariableValue(value) === undefined ? [{ name: `VALUE${at}`, value }] : [],
  );
}

describe.each(inTcl)('%s', (tool: Tool) => {
  test('runs nothing of what a recipe holds', async () => {
    const tree = makeModuleTree();
    const canary = join(tree.dir, 'canary');
    const texts = [
      ...Object.values(payloads({ canary, elsewhere: '/elsewhere' })),
      `]===]) os.execute("touch ${canary}") --[===[`,
      `]===`,
      `x]===] .. os.execute("touch ${canary}") .. [===[`,
      `\\"); os.execute("touch ${canary}"); x("`,
      `"; exec touch ${canary}; "`,
      `{*}[exec touch ${canary}]`,
    ].filter((text) => text.length <= 5000 && text.isWellFormed());
    const image = tree.write('image.sif');
    const modules = inGroups(texts);
    for (const [at, group] of modules.entries()) {
      const prose = group.filter((text) => describeBadProse(text) === undefined);
      const paths = group.map((text) => (describeBadBindPath(`/${text}`) === undefined ? `/${text}` : '/plain'));
      const values = variablesOf(group);
      tree.add({
        ...modulefileIn(tree, {
          moduleName: `m/${at}`,
          container: {
            family: 'tested',
            variables: values,
            binds: paths.flatMap((path) => [
              bind(path, path),
              bind(`${tree.dir}/image.sif`, path, { optional: false }),
            ]),
          },
        }),
        header: group,
        help: prose.join('\n'),
        whatis: prose,
        deprecated: prose.length === 0 ? undefined : prose.join(' '),
        image: { variables: ['SIF'], candidates: [...paths.map((path) => `${path}.sif`), image] as never },
        variables: values,
        path: [],
      });
    }
    const { stdout, stderr } = await tree.run(
      tool,
      modules
        .map(
          (_, at) =>
            `module load m/${at}; ${snapshot}; { module help m/${at}; module show m/${at}; } >/dev/null 2>&1; module unload m/${at}`,
        )
        .join('\n'),
    );
    expect([readdirSync(tree.dir), existsSync(canary)]).toEqual([['image.sif', 'lua', 'tcl'], false]);
    const loaded = readSnapshots(stdout);
    expect(loaded).toHaveLength(modules.length);
    for (const [at, environment] of loaded.entries()) {
      for (const { name, value } of variablesOf(modules[at] ?? [])) {
        // Tcl 8.6 has no characters of four bytes to hand to Lmod; Environment Modules leaves a `~` to the shell.
        if (!/[\u{10000}-\u{10ffff}]|^~/u.test(value))
          expect([at, name, environment[name]]).toEqual([
            at,
            name,
            tool.startsWith('Lmod') ? asLmodHasIt(value) : value,
          ]);
      }
      expect([at, environment.SIF, stderr.slice(0, 2000)]).toEqual([at, image, stderr.slice(0, 2000)]);
    }
  });
});
