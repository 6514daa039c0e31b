import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

test('output that a full disk does not take is an error, a reader that goes away is none', async () => {
  const { run } = makeSandbox();
  const full = await run('ctinstall settings > /dev/full');
  expect(full).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'error: the output could not be written: no space left\n',
  });
  expect((await run('set -o pipefail; ctinstall schema | head -1')).stdout).toBe('{\n');
  expect((await run('set -o pipefail; ctinstall schema | true')).status).toBe(0);
});
