import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/cli/commands/schema.ts';
import { contextIn, toolDir } from './support.ts';

const printed: string[] = [];
schema({}, { ...contextIn('/'), print: (line) => printed.push(line) });

/** As it ships: without indentation, which would be half of it, and a line for each field, for those who look at changes. */
function compact(lines: readonly string[]): string {
  const render = (value: unknown, depth: number): string =>
    depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)
      ? JSON.stringify(value)
      : `{\n${Object.entries(value)
          .map(([key, each]) => `${JSON.stringify(key)}: ${render(each, depth - 1)}`)
          .join(',\n')}\n}`;
  return `${render(JSON.parse(lines.join('\n')), 2)}\n`;
}

describe('the schema that ships', () => {
  it('is what `ctinstall schema` prints (write it again: npx vitest run --project unit test/cli/schema.test.ts -u)', async () => {
    await expect(compact(printed)).toMatchFileSnapshot('../../schemas/easyconfig.schema.json');
  });

  it('of Fuzzfiles too', async () => {
    const lines: string[] = [];
    schema({ form: 'fuzzfile' }, { ...contextIn('/'), print: (line) => lines.push(line) });
    await expect(compact(lines)).toMatchFileSnapshot('../../schemas/fuzzfile.schema.json');
  });

  it('has no field that docs/easyconfig.md does not name', () => {
    const page = readFileSync(`${toolDir}/docs/easyconfig.md`, 'utf8');
    const { properties }: { properties: Record<string, object> } = JSON.parse(printed.join('\n'));
    for (const field of Object.keys(properties)) expect(page).toMatch(new RegExp(`\\| .*\`${field}[.\`]`));
  });

  const easyconfigs = readdirSync(`${toolDir}/easyconfigs`, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.yaml'),
  );

  it.each(easyconfigs)('is named by %s, for editors', (path) => {
    const file = resolve(toolDir, 'easyconfigs', path);
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    const wanted = relative(dirname(file), `${toolDir}/schemas/easyconfig.schema.json`);
    expect(first).toBe(`# yaml-language-server: $schema=${wanted}`);
  });
});
