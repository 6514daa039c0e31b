import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fillScript } from '../../src/scripts/fill-script.ts';
import { scriptFiles } from '../../src/scripts/script-files.ts';
import { readScript, scriptValues } from './install.ts';

const directory = fileURLToPath(new URL('../../runscripts', import.meta.url));

test('every file is listed', () => {
  // Installs have no part in workflows.
  expect(readdirSync(directory).sort()).toEqual([...Object.keys(scriptFiles), 'workflow-job.bash'].sort());
});

test('shellcheck finds nothing', () => {
  execFileSync('shellcheck', Object.keys(scriptFiles), { cwd: directory });
});

describe.each(Object.entries(scriptFiles))('%s', (name, file) => {
  test('has a line for each of its keys, and is still bash when these are filled in', () => {
    const values = scriptValues[name] ?? {};
    expect(Object.keys(values).sort()).toEqual([...file.keys].sort());
    execFileSync('bash', ['-n'], { input: fillScript(readScript(name), values) });
  });

  test('says at its head what it is', () => {
    expect(readScript(name)).toMatch(
      file.directory === '.ctinstall'
        ? new RegExp(`^# shellcheck .*\\n# ${name}: \\w`)
        : new RegExp(`^#!/bin/(bash -p|sh)\\n# ${name}: \\w`),
    );
  });

  test('is a command only if it goes where commands are', () => {
    expect(statSync(`${directory}/${name}`).mode & 0o111).toBe(file.directory === '.ctinstall' ? 0 : 0o111);
  });
});
