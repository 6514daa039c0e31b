import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkMorePrefixes, checkPrefixRoom } from '../../src/discover/check-prefix-room.ts';
import { checkEasyconfigPath } from '../../src/discover/easyconfig-path.ts';
import { fileSystemName } from '../../src/discover/file-system-names.ts';
import { checkImageDirs } from '../../src/discover/image-dirs.ts';
import { checkSite } from '../../src/discover/site-finding.ts';
import { checkCoverage, isCovered } from '../../src/discover/uncovered-paths.ts';
import { readFileSystemRoom } from '../../src/host/file-system.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { makeMachine } from './fake-machine.ts';

describe('the prefix', () => {
  it('is tried, and is as it was afterwards', async () => {
    const { dir } = makeMachine();
    const findings = await checkPrefixRoom(hostPath('a/b/prefix', dir), '--prefix');
    expect(findings.map(({ what, state }) => [what, state])).toEqual([
      ['prefix', 'found'],
      ['file system', expect.stringMatching(/found|unusable/)],
      ['room', 'found'],
    ]);
    expect(findings[0]?.tried).toContain(`not there yet, but \`${dir}\` is`);
    expect(readdirSync(dir)).toEqual(['bin', 'tmp']);
  });

  it('that is a file, or on a file system that takes nothing, stops an install', async () => {
    const { write } = makeMachine();
    expect(await checkPrefixRoom(hostPath(write('file')), 'default')).toMatchObject([
      { state: 'unusable', value: expect.stringContaining('is not a directory'), stopsInstalls: true },
    ]);
    expect(await checkPrefixRoom(hostPath('/proc/prefix'), 'default')).toMatchObject([
      { state: 'unusable', value: expect.stringContaining('cannot write to `/proc`'), stopsInstalls: true },
    ]);
  });
});

describe('further prefixes', () => {
  it('are there or not', async () => {
    const { dir } = makeMachine();
    expect(await checkMorePrefixes([hostPath(dir), hostPath('none', dir)])).toMatchObject([
      { state: 'found' },
      { state: 'missing', value: `\`${dir}/none\` is not there` },
    ]);
  });
});

describe('names of file systems', () => {
  it('are those that coreutils know', async () => {
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .flatMap((line) => line.split(' ')[1] ?? [])
      .filter((path) => !path.includes('\\'));
    const compared: string[] = [];
    for (const path of new Set(mounts)) {
      const room = await readFileSystemRoom(path).catch(() => undefined);
      if (room === undefined) continue;
      const [type = '', name = ''] = execFileSync('stat', ['-f', '-c', '%t %T', path], { encoding: 'utf8' })
        .trim()
        .split(' ');
      expect(room.type.toString(16)).toBe(type);
      const ours = fileSystemName(room.type).toLowerCase();
      if (!ours.startsWith('file system 0x')) compared.push(`${ours} ${name}`);
      if (ours === 'ext4') expect(name).toBe('ext2/ext3');
      else if (!ours.startsWith('file system 0x')) expect(name).toContain(ours);
    }
    expect(compared.length).toBeGreaterThan(0);
  });

  it('of servers, by the numbers that their clients use', () => {
    expect([0x0bd00bd0, 0x47504653, 0x6969, 0x19830326].map(fileSystemName)).toEqual([
      'Lustre',
      'GPFS',
      'NFS',
      'BeeGFS',
    ]);
    expect(fileSystemName(0x12345)).toBe('file system 0x12345');
  });
});

describe('image directories', () => {
  it('are counted', async () => {
    const { dir, write } = makeMachine();
    for (const name of ['a.sif', 'b.sqsh', 'notes.txt']) write(`images/${name}`);
    const directories = ['images', 'none', 'images/a.sif'].map((name) => hostPath(name, dir));
    expect(await checkImageDirs(directories)).toMatchObject([
      { state: 'found', value: `${dir}/images: 2 images` },
      { state: 'missing', tried: [`\`${dir}/none\``] },
      { state: 'unusable' },
    ]);
    expect(await checkImageDirs([])).toMatchObject([{ state: 'missing' }]);
  });
});

