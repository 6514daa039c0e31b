import { expect, test } from 'vitest';
import { optionKeys, optionTable } from '../../src/settings/options.ts';
import { findMisspeltVariables } from '../../src/settings/warnings.ts';

test('a variable that was meant to set something is told of', () => {
  expect(findMisspeltVariables({ CTINSTALL_PREFX: '/x', CTINSTALL_IMAGE_DIR: '/y', PREFX: '', HOME: '/' })).toEqual([
    { message: '`CTINSTALL_PREFX` counts for nothing', hint: 'did you mean `CTINSTALL_PREFIX`?' },
    { message: '`CTINSTALL_IMAGE_DIR` counts for nothing', hint: 'did you mean `CTINSTALL_IMAGE_DIRS`?' },
  ]);
});

test('those that count, and those that are like none, are not', () => {
  const known = optionKeys.map((key) => optionTable[key].environment);
  const names = [
    ...known,
    'CTINSTALL_VENV',
    'CTINSTALL_RUNTIME_OPTIONS',
    'CTINSTALL_SITE_SETTINGS',
    'CTINSTALL_XYZ_OTHER',
  ];
  expect(findMisspeltVariables(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
});
