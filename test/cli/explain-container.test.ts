import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { explainContainer } from '../../src/cli/explain-container.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import { hostPath } from '../../src/lib/paths.ts';

/** What is said of an error in a container with this root, for a session with these variables. */
async function explained(root: string, environment: Record<string, string>, code = 'runtime-missing' as const) {
  const error = new CtinstallError(code, 'no runtime', { hint: 'load its module' });
  return (await explainContainer(error, { environment, root: hostPath(root) })) as CtinstallError;
}

test('an error inside a container says that it is one; the variable alone proves nothing', async () => {
  const root = mkdtempSync(join(tmpdir(), 'ctinstall-container-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const bin = join(root, 'bin');
  mkdirSync(bin);
  const container = { SINGULARITY_CONTAINER: '/a/b.sif' };
  expect((await explained(root, {})).hint).toBe('load its module');
  expect(await explained(root, { ...container, PATH: bin })).toMatchObject({
    message: 'no runtime',
    details: ['this is inside a container, `/a/b.sif`, and ctinstall works on the host'],
    hint: 'leave the container, and run it again',
  });
  writeFileSync(join(bin, 'apptainer'), '', { mode: 0o755 });
  expect((await explained(root, { ...container, PATH: bin })).hint).toBe('load its module');
  mkdirSync(join(root, '.singularity.d'));
  expect((await explained(root, { PATH: bin })).details).toEqual([
    'this is inside a container, and ctinstall works on the host',
  ]);
  const usage = new CtinstallError('usage', 'x');
  expect(await explainContainer(usage, { environment: {}, root: hostPath(root) })).toBe(usage);
});
