import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Ran, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall install --image-dir "$CT_IMAGES" --stack';

/** Easyconfigs called after letters, in a directory of their own beside the stack. */
function prepared(names: readonly string[], stack: string): Sandbox {
  const sandbox = makeSandbox();
  for (const name of names) sandbox.write(`site/${name}-1.yaml`, tinyEasyconfig('', { name, version: '1' }));
  sandbox.write('site/bad-1.yaml', tinyEasyconfig('sanity_check_commands: ["false"]\n', { name: 'bad', version: '1' }));
  sandbox.write('site/stack.yaml', stack);
  return sandbox;
}

/** The words of each line of the summary but its head, the time left out. */
function tableOf({ stdout }: Pick<Ran, 'stdout'>): string[] {
  const lines = stdout.trimEnd().split('\n');
  const head = lines.findIndex((line) => line.startsWith('module '));
  return lines.slice(head + 1).map((line) => line.replace(/ {2,}/g, ' ').replace(/ [\d.]+ s\b.*/, ''));
}

describe('ctinstall install --stack', () => {
  test('installs all of a list, with what is special about an entry, from wherever it is called', async () => {
    const { succeed, prefix, write, dir } = prepared(
      ['a', 'b'],
      `# what everybody wants
- a-1.yaml
- easyconfig: ./b-1.yaml
  image: images/other.sif
  image_mode: link
  default: true
  set: { env.module.STACK: "yes", versionsuffix: -new }
- { easyconfig: a-1.yaml, try_version: "1.10" }
`,
    );
    await succeed('mkdir site/images; cp "$CT_IMAGES/tiny.sif" site/images/other.sif');
    const printed = await succeed(`${install} site/stack.yaml`);
    expect(tableOf({ stdout: printed })).toEqual(['a/1 installed', 'b/1-new installed', 'a/1.10 installed']);
    expect(readdirSync(join(prefix, 'software/a')).toSorted()).toEqual(['1', '1.10']);
    expect(await succeed('module load b; echo "$STACK"; readlink "$SIF"')).toBe(
      `yes\n${join(dir, 'site/images/other.sif')}\n`,
    );
    write('site/stack.yaml', '- a-1.yaml\n- { easyconfig: a-1.yaml, try_version: "1.10", rebuild: true }\n');
    expect(tableOf({ stdout: await succeed(`cd site; ${install} stack.yaml`) })).toEqual([
      'a/1 there already',
      'a/1.10 installed',
    ]);
  });

  test('begins no further one after a failure, unless it is to keep going, without a stack too; --json tells of each, and a summary', async () => {
    const { run, succeed } = prepared(['a', 'b', 'c'], '- a-1.yaml\n- bad-1.yaml\n- b-1.yaml\n');
    const stopped = await run(`${install} site/stack.yaml`);
    expect(stopped.status).toBe(1);
    expect(tableOf(stopped)).toEqual(['a/1 installed', 'bad/1 failed', 'b/1 not tried']);
    expect(stopped.stdout).toMatch(/^bad\/1 .*`sanity check: false` failed with exit status 1$/m);
    expect(stopped.stderr).toMatch(/error: \[bad\/1\] `sanity check: false` failed/);
    expect(stopped.stderr).toMatch(/error: 1 of 3 easyconfigs could not be installed\n\nhint: 1 was not tried/);
    const kept = await run(`${install} site/stack.yaml --keep-going --jobs 2`);
    expect(kept.status).toBe(1);
    expect(tableOf(kept)).toEqual(['a/1 there already', 'bad/1 failed', 'b/1 installed']);
    expect(await succeed('ctinstall list')).toMatch(/^a\/1 .*\nb\/1 .*\n$/);
    const ran = await run('cd site; ctinstall --keep-going --json --image-dir "$CT_IMAGES" bad-1.yaml c-1.yaml');
    expect(ran.status).toBe(1);
    const events: Record<string, unknown>[] = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'failed', module: 'bad/1', code: 'sanity-check-failed' }),
    );
    expect(events).toContainEqual(expect.objectContaining({ event: 'installed', moduleName: 'c/1' }));
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'sanity-check-failed' });
    expect(events.at(-2)).toMatchObject({
      event: 'summary',
      results: [
        { module: 'bad/1', outcome: 'failed', error: { code: 'sanity-check-failed' } },
        { module: 'c/1', outcome: 'installed', error: null },
      ],
    });
  });

  test('installs nothing where an entry cannot be resolved, and tells all that is wrong', async () => {
    const { run, prefix, write } = prepared(
      ['a'],
      `- a-1.yaml
- nothing-1.yaml
- { easyconfig: a-1.yaml, image_mode: central }
- { easyconfig: a-1.yaml, set: { image.file: a/b, versionsuffix: 3 } }
`,
    );
    const ran = await run(`${install} site/stack.yaml`);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/3 of the 4 entries of the stack have a fault/);
    expect(ran.stderr).toMatch(
      /site\/stack\.yaml:2:3: no easyconfig `nothing-1\.yaml` in [^\n]*\n[^\n]*\n {2}\| {3}\^{14}\n/,
    );
    expect(ran.stderr).toMatch(/stack\.yaml:3:17: `a\/1` is in the stack twice, first in line 1\n/);
    expect(ran.stderr).toMatch(/stack\.yaml:4:46: `image\.file`: `a\/b` is a path/);
    expect(ran.stderr).toMatch(/stack\.yaml:4:66: `versionsuffix` must be text/);
    expect(existsSync(prefix)).toBe(false);
    write('site/stack.yaml', 'name: a\n');
    expect((await run(`${install} site/stack.yaml`)).stderr).toMatch(
      /stack\.yaml:1:1: the file must be a list, not a map/,
    );
  });

  test('--keep-going installs the others, and what cannot be resolved has failed', async () => {
    const { run, succeed, write } = prepared(
      ['a', 'b'],
      '- nothing-1.yaml\n- a-1.yaml\n- broken-1.yaml\n- unresolved-1.yaml\n- { easyconfig: a-1.yaml, rebuild: true }\n- b-1.yaml\n',
    );
    write('site/broken-1.yaml', 'nme: broken\nversion: [\n');
    write(
      'site/unresolved-1.yaml',
      tinyEasyconfig('binds: [{ site: nowhere }]\n', { name: 'unresolved', version: '1' }),
    );
    const refused = await run(`${install} site/stack.yaml`);
    expect(refused.status).toBe(2);
    for (const place of ['1:3: no easyconfig', '3:3: the easyconfig has', '4:3: the easyconfig has', '5:17: `a/1` is'])
      expect(refused.stderr).toContain(`site/stack.yaml:${place}`);
    expect(refused.stderr).toMatch(/unresolved-1\.yaml:\d+:\d+: .*nowhere/);
    expect(refused.stderr).toContain('4 of the 6 entries of the stack have a fault');
    expect(refused.stderr).toMatch(/hint: nothing was done: .*`--keep-going`/);
    const dry = await run(`${install} site/stack.yaml --keep-going --dry-run`);
    expect([dry.status, dry.stdout.match(/^\S+ → /gm)]).toEqual([2, ['a/1 → ', 'b/1 → ']]);
    expect(await succeed('ctinstall list')).toBe('');
    const kept = await run(`${install} site/stack.yaml --keep-going --jobs 2`);
    expect(kept.status).toBe(2);
    expect(tableOf(kept).map((line) => line.replace(/(failed) .*/, '$1'))).toEqual([
      'nothing-1.yaml failed',
      'a/1 installed',
      'broken-1.yaml failed',
      'unresolved-1.yaml failed',
      'a-1.yaml failed',
      'b/1 installed',
    ]);
    expect(kept.stdout).toMatch(/^nothing-1\.yaml .*no easyconfig `nothing-1\.yaml`/m);
    expect(kept.stderr).toMatch(/\[broken-1\.yaml\] the easyconfig has[\s\S]*broken-1\.yaml:\d+:\d+: /);
    expect(kept.stderr).toContain('error: 4 of 6 easyconfigs could not be installed');
    expect(await succeed('ctinstall list')).toMatch(/^a\/1 .*\nb\/1 .*\n$/);
    const json = await run(`${install} site/stack.yaml --keep-going --json`);
    const events: Record<string, unknown>[] = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'failed', module: 'nothing-1.yaml', code: 'easyconfig-not-found' }),
    );
    expect(events.at(-2)).toMatchObject({ event: 'summary', results: { length: 6 } });
  });

  test('what is wrong with each of several named ones is said at once, and what a recipe may not do', async () => {
    const { run, write, prefix } = prepared(['a'], '- a-1.yaml\n- host-1.yaml\n');
    write(
      'site/host-1.yaml',
      tinyEasyconfig('sanity_check_commands: [{ command: "true", host: true }]\n', { name: 'host', version: '1' }),
    );
    const several = await run('cd site; ctinstall --image-dir "$CT_IMAGES" none-1.yaml a-1.yaml host-1.yaml');
    expect(several.status).toBe(2);
    expect(several.stderr).toContain('error: 2 of the 3 easyconfigs have a fault');
    expect(several.stderr).toMatch(/none-1\.yaml: no easyconfig[\s\S]*host-1\.yaml: .* outside the container/);
    const refused = await run(`${install} site/stack.yaml`);
    expect([refused.status, existsSync(prefix)]).toEqual([1, false]);
    expect(refused.stderr).toContain('site/stack.yaml:2:3: ');
    const kept = await run(`${install} site/stack.yaml --keep-going`);
    expect([kept.status, tableOf(kept).map((line) => line.slice(0, 18).trimEnd())]).toEqual([
      1,
      ['a/1 installed', 'host-1.yaml failed'],
    ]);
  });

  test('shows every fault of the list at its place', async () => {
    const { run } = prepared(
      [],
      '- { easyconfg: a-1.yaml }\n- { easyconfig: a-1.yaml, image_mode: move }\n- 3\n- [a]\n',
    );
    const { status, stderr } = await run(`${install} site/stack.yaml`);
    expect(status).toBe(2);
    expect(stderr).toMatch(/the stack has 4 faults/);
    expect(stderr).toMatch(/stack\.yaml:1:5: unknown key `easyconfg` in `\[0\]`[\s\S]*did you mean `easyconfig`\?/);
    expect(stderr).toMatch(/stack\.yaml:2:39: `\[1\]\.image_mode` must be `copy` or `link` or `central`/);
    expect(stderr).toMatch(/stack\.yaml:3:3: /);
    expect(stderr).toMatch(/stack\.yaml:4:3: `\[3\]` must be text, not a list[\s\S]*write `- my-1\.0\.yaml`/);
  });

  test('--dry-run shows the plan of each; names beside a stack, or none at all, are refused', async () => {
    const { run, succeed, prefix } = prepared(['a', 'b'], '- a-1.yaml\n- b-1.yaml\n');
    const plans = await succeed(`${install} site/stack.yaml --dry-run`);
    expect(plans).toMatch(/^a\/1 → [\s\S]*^b\/1 → /m);
    expect(existsSync(prefix)).toBe(false);
    const { stdout } = await run(
      `${install} site/stack.yaml a-1.yaml; echo $?; ctinstall install; echo $?; ${install} site/none.yaml; echo $?`,
    );
    expect(stdout).toBe('2\n2\n2\n');
  });
});

