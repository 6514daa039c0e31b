import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { describeIssues } from '../../src/easyconfig/describe-issue.ts';
import { parseFuzzfile } from '../../src/formats/fuzzfile/parse.ts';
import type { Task, Workflow } from '../../src/formats/fuzzfile/types.ts';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { planRun } from '../../src/operations/workflow/plan-run.ts';
import { nameOfRuns, type Preparation, renderRun } from '../../src/operations/workflow/prepare-run.ts';
import { sbatchLines } from '../../src/operations/workflow/sbatch-lines.ts';
import { settingsOf } from '../resolve/support.ts';
import { payloads } from './payloads.ts';

/*
 * Every text of ten Fuzzfiles × every second trick: it is refused at its place, or it stands as it is in the scripts of the jobs,
 * which run nothing of it, and ask Slurm for nothing more.
 */

const files = fileURLToPath(new URL('../formats/fuzzfile/files/', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'ct-hostile-'));
const lures = { canary: join(directory, 'canary'), elsewhere: join(directory, 'elsewhere') };
beforeAll(() => {
  mkdirSync(lures.elsewhere);
  writeFileSync(join(directory, 'job.bash'), stub);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** In the place of what runs a job: prints all words that it would be given. */
const stub = `
say() { printf '%s\\0' "$@"; }
give() { say "$2"; }
give_secret() { say "$2"; }
bring() { say "$@"; }
send() { say "$@"; }
mkdir() { return 1; }
rm() { :; }
fail() { :; }
case $kind in
  job | service)
    say "\${image-}" "\${entry-}" "$cwd" "\${binds[@]}" "\${services[@]}" "\${probe_command[@]}"
    set_environment
    words_of_command
    say "\${command[@]}"
    ;;
  *) work_on_volume 2>/dev/null ;;
esac
`;

type Document = Readonly<Record<string, unknown>>;

interface Leaf {
  /** `jobs.{}.command[]`; `jobs.{key}` for the names of a map. */
  readonly path: string;
  readonly documentWith: (value: string) => unknown;
}

/** Below these, names are the user's own. */
const ownNames = new Set(['files', 'annotations', 'volumes', 'jobs', 'services', 'mounts', 'devices']);

function leavesOf(value: unknown, path: string, around: (value: unknown) => unknown): Leaf[] {
  if (typeof value === 'string') return [{ path, documentWith: around }];
  if (Array.isArray(value))
    return value.flatMap((item, index) => leavesOf(item, `${path}[]`, (inner) => around(value.with(index, inner))));
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const isMap = ownNames.has(path.split('.').at(-1) ?? '');
  return entries.flatMap(([key, item], index) => {
    const withEntry = (entry: readonly [string, unknown]): unknown =>
      around(Object.fromEntries(entries.with(index, [...entry])));
    const below = leavesOf(item, `${path === '' ? '' : `${path}.`}${isMap ? '{}' : key}`, (inner) =>
      withEntry([key, inner]),
    );
    return isMap ? [{ path: `${path}.{key}`, documentWith: (name) => withEntry([name, item]) }, ...below] : below;
  });
}

const documents = readdirSync(files).map((file): Document => parse(readFileSync(join(files, file), 'utf8')));
/** Of each kind of place the first. */
const leaves = [
  ...new Map(
    documents
      .flatMap((document) => leavesOf(document, '', (value) => value))
      .toReversed()
      .map((leaf) => [leaf.path, leaf] as const),
  ).values(),
];

/** What no terminal shows, or obeys. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

test.each(leaves.map((leaf, at) => ({ ...leaf, at })))('$path', ({ documentWith, at }) => {
  const accepted: { trick: string; workflow: Workflow; scripts: string[] }[] = [];
  // Half of the tricks in each place, the others in the next: all places go through the same few functions.
  for (const [trick, value] of Object.entries(payloads(lures)).filter((_, turn) => (turn + at) % 2 === 0)) {
    if (value.length > 10_000) continue;
    const text = JSON.stringify(documentWith(value));
    const { workflow, issues, notes } = parseFuzzfile(text);
    for (const line of describeIssues('x.fz', text, [...issues, ...notes]))
      expect([trick, line]).toEqual([trick, shown(line)]);
    if (workflow !== undefined) accepted.push({ trick, workflow, scripts: scriptsOf(workflow, trick) });
    else expect([trick, issues.length]).not.toEqual([trick, 0]);
  }
  const words = runAll(accepted.flatMap(({ scripts }) => scripts));
  for (const { trick, workflow, scripts } of accepted) {
    const given = new Set(scripts.flatMap((script) => words.get(script) ?? []));
    for (const word of wordsOf(workflow)) expect([trick, word, given.has(word)]).toEqual([trick, word, true]);
  }
  expect(existsSync(lures.canary)).toBe(false);
  expect(readdirSync(lures.elsewhere)).toEqual([]);
});

test('the ten have every field of jobs and services that is done', () => {
  const keys = new Set(JSON.stringify(documents).match(/"[\w-]+":/g));
  for (const key of [
    'multinode',
    'task-array',
    'readiness-probe',
    'depends-on',
    'args',
    'cwd',
    'files',
    'policy',
    'slurm',
    'module',
  ])
    expect([
      key,
      keys.has(`"${key}":`) || keys.has(`"${key.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}":`),
    ]).toEqual([key, true]);
});

test('a run is called after its file in letters that need no quoting', () => {
  for (const value of Object.values(payloads(lures))) expect(nameOfRuns(value)).toMatch(/^[\w][\w.-]*$/);
});

function shown(line: string): string {
  return unseen.test(line) ? 'a line that a terminal can show' : line;
}

function scriptsOf(workflow: Workflow, trick: string): string[] {
  const jobs = planRun(workflow);
  const place = hostPath(directory);
  const settings = settingsOf({}, '/prefix');
  const preparation: Preparation = {
    id: 'odd-1',
    directory: place,
    prefix: asPrefix(hostPath('/prefix')),
    engine: 'slurm',
    runtime: 'singularity',
    entries: new Map(),
    slurmPrograms: "/opt/o'dd $(id)/bin",
    sbatchOf: (job) => sbatchLines(job, jobs, { id: 'odd-1', directory: place, settings }),
    launcherOf: () => ({ outside: [], inside: [] }),
    variablesOf: () => ({}),
  };
  const scripts = renderRun(workflow, jobs, preparation).filter(({ path }) => path.endsWith('.sh'));
  for (const { text } of scripts) expectRequest(text, trick);
  return scripts.map(({ text }) => text);
}

const options = /^#SBATCH --[\w-]+(=("([^"\\]|\\.)*"|[\w@%+:,./=-]+))?$/;

/** Lines for Slurm come first, each one option in one word. */
function expectRequest(script: string, trick: string): void {
  const [, ...lines] = script.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#SBATCH '));
  for (const [index, line] of lines.entries()) {
    if (index < end) expect([trick, line]).toEqual([trick, expect.stringMatching(options)]);
    if (index < end) expect([trick, line]).toEqual([trick, shown(line)]);
  }
}

const known = new Map<string, string[]>();

/** What each script gives to the container, all in one bash. */
function runAll(scripts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const fresh = [...new Set(scripts)].filter((script) => !known.has(script));
  for (const [index, script] of fresh.entries()) writeFileSync(join(directory, `${index}.sh`), script);
  const all = 'for ((i = 0; i < $1; i++)); do (. "./$i.sh"); printf "end of script\\0"; done';
  const said = execFileSync('bash', ['-p', '-c', all, 'bash', String(fresh.length)], {
    cwd: directory,
    maxBuffer: 2 ** 28,
    env: { PATH: process.env.PATH, HOME: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let index = 0;
  let words: string[] = [];
  for (const word of said.toString().split('\0'))
    if (word === 'end of script') {
      known.set(fresh[index] ?? '', words);
      [index, words] = [index + 1, []];
    } else words.push(word);
  expect(index).toBe(fresh.length);
  return known;
}

/** What must come out as it was written; words with `$` are replaced on purpose. */
function wordsOf({ tasks, volumes }: Workflow): string[] {
  const ofTask = (task: Task): string[] => [
    ...task.env.map(({ value }) => ('text' in value ? value.text : value.secret)),
    ...(task.run.is === 'command' ? task.run.argv : task.run.args).filter((word) => !word.includes('$')),
    ...('uri' in task.image && task.image.uri.startsWith('/') ? [task.image.uri] : []),
    task.cwd ?? '/',
  ];
  return [
    ...tasks.flatMap(ofTask),
    ...volumes.flatMap(({ name, ingress, egress }) => {
      const isUsed = tasks.some(({ mounts }) => mounts.some(({ volume }) => volume === name));
      const brought = isUsed ? ingress.filter(({ uri }) => !uri.startsWith('file:')) : [];
      return [...brought, ...egress].map(({ uri }) => uri);
    }),
  ];
}
