import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseEasyconfig } from '../../../src/easyconfig/parse.ts';
import { importEb } from '../../../src/formats/eb/import-eb.ts';
import { renderImported } from '../../../src/formats/render-imported.ts';

const recipes = fileURLToPath(new URL('recipes', import.meta.url));
const names = readdirSync(recipes).filter((name) => name.endsWith('.eb'));

describe('recipes of EasyBuild', () => {
  it('are there', () => {
    expect(names.length).toBeGreaterThanOrEqual(15);
  });

  it.each(names)('%s becomes an easyconfig that says the same', async (name) => {
    const { imported, refusal } = importEb(readFileSync(`${recipes}/${name}`, 'utf8'));
    expect(refusal).toBeUndefined();
    if (imported === undefined) return;
    const text = renderImported(imported, { from: name, command: 'ctinstall import eb' });
    await expect(text).toMatchFileSnapshot(`${recipes}/${name.replace(/\.eb$/, '.yaml')}`);
    expect(parseEasyconfig(text).easyconfig).toEqual(imported.easyconfig);
  });
});
