import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CtinstallError } from '../../../../src/lib/errors.ts';
import { hostPath } from '../../../../src/lib/paths.ts';
import { createCondaEnvironment } from '../../../../src/operations/build/conda/create-environment.ts';
import type { CondaRequest, CondaResult } from '../../../../src/operations/build/conda/types.ts';
import type { ReportEvent } from '../../../../src/report/types.ts';
import { type MadePackage, makeChannel, time } from './make-channel.ts';

const placeholder = `/opt/build/${'placehold_'.repeat(10)}`;
const prefix = '/ctinstall/conda';

const packages: readonly MadePackage[] = [
  {
    name: 'python',
    version: '3.12.4',
    depends: ['__glibc >=2.17', 'libx >=1'],
    files: [
      { path: 'bin/python3.12', content: '#!/bin/sh\necho python\n', mode: 0o755 },
      { path: 'bin/python3', link: 'python3.12' },
      { path: 'lib/config', content: `prefix=${placeholder}\n`, placeholder },
    ],
  },
  {
    name: 'libx',
    version: '1.0',
    form: '.tar.bz2',
    files: [
      {
        path: 'lib/libx.so',
        content: Buffer.from(`\x7fELF${placeholder}/share\0after`, 'latin1'),
        placeholder,
        fileMode: 'binary',
      },
      { path: 'bin/.libx-post-link.sh', content: 'exit 1\n' },
      { path: 'share/both', content: 'libx\n' },
    ],
  },
  {
    name: 'tool',
    version: '2.0',
    noarch: 'python',
    depends: ['python'],
    entryPoints: ['tool = tool.main:run.it'],
    files: [
      { path: 'site-packages/tool/main.py', content: 'run = 1\n' },
      { path: 'python-scripts/tool-script', content: `#!${placeholder}/bin/python\n`, placeholder, mode: 0o755 },
      { path: 'share/both', content: 'tool\n' },
      // Does not get smaller: large enough for a program.
      { path: 'share/large', content: randomBytes(1_500_000) },
    ],
  },
  { name: 'damaged', version: '1', isDamaged: true, files: [{ path: 'large', content: randomBytes(1_500_000) }] },
  { name: 'damaged-old', version: '1', form: '.tar.bz2', isDamaged: true, files: [{ path: 'a' }] },
  { name: 'wrong', version: '1', hasWrongHash: true, files: [{ path: 'share/wrong' }] },
  { name: 'evil', version: '1', files: [{ path: '../evil', content: 'evil' }] },
  {
    name: 'evil-list',
    version: '1',
    files: [
      { path: 'a', content: 'a' },
      { path: 'lib/l', link: '../../../etc' },
    ],
  },
  {
    name: 'evil-through',
    version: '1',
    files: [
      { path: 'out', link: '/tmp', isUnlisted: true },
      { path: 'out/evil-through', content: 'evil' },
    ],
  },
  {
    name: 'short',
    version: '1',
    files: [{ path: 'lib/a', content: '/short\0', placeholder: '/short', fileMode: 'binary' }],
  },
];

