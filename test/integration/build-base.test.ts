import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { machine, makeSandbox, type Sandbox, tinyImage } from '../harness/sandbox.ts';
import { serveImages } from '../runtime/image-server.ts';
import { makeArtifact, makeOciImage, type OciImage, writeDockerArchive, writeLayout } from '../runtime/oci-image.ts';

/* A base that lies elsewhere is brought by the runtime, from a registry on this machine. */

let layers: OciImage;
beforeAll(() => {
  const busybox = execFileSync('singularity', ['exec', tinyImage, 'cat', '/bin/busybox'], {
    env: { PATH: machine.path },
    maxBuffer: 2 ** 26,
  });
  const ofBase = { 'bin/sh': busybox, 'bin/busybox': busybox, 'bin/prog': '#!/bin/sh\necho of the base\n' };
  layers = makeOciImage(ofBase);
});

async function withRegistry(): Promise<{ sandbox: Sandbox; host: string; requests: readonly string[] }> {
  const images = { 'team/base': layers, 'team/sif': makeArtifact(readFileSync(tinyImage)) };
  const server = await serveImages({ images });
  onTestFinished(() => server.close());
  const sandbox = makeSandbox();
  await sandbox.succeed(
    `mkdir -p prog/bin; printf '#!/bin/sh\\necho of files\\n' > prog/bin/hello; chmod +x prog/bin/hello`,
  );
  return { sandbox, host: server.host, requests: server.requests };
}

test('layers of a registry, by the digest that their tag leads to; a SIF of one', async () => {
  const { sandbox, host, requests } = await withRegistry();
  const { digest } = layers.manifest;
  const out = await sandbox.succeed(`ctinstall build --dry-run my.sif --base docker://${host}/team/base:1.0 --files prog
    ctinstall build my.sif --base docker://${host}/team/base:1.0 --files prog
    singularity exec my.sif sh -c 'prog; hello'; ctinstall show my.sif --sif | grep 'Built on'
    singularity inspect my.sif | grep ctinstall.build.base
    ctinstall build of-sif.sif --base oras://${host}/team/sif:1.0 --files prog
    singularity exec of-sif.sif hello; ctinstall show of-sif.sif --sif | grep 'Built on'; ls -A | grep -v '^\\.apptainer'`);
  const sum = execFileSync('sha256sum', [tinyImage], { encoding: 'utf8' }).slice(0, 64);
  const address = `docker://${host}/team/base:1.0@${digest}`;
  expect(out.split('\n')).toEqual([
    `would build ${join(sandbox.dir, 'my.sif')}`,
    join(sandbox.dir, 'my.sif'),
    ...['of the base', 'of files'],
    expect.stringMatching(new RegExp(`^Built on: +${address}, sha256 [0-9a-f]{64}$`)),
    `ctinstall.build.base: ${address}`,
    join(sandbox.dir, 'of-sif.sif'),
    'of files',
    expect.stringMatching(new RegExp(`^Built on: +oras://${host}/team/sif:1.0, sha256 ${sum}$`)),
    ...['my.sif', 'of-sif.sif', 'prog', ''],
  ]);
  expect(requests).toContain(`GET /v2/team/base/manifests/${digest}`);
});

test('archives and layouts on disk, by paths from here', async () => {
  const { sandbox } = await withRegistry();
  writeDockerArchive(join(sandbox.dir, 'a.tar'), layers);
  writeLayout(join(sandbox.dir, 'layout'), layers);
  const out = await sandbox.succeed(`for base in docker-archive:a.tar oci:layout; do
      ctinstall build my.sif --force --base $base --files prog >&2
      singularity exec my.sif sh -c 'prog; hello; echo $FROM_OCI'; ctinstall show my.sif --sif | grep 'Built on'
    done`);
  expect(out.replace(/sha256 [0-9a-f]{64}/g, 'sum').replace(/ +/g, ' ')).toBe(
    ['docker-archive:a.tar', 'oci:layout']
      .map((base) => `of the base\nof files\nyes\nBuilt on: ${base}, sum\n`)
      .join(''),
  );
});

test('in an easyconfig: made again only where it says another, and known by its digest', async () => {
  const { sandbox, host } = await withRegistry();
  const recipe = (base: string): string =>
    `name: made\nversion: "1.0"\nimage: { file: made.sif }\nbuild: { base: "${base}", files: [{ from: prog }] }\nwrappers: [hello]\n`;
  const pinned = `docker://${host}/team/base@${layers.manifest.digest}`;
  sandbox.write('made-1.0.yaml', recipe(pinned));
  sandbox.write('tagged-1.0.yaml', recipe(`docker://${host}/team/base:1`).replace('name: made', 'name: tagged'));
  sandbox.write('both-1.0.yaml', recipe(pinned).replace(', files', `, base_sha256: ${'ab'.repeat(32)}, files`));
  const out = await sandbox.succeed(`export CTINSTALL_ENFORCE_CHECKSUMS=1
    ctinstall made-1.0.yaml; module load made/1.0; hello
    ctinstall --rebuild made-1.0.yaml 2>&1 | grep -o 'is not built again'; ctinstall verify made/1.0`);
  expect(out).toMatch(/\nof files\nis not built again\nmade\/1\.0: as installed\n$/);
  expect(await sandbox.run('CTINSTALL_ENFORCE_CHECKSUMS=1 ctinstall tagged-1.0.yaml')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/no SHA-256 of what its image is built on/),
  });
  expect(await sandbox.run('ctinstall both-1.0.yaml')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/`build\.base_sha256` must not stand beside such a `base`/),
  });
});

test('an address that leads nowhere, or is none, leaves nothing', async () => {
  const { sandbox, host } = await withRegistry();
  for (const [base, status, stderr] of [
    [`docker://${host}/team/none:1`, 1, /fetching `docker:\/\/\S*team\/none:1`/],
    ['docker://', 2, /has nothing after `docker:\/\/`/],
    ['docker-archive:none.tar', 1, /none\.tar/],
  ] as const)
    expect(await sandbox.run(`ctinstall build x.sif --base ${base} --files prog`), base).toMatchObject({
      status,
      stderr: expect.stringMatching(stderr),
    });
  expect(readdirSync(sandbox.dir).filter((name) => !/^(prog|\.apptainer|\.config)$/.test(name))).toEqual([]);
});
