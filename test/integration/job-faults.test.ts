import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { asRoot } from '../harness/as-root.ts';
import { giveToUser, makeSandbox, standInImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

// A Slurm of its own: a node of it goes down.
const slurm = useSlurm();

/** Each task notes that it runs, and waits for its end; of the job `killed` the second is killed by the kernel, as it seems. */
const task = `import os, pathlib, sys, time
how, rank = sys.argv[1], os.environ["RANK"]
pathlib.Path(f"runs-{how}-{rank}").write_text(str(os.getpid()) + "\\n")
while how == "killed" and rank == "1":
    if pathlib.Path("runs-killed-0").exists():
        os.kill(os.getpid(), 9)
if how == "again":
    print("second run" if "SLURM_RESTART_COUNT" in os.environ else "first run", flush=True)
if "SLURM_RESTART_COUNT" not in os.environ:
    time.sleep(600)
`;

const functions = `
begin() { # how, flags...
  local how=$1
  shift
  { ctinstall job py "$@" -o "$how.sh" --wait -- python-distributed task.py "$how" >"$how.out" 2>"$how.err"; echo $? >"$how.status"; } &
}
until_there() { for ((n = 0; n < 300; n++)); do [ ! -s "$1" ] || return 0; sleep 0.1; done; echo "no $1" >&2; exit 1; }
job_of() { sed -n 's/^job //p' "$1.out"; }
`;

test('jobs that end badly say why, with a status that fits, and leave nothing on any node', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'py-1.yaml',
    `name: py\nversion: "1"\nimage: { file: ${standInImage} }\nrunscripts: [python-distributed]\n`,
  );
  sandbox.write('task.py', task);
  // What each node has of its own, in a path without blanks: for images and for caches. Here both nodes have the same.
  const own = mkdtempSync(join(tmpdir(), 'ct-own-'));
  onTestFinished(() => rmSync(own, { recursive: true, force: true }));
  const [copies, small] = [join(own, 'copies'), join(own, 'small')];
  for (const directory of [copies, small]) mkdirSync(directory);
  giveToUser(own);
  asRoot('mount', '-t', 'tmpfs', '-o', 'size=1M,mode=777', 'none', small);
  onTestFinished(() => void asRoot('umount', small));

  const ran = await sandbox.run(
    `${functions}
     ctinstall --image-dir "$CT_IMAGES" py-1.yaml >/dev/null 2>&1 || exit 1
     begin killed --nodes 2 --broadcast ${copies}
     begin late --partition small --time 1 --broadcast ${copies}
     begin cancelled --broadcast ${copies}
     begin full --broadcast ${small}
     begin again --partition small
     begin down --nodes 2 --slurm-option no-requeue --broadcast ${copies}
     until_there runs-late-0
     scontrol update JobId="$(job_of late)" EndTime="$(date -d '3 seconds' +%FT%T)"
     until grep -qs 'first run' again.out || ((n++ > 600)); do sleep 0.1; done
     scontrol requeue "$(job_of again)"
     # Slurm would let it wait for two minutes.
     until grep -qs 'queue again' again.err || ((n++ > 600)); do sleep 0.1; done
     until [ -s again.status ] || ((n++ > 1200)); do scontrol update JobId="$(job_of again)" StartTime=now 2>/dev/null; sleep 0.3; done
     until_there runs-cancelled-0
     scancel "$(job_of cancelled)"
     # Whatever runs on the node that goes down is over by then.
     for how in killed cancelled full; do until_there "$how.status"; done
     until_there runs-down-0; until_there runs-down-1
     directory=\${SLURM_CONF%/*}
     kill -9 "$(<"$directory/slurmd-n2.started")"
     scontrol update NodeName=n2 State=DOWN Reason=test
     until_there down.status
     # It comes back, and finds tasks of a job that is no more.
     PATH=$PATH:/usr/sbin slurmd -D -N n2 >/dev/null 2>&1 </dev/null & echo $! >"$directory/slurmd-n2.started"
     until_there late.status
     for ((n = 0; n < 300; n++)); do
       [ -n "$(ls ${copies} ${small} | grep ctinstall)$(for pid in $(cat runs-*); do ls -d "/proc/$pid"; done 2>/dev/null)" ] || break; sleep 0.1
       # Slurm asks its nodes now and then what runs there: so it asks at once.
       ((n % 20 != 19)) || scontrol reconfigure
     done
     ls -A ${copies} ${small} | grep ctinstall; for pid in $(cat runs-*); do ls -d "/proc/$pid"; done 2>/dev/null
     grep . *.status; sed -n 's/^job [0-9]* ended with exit status //p' *.err
     grep -hoE '^error: .*|No space left on device' full.out | sort -u; grep -o 'task 1: .*' killed.out; cat again.err; grep ' run$' again.out`,
    { ...slurm, TMPDIR: copies },
  );
  expect(ran.stdout.split('\n')).toEqual([
    ...[
      'again.status:0',
      'cancelled.status:143',
      'down.status:143',
      'full.status:1',
      'killed.status:143',
      'late.status:143',
    ],
    '143, Slurm: CANCELLED; it was cancelled',
    '143, Slurm: NODE_FAIL; a node failed: send it again',
    '1, Slurm: FAILED',
    '143, Slurm: FAILED; a task was ended by SIGTERM, as all are when one fails: see the output',
    '143, Slurm: TIMEOUT; its time was up: `--time` asks for more',
    'No space left on device',
    expect.stringMatching(/^error: .*\.sif could not be put into .*\/small of each node: is there room\?$/),
    'task 1: Exited with exit code 137',
    expect.stringMatching(/^job \d+ is in the queue again: a node failed, or Slurm took it back$/),
    ...['first run', 'second run'],
    '',
  ]);
});
