import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/* The law of CONTRIBUTING.md that no compiler holds. */

const root = fileURLToPath(new URL('..', import.meta.url));

const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.includes('/test/'))
  .toSorted();

const textOf = (file: string): string => readFileSync(`${root}src/${file}`, 'utf8');

/** Without comments. */
const codeOf = (file: string): string => textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

interface Import {
  readonly from: string;
  readonly isType: boolean;
}

/** What a file imports: files of src by their path there, all else by name. */
function importsOf(file: string): Import[] {
  const text = textOf(file);
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'/gm);
  const bare = text.matchAll(/^import\s+'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [
    ...Array.from(statements, ([, type, from = '']) => ({ from, isType: type !== undefined })),
    ...Array.from([...bare, ...dynamic], ([, from = '']) => ({ from, isType: false })),
  ].map(({ from, isType }) => ({
    from: from.startsWith('.') ? posix.join(posix.dirname(file), from) : from,
    isType,
  }));
}

const imports = new Map(sources.map((file) => [file, importsOf(file)]));

/** All that is loaded with a file, itself included. */
function reachableFrom(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { from, isType } of imports.get(file) ?? []) if (!isType) reachableFrom(from, seen);
  return seen;
}

/** The rooms, from the top: one may use those below it, never one above. */
const rooms = [
  'cli',
  'operations',
  'apply',
  'runtime',
  'transaction',
  'records',
  'squashfs',
  'slurm',
  'report',
  'plan',
  'scripts',
  'modulefile',
  'discover',
  'resolve',
  'settings',
  'formats',
  'conda',
  'easyconfig',
  'mpi',
  'gpu',
  'elf',
  'image',
  'host',
  'lmod-lua-writer',
  'lib',
];