describe('the easyconfig path', () => {
  it('is counted, and told of what is named and not there', async () => {
    const { dir, write } = makeMachine();
    write('easyconfigs/a/app/app-1.0.yaml');
    const directories = ['easyconfigs', 'none', 'own'].map((name) => hostPath(name, dir));
    expect(await checkEasyconfigPath(directories, directories.slice(0, 2))).toMatchObject([
      { state: 'found', value: `${dir}/easyconfigs: 1` },
      { state: 'missing' },
    ]);
  });
});

describe('directories that a user works in', () => {
  const bind = (host: string, container = host) => ({ host, container, access: 'rw' as const, optional: true });

  it('are covered under their own name only', () => {
    expect(isCovered('/scratch/p', [bind('/scratch')])).toBe(true);
    expect(isCovered('/scratch', [bind('/scratch')])).toBe(true);
    expect(isCovered('/scratch2', [bind('/scratch')])).toBe(false);
    expect(isCovered('/scratch/p', [bind('/scratch', '/data')])).toBe(false);
    expect(isCovered('/scratch/p', [bind('/')])).toBe(true);
  });

  it('must be covered where links lead to, too', async () => {
    const { dir } = makeMachine();
    mkdirSync(`${dir}/real/work`, { recursive: true });
    symlinkSync(`${dir}/real`, `${dir}/scratch`);
    const cwd = hostPath('scratch/work', dir);
    const check = (hosts: readonly string[], shown: readonly string[] = []) =>
      checkCoverage({ cwd, environment: {}, bindGroups: { filesystems: hosts.map((host) => bind(host)) }, shown });
    expect(await check([`${dir}/scratch`])).toMatchObject([
      {
        what: 'binds: current directory',
        state: 'missing',
        value: expect.stringContaining(`\`${dir}/real/work\`, to which`),
      },
    ]);
    expect(await check([`${dir}/scratch`, `${dir}/real`])).toMatchObject([{ state: 'found' }]);
    expect(await check([], [`${dir}/real`, cwd])).toMatchObject([
      { state: 'found', tried: ['shown by the runtime itself'] },
    ]);
    // The root of the container is none of this machine's.
    expect(await check([], ['/'])).toMatchObject([{ state: 'missing' }]);
  });

  it('are those that variables name, too', async () => {
    const environment = { HOME: '/no-home', SCRATCH: '/no-scratch', WORK: 'relative' };
    const findings = await checkCoverage({ cwd: hostPath('/tmp'), environment, bindGroups: {}, shown: ['/tmp'] });
    expect(findings.map(({ what, state }) => [what, state])).toEqual([
      ['binds: current directory', 'found'],
      ['binds: $HOME', 'missing'],
      ['binds: $SCRATCH', 'missing'],
    ]);
  });
});

describe('the site', () => {
  const origins = (site: string) => ({ site: [site] }) as unknown as Parameters<typeof checkSite>[0]['origins'];

  it('was set, was found, is one of several, or is none that is known', () => {
    const none = { kind: 'missing', tried: ['`lumi`, which has `/appl/lumi`'] } as const;
    expect(checkSite({ site: 'lumi', origins: origins('CTINSTALL_SITE') }, none)).toMatchObject({
      state: 'found',
      value: 'lumi',
      tried: ['CTINSTALL_SITE'],
    });
    expect(checkSite({ site: 'generic', origins: origins('default') }, none)).toMatchObject({
      state: 'missing',
      tried: none.tried,
    });
    const candidates = ['a', 'b'].map((value) => ({ value, how: `/${value}` }));
    expect(
      checkSite({ site: 'generic', origins: origins('default') }, { kind: 'ambiguous', candidates }),
    ).toMatchObject({ state: 'ambiguous', tried: ['`a`: /a', '`b`: /b'] });
  });
});
