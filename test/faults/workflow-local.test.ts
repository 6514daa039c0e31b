import { describe, expect, test } from 'vitest';
import { makeSandbox, tinyImage } from '../harness/sandbox.ts';
import { followWorkflows } from '../harness/workflows.ts';

/* What may go wrong with a workflow on this machine, or with those who ask for it. */

const image = `image: { uri: "${tinyImage}" }`;
const { described, statesOf, waitFor } = followWorkflows();

describe('a workflow on this machine', () => {
  test('that two resume at once runs each job once', async () => {
    const sandbox = makeSandbox();
    sandbox.write('host/nothing', '');
    sandbox.write(
      'twice.fz',
      `version: v4
volumes: { h: { type: HOST, path: "${sandbox.dir}/host" } }
defaults: { job: { mounts: { /h: h } } }
jobs:
  bad: { ${image}, command: [test, -e, /h/good] }
  after: { ${image}, script: "echo ran >>/h/ran", requires: [bad] }
`,
    );
    const resume = (name: string): string =>
      `{ ctinstall workflow resume twice-1 >/dev/null 2>${name}; echo $? >>${name}; } &`;
    await sandbox.run(`ctinstall workflow start twice.fz; touch host/good; ${resume('a')} ${resume('b')} wait`);
    await waitFor(sandbox, 'twice-1', '', 'finished');
    const { stdout } = await sandbox.run(
      'cat host/ran; tail -n 1 a; tail -n 1 b; ctinstall workflow stop twice-1; ctinstall workflow stop twice-1',
    );
    const [ran, ...ends] = stdout.split('\n').slice(0, 3);
    expect(ran).toBe('ran');
    // Who comes when all is over has nothing to do.
    expect([
      ['0', '1'],
      ['0', '0'],
    ]).toContainEqual(ends.toSorted());
    expect(stdout.split('\n').slice(3)).toEqual([...Array(2).fill('twice-1 had ended before: finished'), '']);
  });

  test('while another resumes it is left alone; the lock of a killed one is not in the way', async () => {
    const sandbox = makeSandbox();
    sandbox.write('lock.fz', `version: v4\njobs: { bad: { ${image}, command: ["false"] } }\n`);
    const directory = `${sandbox.prefix}/workflows/lock-1`;
    // The start of an engine says who it is in the same form.
    const held = await sandbox.run(`ctinstall workflow start lock.fz >/dev/null; sleep 4721 & pid=$!
      started=$(cut -d' ' -f22 /proc/$pid/stat)
      sed 's/"pid":[0-9]*/"pid":'$pid'/; s/"started":"[0-9]*/"started":"'$started'/' '${directory}/engine.json' >'${directory}/lock'
      ctinstall workflow resume lock-1; echo $?
      ctinstall workflow clean lock-1; echo $?
      kill $pid; wait $pid 2>/dev/null
      ctinstall workflow clean lock-1; echo $?`);
    expect(held.stderr.match(/another ctinstall is at work on the same workflow/g)).toHaveLength(2);
    expect(held.stdout).toBe('1\n1\nremoved lock-1\n0\n');
  });

  test('says what a job has not printed, and why; runs nothing beside what is over', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'quiet.fz',
      `version: v4
volumes: { h: { type: HOST, path: /nowhere/at/all } }
jobs:
  gone: { ${image}, command: [echo, hi], mounts: { /h: h } }
  after: { ${image}, command: [echo, hi], requires: [gone] }
  each: { ${image}, command: [echo, hi], task-array: { start: 1, end: 2 } }
`,
    );
    await sandbox.run('ctinstall workflow start quiet.fz');
    expect((await described(sandbox, 'quiet-1')).jobs[0]).toMatchObject({
      state: 'failed',
      why: '/nowhere/at/all is not there, which is to be seen as /h',
    });
    const log = await sandbox.run('ctinstall workflow log quiet-1 after; ctinstall workflow log -f quiet-1 after');
    const line = '`after` has printed nothing: never, `gone` did not end well';
    expect([log.status, log.stdout, log.stderr]).toEqual([0, '', `${line}\n${line}\n`]);
    const over = await sandbox.run('ctinstall workflow exec quiet-1 each.1 -- true');
    expect([over.status, over.stderr]).toEqual([1, expect.stringContaining('`each.1` does not run')]);
    const array = await sandbox.run('ctinstall workflow exec quiet-1 each -- true');
    expect([array.status, array.stderr]).toEqual([2, expect.stringContaining('name one of its tasks: `each.1`')]);
  });

  test('clears a volume up whose directories a job has made read-only', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'closed.fz',
      `version: v4
volumes: { v: { use: ephemeral } }
jobs: { a: { ${image}, script: "mkdir -p /v/a/b; touch /v/a/b/c; chmod 555 /v/a/b /v/a", mounts: { /v: v } } }
`,
    );
    await sandbox.succeed('ctinstall workflow start closed.fz');
    expect(await sandbox.succeed('cd "$CTINSTALL_PREFIX/workflows/closed-1"; ls -d volumes* || :')).toBe('');
  });

  test('of which the maker was killed before it could say who it is, is told of and removed once it is old', async () => {
    const sandbox = makeSandbox();
    const ran = await sandbox.run(
      `mkdir -p "$CTINSTALL_PREFIX/workflows/"{new,old}-1; touch -d '1 day ago' "$CTINSTALL_PREFIX/workflows/old-1"
       mkdir "$CTINSTALL_PREFIX/workflows/bad-1"; echo garbled > "$CTINSTALL_PREFIX/workflows/bad-1/run.json"
       ctinstall workflow list; ctinstall workflow clean; ls "$CTINSTALL_PREFIX/workflows"; ctinstall workflow clean bad-1`,
    );
    expect(ran.stderr).toContain('bad-1: its `run.json` is damaged: `ctinstall workflow clean bad-1` removes it');
    expect(ran.stderr).toContain('of old-1 nothing was started');
    expect(ran.stderr).not.toContain('new-1');
    expect(ran.stdout).toBe('removed old-1\nbad-1\nnew-1\nremoved bad-1\n');
  });

  test('stop: a job that is about to begin ends too', async () => {
    const sandbox = makeSandbox();
    // When its status is there, its container is yet to begin.
    sandbox.write('slow.fz', `version: v4\njobs: { a: { ${image}, command: [sleep, "4722"] } }\n`);
    await sandbox.succeed(
      `ctinstall workflow start --detach slow.fz
       status="$CTINSTALL_PREFIX/workflows/slow-1/status/a"
       until [ -e "$status" ]; do sleep 0.01; done
       ctinstall workflow stop slow-1`,
    );
    expect(await statesOf(sandbox, 'slow-1')).toEqual({ '': 'stopped', a: 'cancelled' });
    expect((await sandbox.run('pgrep -f "sleep 4722"')).stdout).toBe('');
  });
});
