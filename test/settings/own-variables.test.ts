import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findMisspeltVariables } from '../../src/settings/warnings.ts';

it('no variable that modulefiles and scripts of ctinstall read or set is taken for a misspelt one', () => {
  const files = execFileSync('git', ['ls-files', 'bin', 'modulefiles', 'runscripts', 'src/modulefile', 'src/plan'], {
    encoding: 'utf8',
  });
  const texts = files
    .trim()
    .split('\n')
    .map((file) => readFileSync(file, 'utf8'));
  const names = new Set(texts.flatMap((text) => text.match(/\bCTINSTALL_[A-Z][A-Z_]*[A-Z]\b/g) ?? []));
  expect([...names]).toContain('CTINSTALL_MODULE_PATH');
  expect(findMisspeltVariables(Object.fromEntries([...names].map((name) => [name, 'x'])))).toEqual([]);
});