let root: string;
let server: Server;
/** Paths that were asked of the server, and those of which it breaks off. */
const asked: string[] = [];
let breaking: string | undefined;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-conda-'));
  await makeChannel(join(root, 'mine'), packages);
  await makeChannel(join(root, 'other'), [
    { name: 'libx', version: '9.0', files: [{ path: 'share/other' }] },
    { name: 'only', version: '1' },
  ]);
  await makeChannel(join(root, 'r'), []);
  server = createServer((request, response) => {
    const { url = '' } = request;
    asked.push(url);
    const path = join(root, url);
    if (!existsSync(path)) response.writeHead(404).end();
    else if (breaking !== undefined && url.includes(breaking)) {
      response.writeHead(200, { 'content-length': 100_000 });
      response.write('the beginning');
      setTimeout(() => response.destroy(), 20);
    } else if (!url.endsWith('repodata.json')) createReadStream(path).pipe(response);
    else {
      const etag = `"${statSync(path).size}"`;
      const isKept = request.headers['if-none-match'] === etag;
      asked.push(isKept ? 'kept' : 'sent');
      response.writeHead(isKept ? 304 : 200, { etag });
      if (isKept) response.end();
      else createReadStream(path).pipe(response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

const alias = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

interface Made {
  readonly result: CondaResult;
  readonly events: readonly ReportEvent[];
  readonly tree: string;
}

async function create(
  text: string,
  more: Partial<CondaRequest> & { PATH?: string; variables?: Record<string, string> } = {},
): Promise<Made> {
  const directory = mkdtempSync(join(root, 'work-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const { PATH = process.env.PATH ?? '', variables = {}, ...request } = more;
  writeFileSync(join(directory, 'requirements.txt'), '# mine\nsix==1.16\n');
  writeFileSync(join(directory, 'environment.yml'), text);
  const events: ReportEvent[] = [];
  const result = await createCondaEnvironment(
    {
      ...{ file: hostPath('environment.yml', directory), directory: hostPath('tree', directory), prefix },
      ...{ cache: hostPath('cache', directory), platform: 'linux-64', channelAlias: alias() },
      ...request,
    },
    {
      environment: { PATH, ...variables },
      reporter: { report: (event) => events.push(event) },
      signal: new AbortController().signal,
    },
  );
  return { result, events, tree: join(directory, 'tree') };
}

const failed = async (text: string, more: Partial<CondaRequest> = {}): Promise<CtinstallError> => {
  const error = await create(text, more).catch((thrown: unknown) => thrown);
  if (error instanceof CtinstallError) return error;
  throw error;
};

const read = (tree: string, path: string): string => readFileSync(join(tree, path), 'latin1');

/** Names, kinds, modes, times and contents. */
function picture(tree: string): string {
  const listed = execFileSync('find', ['.', '-printf', '%P %y %m %T@ %l\\n'], { cwd: tree, encoding: 'utf8' });
  const sums = execFileSync('sh', ['-c', 'find . -type f -exec sha256sum {} +'], { cwd: tree, encoding: 'utf8' });
  return [...listed.split('\n'), ...sums.split('\n')].sort().join('\n');
}

const environment = `name: mine
channels: [mine]
dependencies:
  - tool =2.0
  - python=3.12
  - pip: [-r requirements.txt, "rich>=13"]
`;

describe('a conda environment', () => {
  it('is solved, fetched and installed as conda does', async () => {
    const { result, events, tree } = await create(environment);
    expect(result.packages.map(({ name }) => name)).toEqual(['libx', 'python', 'tool']);
    expect(result.pip).toEqual(['six==1.16', 'rich>=13']);
    expect(read(tree, 'lib/config')).toBe(`prefix=${prefix}\n`);
    expect(read(tree, 'lib/libx.so')).toBe(
      `\x7fELF${prefix}/share${'\0'.repeat(placeholder.length - prefix.length)}\0after`,
    );
    expect(readlinkSync(join(tree, 'bin/python3'))).toBe('python3.12');
    expect(read(tree, 'lib/python3.12/site-packages/tool/main.py')).toBe('run = 1\n');
    expect(read(tree, 'bin/tool-script')).toBe(`#!${prefix}/bin/python\n`);
    expect(read(tree, 'bin/tool')).toMatch(
      /^#!\/ctinstall\/conda\/bin\/python3\.12\n[\s\S]*from tool\.main import run\n[\s\S]*sys\.exit\(run\.it\(\)\)\n$/,
    );
    expect(lstatSync(join(tree, 'bin/tool')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(tree, 'bin/python3.12'))).toMatchObject({ mtimeMs: time * 1000 });
    expect(readdirSync(join(tree, 'conda-meta'))).toEqual([
      'history',
      'libx-1.0-0.json',
      'python-3.12.4-0.json',
      'tool-2.0-0.json',
    ]);
    expect(JSON.parse(read(tree, 'conda-meta/tool-2.0-0.json'))).toMatchObject({
      ...{ name: 'tool', noarch: 'python', channel: `${alias()}/mine`, fn: 'tool-2.0-0.conda' },
      files: ['lib/python3.12/site-packages/tool/main.py', 'bin/tool-script', 'share/both', 'share/large', 'bin/tool'],
    });
    expect(read(tree, 'share/both')).toBe('libx\n');
    const said = events.flatMap((event) => ('message' in event ? [event.message] : []));
    expect(said).toEqual([
      '`name` of the file is not used: the image has one environment',
      '1 file is in two packages, and of the first of them: share/both (libx, tool)',
      'not run, as no code of a package is run here: bin/.libx-post-link.sh',
    ]);
  });

  it('is the same each time, from its lock too, without programs that decompress, and with nothing fetched again', async () => {
    const first = await create(environment);
    const cache = hostPath('../cache', first.tree);
    asked.splice(0);
    const again = await create(first.result.lock, { cache, PATH: '' });
    expect(asked).toEqual([]);
    expect(again.result.lock).toBe(first.result.lock);
    expect(again.result.lock).toMatch(/^# platform: linux-64\n@EXPLICIT\n(http\S+#[0-9a-f]{64}\n){3}$/);
    expect(picture(again.tree)).toBe(picture(first.tree));
  });

  it('comes from channels on disk', async () => {
    const { result } = await create(`channels: ["file://${root}/mine"]\ndependencies: [libx]\n`);
    expect(result.packages).toMatchObject([{ name: 'libx', version: '1.0', channel: `file://${root}/mine` }]);
    const beside = await create('channels: [../mine]\ndependencies: [libx]\n');
    expect(beside.result.packages).toEqual(result.packages);
  });

  it('has a package of the channel that is named, where another comes first', async () => {
    const { result } = await create('channels: [mine]\ndependencies: [tool, "other::libx>=2"]\n');
    expect(result.packages.map(({ name, version, channel }) => `${name} ${version} ${channel}`)).toEqual([
      `libx 9.0 ${alias()}/other`,
      `python 3.12.4 ${alias()}/mine`,
      `tool 2.0 ${alias()}/mine`,
    ]);
    expect(await failed('channels: [mine]\ndependencies: ["mine::only", "other::libx"]\n')).toMatchObject({
      code: 'conda-unsolvable',
    });
  });

  it('needs its channels', async () => {
    expect(await failed('channels: [mine, nowhere]\ndependencies: [libx]\n')).toMatchObject({
      code: 'fetch-failed',
      message: `there is no channel at \`${alias()}/nowhere\``,
    });
  });

  it('comes through the proxy of the session', async () => {
    const seen: string[] = [];
    const proxy = createServer(({ url = '', headers }, response) => {
      seen.push(`${headers['proxy-authorization']} ${url}`);
      get(url.replace('http://channels.example', alias()), (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const http_proxy = `http://me:secret@127.0.0.1:${port}`;
    const { result } = await create('channels: [mine]\ndependencies: [libx]\n', {
      channelAlias: 'http://channels.example',
      variables: { http_proxy },
    });
    expect(result.packages).toMatchObject([{ name: 'libx', channel: 'http://channels.example/mine' }]);
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect(seen.every((each) => each.startsWith(`${basic} http://channels.example/mine/`))).toBe(true);
    expect(seen.filter((each) => each.endsWith('.conda') || each.endsWith('.bz2'))).toHaveLength(1);
  });

  it('that cannot be reached is called that', async () => {
    const error = await failed('channels: [mine]\ndependencies: [libx]\n', { channelAlias: 'http://127.0.0.1:9' });
    expect(error).toMatchObject({
      code: 'fetch-failed',
      message: expect.stringMatching(/^`http:\/\/127\.0\.0\.1:9\/mine\/\S+` cannot be fetched$/),
    });
  });

  it('that cannot be says why', async () => {
    const error = await failed(environment, { glibc: '2.12' });
    expect(error.code).toBe('conda-unsolvable');
    expect(error.details.join('\n')).toContain('__glibc >=2.17, for which no candidates were found');
  });

  it('with packages of Anaconda comes with a warning', async () => {
    const { events } = await create('channels: [mine, r]\ndependencies: [libx]\n');
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'warning', message: expect.stringMatching(/licence/) }),
    );
  });
});

describe('what goes wrong leaves nothing behind', () => {
  it.each([
    ['wrong', 'checksum-mismatch', /sha256 should be: 0{64}/],
    ['damaged', 'package-invalid', /damaged-1-0\.conda` cannot be used/],
    ['damaged-old', 'package-invalid', /damaged-old-1-0\.tar\.bz2` cannot be used/],
    ['evil', 'package-invalid', /whose name leads out of it by `\.\.`/],
    ['evil-list', 'package-invalid', /its link `lib\/l` leads out of it, to `\.\.\/\.\.\/\.\.\/etc`/],
    ['short', 'package-invalid', /in `lib\/a`, the prefix has more than 6 bytes/],
  ])('of the package %s', async (name, code, words) => {
    const error = await failed(`channels: [mine]\ndependencies: [${name}]\n`);
    expect(error.code).toBe(code);
    expect([error.message, ...error.details].join('\n')).toMatch(words);
    expect(existsSync(join(root, 'evil'))).toBe(false);
  });

  it('of a run that is stopped', async () => {
    const directory = hostPath(mkdtempSync(join(root, 'stopped-')));
    const file = hostPath('environment.yml', directory);
    writeFileSync(file, 'channels: [mine]\ndependencies: [tool]\n');
    const stop = new AbortController();
    const report = (event: ReportEvent): void => {
      if (event.event === 'working' && event.what?.startsWith('install') === true) stop.abort();
    };
    const tree = hostPath('tree', directory);
    const request = {
      file,
      directory: tree,
      prefix,
      cache: hostPath('cache', directory),
      platform: 'linux-64',
    } as const;
    const making = createCondaEnvironment(
      { ...request, channelAlias: alias() },
      { environment: { PATH: process.env.PATH }, reporter: { report }, signal: stop.signal },
    );
    await expect(making).rejects.toMatchObject({ code: 'interrupted' });
    expect(readdirSync(directory)).toEqual(['cache', 'environment.yml']);
  });

  it('of a package that writes through its own link', async () => {
    await create('channels: [mine]\ndependencies: [evil-through]\n');
    expect(existsSync('/tmp/evil-through')).toBe(false);
  });

  it('of a fetch that breaks off: the next run fetches only what is missing', async () => {
    const directory = mkdtempSync(join(root, 'cache-'));
    const cache = hostPath(directory);
    breaking = 'tool-2.0';
    const error = await failed(environment, { cache }).finally(() => {
      breaking = undefined;
    });
    expect(error.code).toBe('fetch-failed');
    expect(readdirSync(directory).every((name) => !name.endsWith('~'))).toBe(true);
    const there = readdirSync(directory).filter((name) => /\.(conda|bz2)$/.test(name)).length;
    asked.splice(0);
    await create(environment, { cache });
    // What the channel has was kept too.
    expect(new Set(asked.filter((url) => url === 'kept' || url === 'sent'))).toEqual(new Set(['kept']));
    expect(asked.filter((url) => /\.(conda|bz2)$/.test(url) && !url.includes('repodata'))).toHaveLength(3 - there);
  });
});
