import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { modelOf } from '../../src/cli/program-model.ts';
import { renderMan } from '../../src/cli/render-man.ts';
import { optionKeys, optionTable } from '../../src/settings/options.ts';
import { contextIn, toolDir } from './support.ts';

const context = contextIn('/');
const settings = optionKeys.map((key) => ({
  key,
  environment: optionTable[key].environment,
  help: optionTable[key].help,
}));
const program = modelOf(makeProgram(context));
const pages = [...renderMan(program, { version: context.toolVersion, settings })];
const directory = `${toolDir}/man/man1`;

function shownByMan(page: string): string {
  return execFileSync('man', ['-l', '--warnings', '-P', 'cat', '-'], {
    input: page,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, MANWIDTH: '100', LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: '' },
  });
}

describe('the manual', () => {
  it.each(pages)(
    'page %s is what the program says of itself (write it again: npx vitest run --project unit test/cli/man.test.ts -u)',
    async (name, page) => {
      await expect(page).toMatchFileSnapshot(`../../man/man1/${name}.1`);
    },
  );

  it('has no page of what there is not', () => {
    expect(readdirSync(directory).sort()).toEqual(pages.map(([name]) => `${name}.1`).sort());
  });

  it.each(pages)('page %s is right roff for groff and for mandoc', (_, page) => {
    const input = { input: page, encoding: 'utf8' } as const;
    const groff = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], input);
    expect([groff.status, groff.stderr]).toEqual([0, '']);
    const mandoc = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning'], input);
    // A page has a date; that of a build would make each build another.
    const faults = mandoc.stdout.split('\n').filter((line) => line !== '' && !line.includes('cannot parse date'));
    expect(faults).toEqual([]);
  });

  it('shows each command and option as it is typed', () => {
    const [[, first = ''] = [], ...others] = pages;
    const overview = shownByMan(first);
    for (const [index, { name, options }] of program.commands.entries()) {
      expect(overview).toContain(`ctinstall-${name}(1)`);
      const shown = shownByMan(others[index]?.[1] ?? '');
      expect(shown).toContain(`ctinstall ${name}`);
      for (const { flags } of options) for (const flag of flags) expect(shown).toContain(flag);
    }
  });

  it('is found by the module of the tool, page by page', () => {
    const shown = execFileSync('man', ['-P', 'cat', 'ctinstall-settings'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, MANPATH: `${toolDir}/man`, MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
    });
    expect(shown).toContain("ctinstall settings set bind_groups.filesystems '[/scratch, /project]'");
  });
});

describe('text that roff would take for its own', () => {
  it('is shown as it is', () => {
    const words = String.raw`.TH 'quoted' \fB\n "two" -- it’s \(bu …`;
    const text = renderMan(
      { ...program, commands: [], examples: [[words, `'.br ${words}`]] },
      { version: '1', settings: [] },
    ).get('ctinstall');
    const shown = execFileSync('groff', ['-man', '-Tutf8', '-ww'], { input: text, encoding: 'utf8' })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: how groff makes letters bold
      .replace(/\u001b\[\d*m/g, '');
    expect(shown).toContain(words);
    expect(shown).toContain(`'.br ${words}`);
  });
});