test('a stack that is stopped says what was done, and leaves nothing half done', async () => {
  const { run, prefix } = prepared(['a', 'b'], '- a-1.yaml\n- slow-1.yaml\n- b-1.yaml\n');
  const { stdout, status } = await run(
    `cat > site/slow-1.yaml <<'END'
${tinyEasyconfig('sanity_check_commands: [{ command: "echo > ~/began; sleep 1000", host: true }]\n', { name: 'slow', version: '1' })}END
${install} site/stack.yaml --allow-host-commands &
until [ -e began ]; do kill -0 $! || exit; sleep 0.1; done
kill -INT $!; wait $!`,
  );
  expect(status).toBe(130);
  expect(tableOf({ stdout })).toEqual(['a/1 installed', 'slow/1 failed', 'b/1 not tried']);
  expect(readdirSync(join(prefix, 'software'))).toEqual(['a']);
  expect(readFileSync(join(prefix, 'modules/a/1.lua'), 'utf8')).not.toBe('');
});

describe('ctinstall missing', () => {
  test('says what of a stack is not installed, or is installed from something else', async () => {
    const { run, succeed, write } = prepared(['a', 'b', 'c'], '- a-1.yaml\n- b-1.yaml\n- c-1.yaml\n');
    const missing = (words = 'site/stack.yaml'): Promise<Ran> => run(`ctinstall missing ${words}`);
    expect(await missing()).toMatchObject({
      status: 1,
      stdout: 'a/1: not installed\nb/1: not installed\nc/1: not installed\n',
    });
    await succeed(`${install} site/stack.yaml`);
    expect(await missing()).toMatchObject({ status: 0, stdout: '', stderr: 'nothing is missing\n' });
    write('site/a-1.yaml', `# new\n${tinyEasyconfig('', { name: 'a', version: '1' })}# comments say nothing\n`);
    write(
      'site/b-1.yaml',
      tinyEasyconfig('binds: [/tmp]\nsanity_check_commands: ["true"]\n', { name: 'b', version: '1' }),
    );
    await succeed('rm "$CTINSTALL_PREFIX/modules/c/1.lua"');
    expect((await missing()).stdout).toMatch(
      /^b\/1: differs: installed from another easyconfig \(binds, sanity_check_commands\)\nc\/1: not installed: its modulefile `.+` is gone\n$/,
    );
    expect(await missing('site/a-1.yaml')).toMatchObject({ status: 0 });
    expect(await missing('site/a-1.yaml --try-version 2')).toMatchObject({ status: 1, stdout: 'a/2: not installed\n' });
    const { stdout } = await missing('site/stack.yaml --json');
    expect(JSON.parse(stdout)).toMatchObject([
      { module: 'a/1', state: 'installed' },
      { module: 'b/1', state: 'differs' },
      { module: 'c/1', state: 'missing' },
    ]);
  });

  test('compares the checksum with that of the image', async () => {
    const { run, succeed, write } = prepared([], '- { easyconfig: a-1.yaml }\n');
    const withChecksum = (sha256: string): string =>
      tinyEasyconfig('', { name: 'a', version: '1' }).replace('tiny.sif', `tiny.sif, sha256: ${sha256}`);
    const sha256 = (await succeed('sha256sum < "$CT_IMAGES/tiny.sif"')).slice(0, 64);
    write('site/a-1.yaml', tinyEasyconfig('', { name: 'a', version: '1' }));
    // The record of an install without a checksum has none: the image is looked at.
    await succeed(`${install} site/stack.yaml; ctinstall missing site/stack.yaml`);
    expect(await succeed('cat "$CTINSTALL_PREFIX"/software/a/1/.ctinstall/record.json')).toMatch(
      /"digest": "sha256-tree-1MiB:[0-9a-f]{64}"/,
    );
    write('site/a-1.yaml', withChecksum(sha256));
    await succeed('ctinstall missing site/stack.yaml');
    write('site/a-1.yaml', withChecksum('a'.repeat(64)));
    expect((await run('ctinstall missing site/stack.yaml')).stdout).toBe(
      `a/1: differs: its image has SHA-256 ${sha256}, not ${'a'.repeat(64)}\n`,
    );
  });

  test('needs no container runtime, and goes on after an easyconfig that is not there or has a fault', async () => {
    const { run, write } = prepared(['a'], '- none-1.yaml\n- broken-1.yaml\n- a-1.yaml\n');
    write('site/broken-1.yaml', 'name: [\n');
    const ran = await run('ctinstall missing site/stack.yaml site/gone.yaml site/a-1.yaml');
    expect(ran.status).toBe(2);
    expect(ran.stdout).toMatch(
      /^none-1\.yaml: cannot be looked for: no easyconfig `none-1\.yaml`.*\nbroken-1\.yaml: cannot be looked for: the easyconfig has .*\na\/1: not installed\nsite\/gone\.yaml: cannot be looked for: .*\na\/1: not installed\n$/,
    );
    expect(ran.stderr).toMatch(/stack\.yaml:1:3: no easyconfig `none-1\.yaml`/);
    expect(ran.stderr).toMatch(/broken-1\.yaml:\d+:\d+: /);
    const json = await run('ctinstall missing --json site/stack.yaml');
    expect(JSON.parse(json.stdout)).toMatchObject([
      { easyconfig: 'none-1.yaml', state: 'faulty' },
      { easyconfig: 'broken-1.yaml', state: 'faulty' },
      { module: 'a/1', state: 'missing' },
    ]);
    expect(json.status).toBe(2);
    const without = await run(
      'mkdir programs; ln -s "$(command -v node)" programs/; PATH=$PWD/programs; node "$CT_TOOL/dist/ctinstall.js" missing site/a-1.yaml',
    );
    expect([without.status, without.stdout]).toEqual([1, 'a/1: not installed\n']);
  });
});
