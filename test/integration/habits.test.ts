import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

test('commands, flags and files that people know from elsewhere are known or answered', async () => {
  const { run } = makeSandbox();
  const hintOf = async (command: string): Promise<string> => {
    const { status, stderr } = await run(command);
    expect([command, status]).toEqual([command, 2]);
    return /^hint: (.*)$/m.exec(stderr)?.[1] ?? stderr;
  };
  expect((await run('ctinstall ls')).stderr).toMatch(/^nothing is installed under /);
  expect((await run('ctinstall remove tiny')).stderr).toMatch(/^error: `tiny` is not installed /);
  expect((await run('ctinstall squashfs unpack tiny')).stderr).toMatch(/^error: `tiny` is not installed /);
  expect(await hintOf('ctinstall instal')).toBe('did you mean `ctinstall install`?');
  expect(await hintOf('ctinstall unistall tiny/1.0')).toBe('did you mean `ctinstall uninstall tiny/1.0`?');
  expect(await hintOf('ctinstall --search torch')).toBe('use `ctinstall search torch`');
  expect(await hintOf('ctinstall -S mpi')).toBe('use `ctinstall search mpi`');
  expect(await hintOf('ctinstall PyTorch-2.7.1.eb')).toContain('`ctinstall search PyTorch`');
});

test('inside a container the message says so, where the runtime is missing', async () => {
  const { run } = makeSandbox();
  const inside = await run(
    'singularity exec -B "/usr,/lib,/lib64,$CT_TOOL" "$CT_IMAGES/tiny.sif" "$CT_TOOL/bin/ctinstall" check',
  );
  expect(inside.status).toBe(1);
  expect(inside.stderr).toMatch(/this is inside a container, `.*tiny\.sif`/);
  expect(inside.stderr).toContain('hint: leave the container, and run it again');
  const outside = await run('SINGULARITY_CONTAINER=/x.sif ctinstall list');
  expect(outside.status).toBe(0);
});
