import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { optionSchemas } from '../../src/settings/option-schemas.ts';
import { type Option, optionKeys, optionTable } from '../../src/settings/options.ts';

const rows: [string, Option][] = optionKeys.map((key) => [key, optionTable[key]]);

describe('the option table', () => {
  it.each(rows)('%s is whole', (key, { environment, flag, help }) => {
    expect(key).toMatch(/^[a-z][a-z_]*$/);
    expect(environment).toBe(`CTINSTALL_${key.toUpperCase()}`);
    if (flag !== undefined) expect(flag).toMatch(/^--[a-z][a-z-]*( <[a-z]+>)?$/);
    expect(help.length).toBeGreaterThan(10);
    expect(help).not.toMatch(/\.$|\n/);
  });

  it.each(rows)('%s has the choices of its schema', (key, { choices }) => {
    const schema = optionSchemas[key as keyof typeof optionSchemas];
    expect(choices).toEqual(schema.def.type === 'enum' && 'options' in schema ? schema.options : undefined);
  });

  it('names no variable and no flag twice', () => {
    const names = rows.flatMap(([, { environment, flag }]) => [environment, flag]);
    const given = names.filter((name) => name !== undefined);
    expect(new Set(given).size).toBe(given.length);
  });

  it('has no setting that docs/settings.md does not name', () => {
    const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
    for (const [key, { flag = '' }] of rows)
      expect(page).toMatch(new RegExp(`\\| .*\`${key}\`.*${flag.split(' ')[0]}`));
  });

  it('has the options of the design', () => {
    expect(optionKeys).toEqual(
      expect.arrayContaining(['site', 'prefix', 'easyconfigs', 'image_dirs', 'runtime', 'bind_groups']),
    );
  });
});
