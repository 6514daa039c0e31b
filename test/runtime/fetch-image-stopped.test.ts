import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { machine } from '../harness/sandbox.ts';
import { onSmallFileSystem } from '../host/support.ts';
import { all, expectFailed, serve } from './fetch-served.ts';
import {
  addRemote,
  buildFetchProgram,
  type FetchSite,
  makeFetchSite,
  nothingLeft,
  processesNaming,
} from './fetch-support.ts';

beforeAll(buildFetchProgram);

describe('fetchImage on a full disk', () => {
  it.each([
    ['temporary files', 'work', 'docker://HOST/me/large:1'],
    ['the image', 'out', 'http://HOST/tiny.sif'],
  ])('for %s: says so, and leaves nothing', async (_, place, source) => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    const directory = join(site.root, 'given', place);
    mkdirSync(directory);
    await onSmallFileSystem(directory, { size: '64k', options: ',mode=777' }, async () => {
      const failed = await site.fetch(source.replace('HOST', host), {
        work: join(place === 'work' ? directory : site.root, 'work'),
        target: join(place === 'out' ? directory : join(site.root, 'out'), 'image.sif'),
      });
      expectFailed(site, failed);
      expect(failed.hint).toMatch(/^free some space, or set `SINGULARITY_TMPDIR`/);
      expect(site.asUser(['ls', '-A', directory])).toBe('');
    });
  });
});

describe('fetchImage stopped', () => {
  it.each(['docker://HOST/me/large:1', 'oras://HOST/me/tiny:1', 'http://HOST/tiny.sif', 'library://me/col/tiny:1'])(
    'while %s comes: ends what it has started, and leaves nothing',
    async (source) => {
      const [site, server] = [
        await makeFetchSite(),
        await serve({ ...all, cutAfter: { bytes: 30_000, thereupon: 'wait' } }),
      ];
      addRemote(site, server.host);
      const { child, ended } = site.start(source.replace('HOST', server.host));
      await server.waiting;
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ kind: 'failed', code: 'interrupted' });
      expect(site.left()).toEqual(nothingLeft);
      expect(processesNaming(site.root)).toEqual([]);
    },
  );

  it('while the image is made of layers', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    const { environment, reached } = holdMksquashfs(site);
    const { child, ended } = site.start(`docker://${host}/me/large:1`, { environment });
    await reached();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ kind: 'failed', code: 'interrupted' });
    expect(site.left()).toEqual(nothingLeft);
    expect(processesNaming(site.root)).toEqual([]);
  });

  it('because the runtime was killed', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    const { environment, reached } = holdMksquashfs(site);
    const { ended } = site.start(`docker://${host}/me/large:1`, { environment });
    process.kill(await reached(), 'SIGKILL');
    const failed = expectFailed(site, await ended);
    expect(failed).toMatchObject({ message: expect.stringMatching(/failed with signal SIGKILL$/) });
    expect(failed.hint).toContain('something killed the runtime');
    expect(processesNaming(site.root)).toEqual([]);
  });
});

/** A `mksquashfs` that never ends; `reached` gives the process number of the runtime that has started it. */
function holdMksquashfs(site: FetchSite): { environment: Record<string, string>; reached: () => Promise<number> } {
  const [directory, numbers] = [join(site.root, 'given/bin'), join(site.root, 'given/numbers')];
  mkdirSync(directory);
  // The runtime asks for its version first.
  const script = `#!/bin/sh
[ "$1" = -version ] && exit 1
echo $PPID $$ > '${numbers}~'
mv '${numbers}~' '${numbers}'
exec tail -f '${numbers}'
`;
  writeFileSync(join(directory, 'mksquashfs'), script);
  chmodSync(join(directory, 'mksquashfs'), 0o755);
  site.own();
  const read = (): number[] => readFileSync(numbers, 'utf8').split(' ').map(Number);
  onTestFinished(() => {
    for (const line of processesNaming(numbers)) if (line.startsWith('tail ')) process.kill(read()[1] ?? 0, 'SIGKILL');
  });
  return {
    environment: { PATH: `${directory}:${machine.path}` },
    reached: () => vi.waitFor(() => read()[0] ?? 0, { timeout: 60_000, interval: 20 }),
  };
}
