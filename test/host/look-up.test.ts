import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookUpProgram } from '../../src/host/look-up.ts';

it('finds a program as a shell does', async () => {
  const root = mkdtempSync(join(tmpdir(), 'ctinstall-path-'));
  try {
    for (const directory of ['one', 'two', 'three']) mkdirSync(join(root, directory));
    writeFileSync(join(root, 'one/tool'), '', { mode: 0o644 });
    mkdirSync(join(root, 'two/tool'));
    writeFileSync(join(root, 'three/tool'), '');
    chmodSync(join(root, 'three/tool'), 0o755);
    const path = `::${root}/none:${root}/one:${root}/two:${root}/three`;
    expect(await lookUpProgram('tool', path)).toBe(join(root, 'three/tool'));
    expect(await lookUpProgram('tool', `${root}/one`)).toBeUndefined();
    expect(await lookUpProgram('tool', undefined)).toBeUndefined();
    expect(await lookUpProgram(join(root, 'three/tool'), '')).toBe(join(root, 'three/tool'));
    expect(await lookUpProgram(join(root, 'two/tool'), path)).toBeUndefined();
  } finally {
    rmSync(root, { recursive: true });
  }
});
