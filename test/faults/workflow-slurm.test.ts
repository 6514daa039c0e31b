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
const down = `ctl=$(<"\${SLURM_CONF%/*}/slurmctld.started"); kill "$ctl"; while kill -0 "$ctl" 2>/dev/null; do sleep 0.1; done`;
const up = `PATH=$PATH:/usr/sbin; setsid slurmctld -D </dev/null >/dev/null 2>&1 9<&- & echo $! >"\${SLURM_CONF%/*}/slurmctld.started"
  until [ "$(sinfo --noheader --Node --partition=debug --format=%T 2>/dev/null | sort -u)" = idle ]; do sleep 0.2; done`;

describe('a workflow of a Slurm', () => {
  test('that ends while jobs are submitted starts nothing, and says what may be left', async () => {
    const sandbox = makeSandbox();
    writeChain(sandbox, 'many', 12);
    const ran = await sandbox.run(
      `real=$SLURM_CONF; ${impatient}
       ctinstall workflow start many.fz & start=$!
       export SLURM_CONF=$real
       until [ "$(squeue --noheader | wc -l)" -ge 3 ]; do sleep 0.05; done
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
    await sandbox.succeed('ctinstall workflow stop many-1', slurm);
    expect(await sandbox.succeed(queue, slurm)).toBe('');
    await sandbox.succeed('ctinstall workflow resume --watch many-1', slurm);
    expect(new Set(Object.values(await statesOf(sandbox, 'many-1')))).toEqual(new Set(['finished']));
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

  test('that loses a node tells which of its jobs that has ended, and lets one begin again that may', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'node.fz',
      `version: v4
jobs:
  once: { ${image}, command: [sleep, "4718"], slurm: { options: [nodelist=n2] } }
  again: { ${image}, command: [sleep, "4718"], slurm: { options: [nodelist=n2] }, policy: { restart: on-node-fault } }
  last: { ${image}, command: [echo, last], requires: [once] }
`,
    );
    await sandbox.succeed('ctinstall workflow start node.fz', slurm);
    for (const job of ['once', 'again']) await waitFor(sandbox, 'node-1', job, 'running');
    await sandbox.succeed('scontrol update nodename=n2 state=down reason=test', slurm);
    await waitFor(sandbox, 'node-1', 'once', 'failed');
    await waitFor(sandbox, 'node-1', 'again', 'pending');
    expect(await statesOf(sandbox, 'node-1')).toEqual({
      '': 'waiting',
      once: 'failed',
      again: 'pending',
      last: 'never',
    });
    expect((await described(sandbox, 'node-1')).jobs[0]?.why).toContain('NODE_FAIL');
    await sandbox.succeed(
      'scontrol update nodename=n2 state=resume 2>/dev/null || :; ctinstall workflow stop node-1',
      slurm,
    );
    expect(await sandbox.succeed(queue, slurm)).toBe('');
    expect(await statesOf(sandbox, 'node-1')).toMatchObject({ '': 'stopped', once: 'failed', again: 'cancelled' });
  });

  test('is stopped while it is submitted, and nothing of it runs', async () => {
    const sandbox = makeSandbox();
    writeChain(sandbox, 'many', 12);
    // So that it is not over before it can be stopped.
    const ran = await sandbox.run(
      `mkdir slow; printf '#!/bin/sh\\nsleep 0.3\\nexec %s "$@"\\n' "$(type -P sbatch)" >slow/sbatch; chmod +x slow/sbatch
       PATH=$PWD/slow:$PATH ctinstall workflow start many.fz & start=$!
       until [ "$(squeue --noheader | wc -l)" -ge 3 ]; do sleep 0.05; done
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
    writeChain(sandbox, 'chain', 6);
    for (const seconds of [0.3, 0.6, 0.9, 1.2, 1.5]) {
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
          expect(await sandbox.succeed('ls "$CTINSTALL_PREFIX/workflows/chain-1/status"', slurm)).toBe('');
          await sandbox.succeed('ctinstall workflow stop chain-1', slurm);
        } else await waitFor(sandbox, id, '', 'finished');
      }
      expect(await sandbox.succeed(queue, slurm)).toBe('');
      await sandbox.succeed(
        'ctinstall workflow clean --all; ls -A "$CTINSTALL_PREFIX/workflows" 2>/dev/null || :',
        slurm,
      );
    }
    expect(await sandbox.succeed('ls -A "$CTINSTALL_PREFIX/workflows"')).toBe('');
  });
});
