import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';
import { followWorkflows } from '../harness/workflows.ts';

/*
 * What may go wrong with Slurm, or with those who talk to it. Each leaves a `describe` that is true, and no job that nobody
 * asked for.
 */

const slurm = useSlurm();
const image = `image: { uri: "${tinyImage}" }`;
const queue = 'squeue --noheader --format="%j %T" --states=PENDING,RUNNING';

const { described, statesOf, waitFor } = followWorkflows(slurm);

function writeChain(sandbox: Sandbox, name: string, length: number): void {
  const jobs = Array.from(
    { length },
    (_, index) =>
      `  j${index}: { ${image}, command: [echo, j${index}]${index > 0 ? `, requires: [j${index - 1}]` : ''} }`,
  );
  sandbox.write(`${name}.fz`, `version: v4\njobs:\n${jobs.join('\n')}\n`);
}

/** Clients that do not wait long for a Slurm that is not there. */
const impatient =
  'sed "s/^KillWait/MessageTimeout=2\\n&/" "$SLURM_CONF" >slurm.conf; export SLURM_CONF=$PWD/slurm.conf';
/** A submission that is not over before something can come in between. */
const slowly = `mkdir slow; printf '#!/bin/sh\\nsleep 0.5\\nexec %s "$@"\\n' "$(type -P sbatch)" >slow/sbatch; chmod +x slow/sbatch
  until_there() { until [ "$(squeue --noheader | wc -l)" -ge 2 ]; do sleep 0.05; done; }
  PATH=$PWD/slow:$PATH`;
const down = `ctl=$(<"\${SLURM_CONF%/*}/slurmctld.started"); kill "$ctl"; while kill -0 "$ctl" 2>/dev/null; do sleep 0.1; done`;
const up = `PATH=$PATH:/usr/sbin; setsid slurmctld -D </dev/null >/dev/null 2>&1 9<&- & echo $! >"\${SLURM_CONF%/*}/slurmctld.started"
  until [ "$(sinfo --noheader --Node --partition=debug --format=%T 2>/dev/null | sort -u)" = idle ]; do sleep 0.2; done`;

