import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeIssues } from '../../src/easyconfig/describe-issue.ts';
import { describePlan } from '../../src/plan/describe-step.ts';
import { makeSite, type Site } from '../apply/install-support.ts';
import { describeTree } from '../apply/support.ts';
import { stepsOf } from '../plan/support.ts';
import { attempt, type Planned, type Refused } from './attempt.ts';
import { evaluateModulefiles } from './evaluate-modulefile.ts';
import { type StringField, stringFields } from './fields.ts';
import { expectHeld } from './held.ts';
import { type Lures, payloads } from './payloads.ts';

/*
 * Every text of an easyconfig × every trick, all the way to an install with the fake runtime: the value is held as it
 * stands, or the recipe is refused at its place; nothing runs but what the recipe has the container run; and nothing is
 * written but the install and its modulefile.
 */

let site: Site;
let lures: Lures;
beforeAll(() => {
  site = makeSite({ isInMemory: true });
  const around = dirname(site.prefix);
  lures = { canary: join(around, 'canary'), elsewhere: join(around, 'elsewhere') };
  mkdirSync(lures.elsewhere);
  writeFileSync(join(site.root, 'images', 'image.sif'), 'image');
});
afterAll(() => site.remove());

/** What no terminal shows, or obeys. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

test.each(stringFields)('$path', async (field) => {
  const before = around();
  const planned: { value: string; plan: Planned }[] = [];
  for (const [trick, value] of Object.entries(payloads(lures))) {
    const text = JSON.stringify(field.recipeWith(value));
    const attempted = await attempt(text, site);
    if (attempted.kind === 'refused') expectRefusal(attempted, { trick, text, field, value });
    else {
      expectVisible(attempted);
      expectTree(attempted);
      planned.push({ value: attempted.fill(value), plan: attempted });
      rmSync(site.prefix, { recursive: true, force: true });
    }
    expect([trick, around()]).toEqual([trick, before]);
  }
  expect(planned.length).toBeGreaterThan(0);
  const calls = evaluateModulefiles(planned.map(({ plan }) => modulefileOf(plan)));
  const argvs = readArgvs(planned.map(({ plan }) => plan.log));
  for (const [index, { value, plan }] of planned.entries()) {
    expectHeld(field.path, value, { plan: plan.plan, calls: calls[index] ?? [], argvs: argvs[index] ?? [] });
    expectScripts(plan);
  }
  expect(around()).toEqual(before);
});

/** All that lies beside the prefix, and below it if anything is there. */
function around(): Record<string, string> {
  const tree = { ...describeTree(site.root), ...describeTree(dirname(site.prefix)) };
  delete tree['runtime.log'];
  return tree;
}

function expectRefusal(
  { issues, by }: Refused,
  { trick, text, field, value }: { trick: string; text: string; field: StringField; value: string },
): void {
  const shown = describeIssues('recipe.yaml', text, issues);
  for (const line of shown) expect([trick, unseen.exec(line)]).toEqual([trick, null]);
  const [issue, ...more] = issues;
  expect([trick, more]).toEqual([trick, []]);
  const { place, message } = issue ?? { place: { line: 0, column: 0, length: 0 }, message: '' };
  const characters = Array.from(text);
  const marked = characters.slice(place.column - 1, place.column - 1 + place.length).join('');
  expect([trick, place.line, message, marked]).toEqual([trick, 1, message, JSON.stringify(value)]);
  const isKey = field.path.endsWith('{key}');
  const label = field.path.replaceAll('[]', '[0]').replaceAll('{}', '.FUZZED');
  if (by === 'parse' && !isKey) expect([trick, message]).toEqual([trick, expect.stringContaining(`\`${label}\``)]);
}

/** A plan is data, and what is said of it one line for each step, whatever the recipe holds. */
function expectVisible({ plan, titles }: Planned): void {
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  for (const line of [...describePlan(plan), ...titles]) expect(line).not.toMatch(unseen);
}

/** Only the install and its modulefile are there, or nothing at all; nobody else can write there. */
function expectTree({ plan, failure }: Planned): void {
  if (failure !== undefined) {
    expect([failure.message, existsSync(site.prefix)]).toEqual([failure.message, false]);
    return;
  }
  // It may have been done before, for another form of the recipe.
  if (!existsSync(site.prefix)) return;
  for (const path of walk(site.prefix)) {
    const isOurs = [plan.installDir, plan.modulefile, join(site.prefix, '.ctinstall')].some(
      (place) => path === place || path.startsWith(`${place}/`) || place.startsWith(`${path}/`),
    );
    expect([path, isOurs]).toEqual([path, true]);
    const stats = lstatSync(path);
    if (!stats.isSymbolicLink()) expect([path, stats.mode & 0o002]).toEqual([path, 0]);
  }
  expect(readFileSync(plan.modulefile, 'utf8')).toBe(stepsOf(plan, 'write-modulefile')[0]?.content);
}

function walk(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((path) => join(directory, path));
}

function modulefileOf({ plan }: Planned): string {
  return stepsOf(plan, 'write-modulefile')[0]?.content ?? '';
}

/** The words that the fake runtime was given each time, for each log: it writes them quoted for bash. */
function readArgvs(logs: readonly string[]): string[][][] {
  const lines = logs.map((log) => log.match(/^(exec|pull|verify) .*$/gm) ?? []);
  const script = 'while IFS= read -r line; do eval "set -- $line"; printf "%s\\0" "$#" "$@"; done';
  const said = execFileSync('bash', ['-c', script], { input: `${lines.flat().join('\n')}\n` })
    .toString()
    .split('\0');
  return lines.map((own) => own.map(() => said.splice(0, 1 + Number(said[0])).slice(1)));
}

const scriptsSeen = new Set<string>();
const filledIn = /^[a-z_]+=.* {2}# filled in by ctinstall$/gm;

/** Every script is one that bash takes, and the values in it are those of the install. */
function expectScripts({ plan }: Planned): void {
  const modules = new Set<string>();
  for (const { path, content } of stepsOf(plan, 'write-file')) {
    // What a recipe has in `files` may be anything.
    if (/\.(yaml|txt)$|\/share\//.test(path) || scriptsSeen.has(content)) continue;
    scriptsSeen.add(content);
    const filled = content.match(filledIn)?.join('\n') ?? '';
    if (/^module=/m.test(filled)) modules.add(filled);
    // The same script with other values is read once; its values are, by all that follows.
    const rest = content.replace(filledIn, '');
    if (scriptsSeen.has(rest) && modules.has(filled)) continue;
    scriptsSeen.add(rest);
    execFileSync('bash', ['-n'], { input: content });
  }
  const input = Array.from(modules, (filled) => `(\n${filled}\nprintf '%s\\0' "$module"\n)\n`).join('');
  const said = modules.size === 0 ? '' : execFileSync('bash', ['-s'], { input }).toString();
  expect(said).toBe(`${plan.moduleName}\0`.repeat(modules.size));
}
