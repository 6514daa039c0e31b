import { readdirSync, readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { documents, eventsOf } from '../../src/cli/json/outputs.ts';
import { outputNames } from '../../src/cli/json/schema-of.ts';
import { allCommandNames, commandFirst, makeProgram } from '../../src/cli/program.ts';
import { splitCommandToRun } from '../../src/cli/run-cli.ts';
import { contextIn, toolDir } from './support.ts';

const pages = readdirSync(`${toolDir}/docs`, { recursive: true, encoding: 'utf8' })
  .filter((page) => page.endsWith('.md'))
  .map((page) => `docs/${page}`);

/** Command lines of ctinstall in blocks of code, without what the shell makes of them. */
function commandsIn(page: string): string[] {
  const text = readFileSync(`${toolDir}/${page}`, 'utf8');
  const blocks = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split('\n')
      .map((line) => line.replace(/^\$ /, '').replace(/\s+#.*$/, ''))
      .filter((line) => line.startsWith('ctinstall '))
      .map((line) => line.replace(/ *[|>;].*$/, '')),
  );
}

/** What is wrong with a command line, if anything; nothing is run. */
async function faultOf(line: string): Promise<string | undefined> {
  const words = (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).slice(1).map((word) => word.replace(/^["']|["']$/g, ''));
  const { argv } = splitCommandToRun(commandFirst(words));
  const program = makeProgram(contextIn('/'), undefined);
  for (const command of program.commands) {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    // One that has others may do something by itself too.
    const doesWork = command.commands.length === 0 || command.registeredArguments.length > 0;
    for (const each of [...(doesWork ? [command] : []), ...command.commands])
      each.configureOutput({ writeErr: () => undefined }).action(() => undefined);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? undefined : error.message;
    throw error;
  }
}

describe('the pages', () => {
  it('would be found to show a wrong command', async () => {
    expect(await faultOf('ctinstall list --bogus')).toMatch(/unknown option/);
    expect(await faultOf('ctinstall show')).toMatch(/missing required argument/);
    expect(pages.flatMap(commandsIn).length).toBeGreaterThan(25);
  });

  it.each(pages)('%s shows commands that there are', async (page) => {
    for (const line of commandsIn(page)) expect([line, await faultOf(line)]).toEqual([line, undefined]);
  });

  it('docs/json.md names each output that has a schema, and the command of each is one', () => {
    const page = readFileSync(`${toolDir}/docs/json.md`, 'utf8');
    for (const name of outputNames) expect(page).toContain(`\`${name}\``);
    const words = [...Object.keys(documents), ...Object.keys(eventsOf)].map((name) => name.split(' ')[0] ?? '');
    expect(words.filter((word) => !allCommandNames.includes(word))).toEqual([]);
  });

  it('each command says what it prints with --json, or that it prints none', () => {
    const named = new Set([...outputNames, 'schema', 'completion'].map((name) => name.split(' ')[0]));
    expect(allCommandNames.filter((name) => !named.has(name))).toEqual([]);
  });
});