/** `zstddec` of `zstddec/stream`. */
const packageOf = (name: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;

const roomOf = (file: string): string => file.split('/')[0] ?? '';

/** The first circle of imports, those of types included, that a walk through all files meets; none is the aim. */
function findCircle(): string[] {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const { from } of imports.get(file) ?? []) {
      const circle = walk(from, [...way, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of sources) {
    const circle = walk(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

const isFileModule = (name: string): boolean => /^((node:)?fs(\/.*)?)$/.test(name);
const isProcessModule = (name: string): boolean => /^((node:)?child_process|execa)$/.test(name);

/** The directories marked "no", and the files of others that are so too. */
const isPure = (file: string): boolean =>
  /^(conda|easyconfig|formats|resolve|plan|modulefile|lmod-lua-writer|image|lib)\//.test(file) ||
  (/^settings\//.test(file) && !settingsThatRead.test(file)) ||
  (/^scripts\//.test(file) && file !== 'scripts/read-scripts.ts');

/** The rooms whose work is with files and processes: what is pure loads none of them. */
const worksOnFiles = [
  'cli',
  'operations',
  'apply',
  'runtime',
  'transaction',
  'records',
  'squashfs',
  'slurm',
  'discover',
  'host',
];

const settingsThatRead = /^settings\/read(-[a-z]+)?\.ts$/;

/** Outside host/ only the start of the program reads a file: it cannot wait for more to be loaded. */
const mayReadFiles = ['cli/main.ts', 'cli/run-cli.ts'];

describe('imports', () => {
  it('are found', () => {
    expect(sources.length).toBeGreaterThan(60);
    expect(imports.get('plan/plan-install.ts')?.map(({ from }) => from)).toContain('lib/paths.ts');
    expect(imports.get('cli/definitions/install.ts')?.map(({ from }) => from)).toContain('cli/commands/install.ts');
    const known = [...imports.values()].flat().filter(({ from }) => from.includes('/') && from.endsWith('.ts'));
    for (const { from } of known) expect(sources).toContain(from);
  });

  it('make no circle', () => {
    expect(findCircle()).toEqual([]);
  });

  it('go from a room to those below it', () => {
    expect([...new Set(sources.map(roomOf))].toSorted()).toEqual(rooms.toSorted());
    const upwards = [...imports].flatMap(([file, all]) =>
      all
        .filter(({ from }) => sources.includes(from) && rooms.indexOf(roomOf(from)) < rooms.indexOf(roomOf(file)))
        .map(({ from }) => `${file} → ${from}`),
    );
    expect(upwards).toEqual([]);
  });

  it('of the command line lead to work on installs through operations only', () => {
    const work = /^(apply|runtime|transaction|squashfs)\//;
    for (const [file, all] of imports)
      if (file.startsWith('cli/')) expect([file, all.filter(({ from }) => work.test(from))]).toEqual([file, []]);
  });

  it('of what is pure never lead to files, processes, or the work on them', () => {
    for (const file of sources.filter(isPure)) {
      const impure = [...reachableFrom(file)].filter(
        (name) => isFileModule(name) || isProcessModule(name) || worksOnFiles.includes(roomOf(name)),
      );
      expect([file, impure]).toEqual([file, []]);
    }
  });

  it('of files and processes are host’s alone', () => {
    for (const [file, all] of imports) {
      const names = all.filter(({ isType }) => !isType).map(({ from }) => from);
      const [readsFiles, startsProcesses] = [names.some(isFileModule), names.some(isProcessModule)];
      if (!file.startsWith('host/') && !mayReadFiles.includes(file)) expect([file, readsFiles]).toEqual([file, false]);
      if (!file.startsWith('host/')) expect([file, startsProcesses]).toEqual([file, false]);
    }
  });

  it('of lmod-lua-writer stay in it', () => {
    for (const file of sources.filter((name) => name.startsWith('lmod-lua-writer/')))
      for (const { from } of imports.get(file) ?? []) expect(from).toMatch(/^lmod-lua-writer\//);
  });

  it('of packages are dependencies', () => {
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      readFileSync(`${root}package.json`, 'utf8'),
    );
    for (const [file, all] of imports)
      for (const { from } of all)
        if (!from.startsWith('node:') && !sources.includes(from))
          expect([file, Object.keys(dependencies)]).toEqual([file, expect.arrayContaining([packageOf(from)])]);
  });
});

describe('what is pure', () => {
  it('asks no clock, no chance and no process', () => {
    const asks = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bMath\.random\b|\bprocess\.|\bsetTimeout\b/;
    for (const file of sources.filter(isPure)) expect([file, asks.exec(codeOf(file))?.[0]]).toEqual([file, undefined]);
  });
});

describe('the states of the disk', () => {
  it('that a page names are those of which crash tests say that they pass them', () => {
    const page = readFileSync(`${root}src/transaction/README.md`, 'utf8');
    const states = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, state]) => state);
    const tests = ['killed', 'killed-uninstall'].map((name) =>
      readFileSync(`${root}test/transaction/${name}.test.ts`, 'utf8'),
    );
    expect(states.length).toBeGreaterThan(6);
    for (const state of states) expect(tests.join('\n')).toContain(`\`${state}\``);
  });
});

describe('files', () => {
  const lines = new Map(sources.map((file) => [file, textOf(file).split('\n').length - 1]));

  it('have at most 300 lines', () => {
    expect([...lines].filter(([, count]) => count > 300)).toEqual([]);
  });

  it('have a median of at most 80 lines', () => {
    const sorted = [...lines.values()].toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(80);
  });

  it('have kebab-case names', () => {
    for (const file of sources) expect(file).toMatch(/^[a-z0-9-]+(\/[a-z0-9-]+)*\.ts$/);
  });
});

describe('the module of ctinstall itself', () => {
  it('has the version of the package', () => {
    const { version }: { version: string } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    expect(readdirSync(`${root}modulefiles/ctinstall`)).toEqual([version, `${version}.lua`]);
  });
});
