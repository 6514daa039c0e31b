import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverRuntime, parseRuntimeVersion } from '../../src/runtime/runtime.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-runtime-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, script: string): string {
  const path = join(root, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const on = (path: string) => ({ PATH: path });

describe('discoverRuntime', () => {
  it('prefers singularity to apptainer, and asks it what it is', async () => {
    put('apptainer', 'echo apptainer version 1.3.0');
    expect(await discoverRuntime(undefined, on(`/nowhere:${root}`))).toMatchObject({
      kind: 'found',
      how: 'on PATH',
      value: {
        name: 'apptainer',
        path: `${root}/apptainer`,
        flavour: 'apptainer',
        version: '1.3.0',
      },
    });
    // Apptainer under its old name.
    put('singularity', 'echo apptainer version 1.4.5');
    expect(await discoverRuntime(undefined, on(root))).toMatchObject({
      value: { name: 'singularity', flavour: 'apptainer', version: '1.4.5' },
    });
  });

  it('takes the one that was asked for, by name or path', async () => {
    put('singularity', 'echo singularity-ce version 4.1.3-1.el9');
    const mine = put('my-runtime', 'echo singularity version 3.8.7');
    expect(await discoverRuntime('my-runtime', on(root))).toMatchObject({
      value: { name: 'my-runtime', flavour: 'singularity', version: '3.8.7' },
    });
    expect(await discoverRuntime(mine, on(''))).toMatchObject({
      how: 'as asked for',
      value: { name: mine },
    });
  });

  it('says what it tried', async () => {
    expect(await discoverRuntime(undefined, on('/nowhere'))).toEqual({
      kind: 'missing',
      tried: ['`singularity` on PATH', '`apptainer` on PATH'],
    });
    expect(await discoverRuntime(undefined, {})).toMatchObject({ kind: 'missing' });
    writeFileSync(join(root, 'plain'), 'not to be run');
    expect(await discoverRuntime(`${root}/plain`, on(root))).toEqual({
      kind: 'missing',
      tried: [`\`${root}/plain\``],
    });
  });

  it('passes over one that does not start', async () => {
    const broken = put('singularity', 'exit 3');
    put('apptainer', 'echo apptainer version 1.3.0');
    expect(await discoverRuntime(undefined, on(root))).toMatchObject({
      value: { name: 'apptainer' },
    });
    expect(await discoverRuntime('singularity', on(root))).toEqual({
      kind: 'missing',
      tried: [`\`${broken}\`, which does not start`],
    });
  });
});

describe('parseRuntimeVersion', () => {
  it.each([
    ['apptainer version 1.4.5', 'apptainer', '1.4.5'],
    ['apptainer version 1.4.0~rc.1-1.el9', 'apptainer', '1.4.0'],
    ['singularity-ce version 4.1.3-1.el9', 'singularity-ce', '4.1.3'],
    ['singularity version 3.8.7', 'singularity', '3.8.7'],
    ['3.7', 'singularity', '3.7.0'],
    ['', 'singularity', undefined],
  ])('%j', (answer, flavour, version) => {
    expect(parseRuntimeVersion(answer)).toEqual({ flavour, version });
  });
});
