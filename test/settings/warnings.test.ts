import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { optionKeys, optionTable } from '../../src/settings/options.ts';
import { findMisspeltVariables } from '../../src/settings/warnings.ts';

test('a variable that was meant to set something is told of', () => {
  expect(findMisspeltVariables({ CTINSTALL_PREFX: '/x', CTINSTALL_IMAGE_DIR: '/y', PREFX: '', HOME: '/' })).toEqual([
    { message: '`CTINSTALL_PREFX` has no effect', hint: 'did you mean `CTINSTALL_PREFIX`?' },
    { message: '`CTINSTALL_IMAGE_DIR` has no effect', hint: 'did you mean `CTINSTALL_IMAGE_DIRS`?' },
  ]);
});

test('one that is like none is told of too', () => {
  expect(findMisspeltVariables({ CTINSTALL_XYZ_OTHER: 'x' })).toEqual([
    {
      message: '`CTINSTALL_XYZ_OTHER` has no effect',
      hint: 'no setting has that name: `ctinstall settings` shows all',
    },
  ]);
});

test('those that count are not: settings, and all that ctinstall and its scripts read or set', () => {
  const known = optionKeys.map((key) => optionTable[key].environment);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const files = ['src', 'runscripts', 'modulefiles'].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
  );
  const named = files.flatMap((text) => text.match(/(?<![A-Z_])CTINSTALL_[A-Z][A-Z_]*[A-Z]/g) ?? []);
  const notVariables = ['CTINSTALL_SOFTWARE', 'CTINSTALL_SAVED'];
  const names = [...known, ...named].filter((name) => !notVariables.includes(name));
  expect(names).toContain('CTINSTALL_USER_SOFTWARE');
  expect(findMisspeltVariables(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
});