describe('a workflow of a Slurm', () => {
  test('that ends while jobs are submitted starts nothing, and says what may be left', async () => {
    const sandbox = makeSandbox();
    writeChain(sandbox, 'many', 6);
    const ran = await sandbox.run(
      `real=$SLURM_CONF; ${impatient}
       ${slowly} ctinstall workflow start many.fz & start=$!
       export SLURM_CONF=$real
       until_there
       ${down}
       wait $start`,
      slurm,
    );
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(
      /^error: Slurm does not answer$[\s\S]*^hint: jobs may be left in Slurm, held: once it answers, `ctinstall workflow stop many-1`/m,
    );
    await sandbox.succeed(up, slurm);
    const { state, note } = await described(sandbox, 'many-1');
    expect(state).toBe('stalled');
    expect(note).toContain('its submission was broken off, and its jobs are held');
    expect(await sandbox.succeed('squeue --noheader --format=%r | sort -u', slurm)).toMatch(
      /^(JobHeldUser\n|Dependency\n|None\n)+$/,
    );
    expect(await sandbox.succeed(`ctinstall workflow stop many-1 >&2; ${queue}`, slurm)).toBe('');
  });

  test('that ends while jobs run goes on when it is back; until then what it would know is unknown', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'long.fz',
      `version: v4\njobs:\n  a: { ${image}, command: [sleep, "2"] }\n  b: { ${image}, command: [echo, b], requires: [a] }\n`,
    );
    const said = await sandbox.succeed(
      `real=$SLURM_CONF; ${impatient}
       ctinstall workflow start --watch long.fz >said & watch=$!
       until grep -q '"running"' "$CTINSTALL_PREFIX/workflows/long-1/status/a"; do sleep 0.1; done 2>/dev/null
       short=$SLURM_CONF; export SLURM_CONF=$real
       ${down}
       until grep -q '"finished"' "$CTINSTALL_PREFIX/workflows/long-1/status/a"; do sleep 0.1; done
       SLURM_CONF=$short ctinstall workflow describe long-1
       ${up}
       wait $watch; cat said`,
      slurm,
    );
    expect(said).toMatch(/^a +finished/m);
    expect(said).toMatch(/^b +unknown .*Slurm does not answer$/m);
    expect(said).toMatch(/^b: finished\nlong-1: finished\n$/m);
    expect(await sandbox.succeed('ctinstall workflow log long-1 b', slurm)).toBe('b\n');
  });

  test('that loses a node tells which of its jobs that has ended; what may begin again does, and what depends on it; not if it is cancelled then', async () => {
    const sandbox = makeSandbox();
    sandbox.write('host/first', '');
    sandbox.write(
      'node.fz',
      `version: v4
volumes: { h: { type: HOST, path: "${sandbox.dir}/host" } }
defaults: { job: { mounts: { /h: h } } }
jobs:
  once: { ${image}, command: [sleep, "4718"], slurm: { options: [nodelist=n2] } }
  again:
    ${image}
    script: if rm /h/first; then sleep 4718; else echo again; fi
    slurm: { options: [nodelist=n2] }
    policy: { restart: on-node-fault }
  back: { ${image}, command: [sleep, "4719"], slurm: { options: [nodelist=n1] }, policy: { restart: on-node-fault } }
  last: { ${image}, command: [echo, last], requires: [once] }
  later: { ${image}, command: [echo, later], requires: [again] }
`,
    );
    await sandbox.succeed('ctinstall workflow start node.fz; until [ ! -e host/first ]; do sleep 0.1; done', slurm);
    await waitFor(sandbox, 'node-1', 'once', 'running');
    await waitFor(sandbox, 'node-1', 'back', 'running');
    const { jobs } = await described(sandbox, 'node-1');
    const idOf = (wanted: string): string => jobs.find(({ name }) => name === wanted)?.slurmIds[0] ?? '';
    await sandbox.succeed(
      `scontrol update nodename=n2 state=down reason=test; scontrol requeue ${idOf('back')}`,
      slurm,
    );
    await waitFor(sandbox, 'node-1', 'once', 'failed');
    await waitFor(sandbox, 'node-1', 'again', 'pending');
    await waitFor(sandbox, 'node-1', 'back', 'pending');
    expect(await statesOf(sandbox, 'node-1')).toEqual({
      '': 'waiting',
      once: 'failed',
      again: 'pending',
      back: 'pending',
      last: 'never',
      later: 'pending',
    });
    // Slurm has it wait for two minutes.
    await sandbox.succeed(
      `scontrol update nodename=n2 state=resume 2>/dev/null || :; scontrol update jobid=${idOf('again')} starttime=now
       scancel ${idOf('back')}`,
      slurm,
    );
    await waitFor(sandbox, 'node-1', 'later', 'finished');
    expect(await statesOf(sandbox, 'node-1')).toMatchObject({ '': 'failed', once: 'failed', again: 'finished' });
    expect(await sandbox.succeed('ctinstall workflow log node-1 again')).toMatch(/^again$/m);
    expect(await sandbox.succeed(queue, slurm)).toBe('');
  });

  test('what is left of one whose start was killed goes out of Slurm with `clean`; a job may be called `constructor`', async () => {
    const sandbox = makeSandbox();
    const names = ['constructor', 'toString', ...Array.from({ length: 10 }, (_, index) => `j${index}`)];
    sandbox.write(
      'many.fz',
      `version: v4\njobs:\n${names.map((name) => `  ${name}: { ${image}, command: [echo, hi] }\n`).join('')}`,
    );
    const { stdout } = await sandbox.run(
      `setsid ctinstall workflow start many.fz >/dev/null 2>&1 & start=$!
       until [ "$(squeue --noheader | wc -l)" -ge 3 ]; do sleep 0.05; done
       kill -9 -- -$start; wait; ${queue}`,
      slurm,
    );
    expect(stdout).toContain('many-1.');
    expect(new Set(Object.values(await statesOf(sandbox, 'many-1')))).toEqual(new Set(['stalled', 'pending']));
    expect(
      await sandbox.succeed(
        `ctinstall workflow clean many-1 >&2; ${queue}; ls -A "$CTINSTALL_PREFIX/workflows"`,
        slurm,
      ),
    ).toBe('');
  });

  test('a service that goes on stays known, and can be stopped, where a resume is refused', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'web.fz',
      `version: v4
services: { web: { ${image}, command: [sleep, "4720"], persist: true } }
jobs: { user: { ${image}, command: ["false"], depends-on: [{ name: web, status: running }] } }
`,
    );
    await sandbox.run('ctinstall workflow start --watch web.fz', slurm);
    expect(await statesOf(sandbox, 'web-1')).toEqual({ '': 'failed', web: 'running', user: 'failed' });
    const script = `${sandbox.prefix}/workflows/web-1/jobs/user.sh`;
    const asks = (cores: number): string => `sed -i 's/--cpus-per-task=.*/--cpus-per-task=${cores}/' '${script}'`;
    const refused = await sandbox.run(`${asks(99)}; ctinstall workflow resume web-1`, slurm);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('Slurm does not take `user`')]);
    await sandbox.run(`${asks(1)}; ctinstall workflow resume --watch web-1`, slurm);
    expect(await statesOf(sandbox, 'web-1')).toEqual({ '': 'failed', web: 'running', user: 'failed' });
    expect(await sandbox.succeed(`ctinstall workflow stop web-1 >&2; ${queue}`, slurm)).toBe('');
  });

  test('is stopped while it is submitted, and nothing of it runs', async () => {
    const sandbox = makeSandbox();
    writeChain(sandbox, 'many', 12);
    const ran = await sandbox.run(
      `${slowly} ctinstall workflow start many.fz & start=$!
       until_there
       ctinstall workflow stop many-1
       wait $start`,
      slurm,
    );
    expect(ran.status).not.toBe(0);
    expect(await sandbox.succeed(queue, slurm)).toBe('');
    const states = await statesOf(sandbox, 'many-1');
    expect(new Set(Object.values(states))).toEqual(new Set(['stopped', 'cancelled', 'never']));
  });

  test('whose start is killed at any moment has nothing that runs half; the next command says what is there', async () => {
    const sandbox = makeSandbox();
    writeChain(sandbox, 'chain', 4);
    for (const seconds of [0.4, 0.8, 1.2]) {
      await sandbox.run(
        `setsid ctinstall workflow start chain.fz >/dev/null 2>&1 & start=$!; sleep ${seconds}; kill -9 -- -$start; wait`,
        slurm,
      );
      const listed = await sandbox.run('ctinstall workflow list', slurm);
      const [, id] = /(?:^|of )(chain-1)\b/m.exec(`${listed.stdout}${listed.stderr}`) ?? [];
      const waiting = await sandbox.succeed(queue, slurm);
      // Before there is a directory, nothing is in Slurm.
      if (id === undefined) expect([seconds, waiting]).toEqual([seconds, '']);
      else if (listed.stdout === '') expect(listed.stderr).toContain(`of ${id} nothing was started`);
      else {
        const { state, note } = await described(sandbox, id);
        if (state === 'stalled') {
          expect(note).toContain('its submission was broken off');
          expect(readdirSync(`${sandbox.prefix}/workflows/chain-1/status`)).toEqual([]);
          await sandbox.succeed('ctinstall workflow stop chain-1', slurm);
        } else await waitFor(sandbox, id, '', 'finished');
      }
      const left = await sandbox.succeed(
        `${queue}; ctinstall workflow clean --all >&2; ls -A "$CTINSTALL_PREFIX/workflows" 2>/dev/null || :`,
        slurm,
      );
      expect([seconds, left]).toEqual([seconds, '']);
    }
  });
});
