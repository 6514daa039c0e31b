import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, standInImage } from '../harness/sandbox.ts';

describe('a first easyconfig', () => {
  test('of an image is there to be installed at once', async () => {
    const sandbox = makeSandbox();
    expect(await sandbox.succeed('ln -s "$CT_IMAGES/tiny.sif" tiny-1.5.sif; ctinstall new tiny-1.5.sif')).toBe(
      `${sandbox.dir}/tiny-1.5.yaml\n`,
    );
    const text = readFileSync(join(sandbox.dir, 'tiny-1.5.yaml'), 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\/.*\/schemas\/easyconfig\.schema\.json\n/);
    const sum = await sandbox.succeed('sha256sum "$CT_IMAGES/tiny.sif"');
    expect(text).toContain(`sha256: ${sum.slice(0, 64)}\n`);
    expect((await sandbox.run('ctinstall check --easyconfig tiny-1.5.yaml')).status).toBe(0);
    await sandbox.succeed('ctinstall tiny-1.5.yaml');
    expect(await sandbox.succeed('module load tiny/1.5; singularity exec "$SIF" echo runs')).toBe('runs\n');
  });

  test('knows what is in the image', async () => {
    const sandbox = makeSandbox();
    const text = await sandbox.succeed(`ctinstall new --output - "$CT_IMAGES/${standInImage}"`);
    expect(text).toContain('conda_env: "mpi4py"');
    expect(text).toContain('conda_root: "/opt/miniconda3"');
    expect(text).toMatch(/- "mpi4py\/\d/);
    expect(text).toMatch(/^# In the image: Debian GNU\/Linux/m);
    expect(text).toMatch(/^# Commands in it.* mpirun/m);
    const written: unknown = JSON.parse(
      await sandbox.succeed(`ctinstall new --json --output out.yaml "$CT_IMAGES/${standInImage}"`),
    );
    expect(written).toMatchObject({ easyconfig: join(sandbox.dir, 'out.yaml'), condaEnvironment: 'mpi4py' });
  });

  test('of a source says what that says, and pulls nothing', async () => {
    const sandbox = makeSandbox();
    await sandbox.succeed('ctinstall new docker://localhost:1/group/app:1.2-cuda');
    const text = readFileSync(join(sandbox.dir, 'app-1.2-cuda.yaml'), 'utf8');
    expect(text).toContain('source: "docker://localhost:1/group/app:1.2-cuda"');
    expect(text).toContain('known of it without pulling it');
    expect(await sandbox.run('ctinstall new docker://jo:secret@localhost/app')).toMatchObject({
      status: 2,
      stderr: expect.not.stringContaining('secret'),
    });
  });

  test('overwrites nothing', async () => {
    const sandbox = makeSandbox();
    sandbox.write('app-1.2.yaml', 'mine');
    const again = await sandbox.run('ctinstall new docker://localhost:1/app:1.2');
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') });
    expect(readFileSync(join(sandbox.dir, 'app-1.2.yaml'), 'utf8')).toBe('mine');
    await sandbox.succeed('ctinstall new --force docker://localhost:1/app:1.2');
    // What it wrote itself is no hindrance.
    await sandbox.succeed('ctinstall new docker://localhost:1/app:1.2');
    expect(readFileSync(join(sandbox.dir, 'app-1.2.yaml'), 'utf8')).toContain('name: "app"');
  });

  test('of what is no image is an error', async () => {
    const sandbox = makeSandbox();
    sandbox.write('text.sif', 'no image');
    for (const image of ['text.sif', 'none.sif', '.'])
      expect((await sandbox.run(`ctinstall new ${image}`)).status).toBe(1);
    const typo = await sandbox.run('ctinstall new dokcer://python:3.12');
    expect([typo.status, typo.stderr]).toEqual([
      2,
      expect.stringMatching(/`dokcer:\/\/python:3\.12` begins with none of/),
    ]);
  });

  test('of an image that nobody can look into says so', async () => {
    const sandbox = makeSandbox();
    const text = await sandbox.succeed('ctinstall new --runtime no-such-runtime --output - "$CT_IMAGES/tiny.sif"');
    expect(text).toContain('# Nobody has looked into the image: no container runtime: `no-such-runtime` on PATH');
  });
});
