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
    const kept: (string | undefined)[] = [];
    for (const [at, text] of texts.entries()) {
      const isValue = describeBadVariableValue(text) === undefined;
      const isProse = describeBadProse(text) === undefined;
      const path = describeBadBindPath(`/${text}`) === undefined ? `/${text}` : '/plain';
      const values = isValue ? [{ name: 'VALUE', value: text }] : [];
      tree.add({
        ...modulefileIn(tree, {
          moduleName: `m/${at}`,
          container: {
            family: 'tested',
            variables: values,
            binds: [bind(path, path), bind(`${tree.dir}/image.sif`, path, { optional: false })],
          },
        }),
        header: [text],
        help: isProse ? text : '',
        whatis: isProse ? [text] : [],
        deprecated: isProse ? text : undefined,
        image: { variables: ['SIF'], candidates: [`${path}.sif` as typeof image, image] as never },
        variables: values,
        path: [],
      });
      kept.push(isValue ? text : undefined);
    }
    const { stdout, stderr } = await tree.run(
      tool,
      kept
        .map(
          (_, at) =>
            `module load m/${at}; ${snapshot}; { module help m/${at}; module show m/${at}; } >/dev/null 2>&1; module unload m/${at}`,
        )
        .join('\n'),
    );
    expect([readdirSync(tree.dir), existsSync(canary)]).toEqual([['image.sif', 'lua', 'tcl'], false]);
    const loaded = readSnapshots(stdout);
    expect(loaded).toHaveLength(kept.length);
    for (const [at, environment] of loaded.entries()) {
      const value = kept[at];
      // Tcl 8.6 has no characters of four bytes to hand to Lmod; Environment Modules leaves a `~` to the shell.
      if (value !== undefined && !/[\u{10000}-\u{10ffff}]|^~/u.test(value))
        expect([at, environment.VALUE]).toEqual([at, tool.startsWith('Lmod') ? asLmodHasIt(value) : value]);
      expect([at, environment.SIF, stderr.slice(0, 2000)]).toEqual([at, image, stderr.slice(0, 2000)]);
    }
  });
});
