import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig, tinyImage } from '../harness/sandbox.ts';
import { type Described, followWorkflows } from '../harness/workflows.ts';

const image = `image: { uri: "${tinyImage}" }`;
const start = 'ctinstall workflow start --engine local';

const { statesOf, waitFor } = followWorkflows();

describe('a workflow on this machine', () => {
  test('runs a diamond with a volume, in order, and clears the volume up', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'diamond.fz',
      `version: v4
volumes: { data: {} }
files: { greeting: "hello\\n" }
defaults: { job: { mounts: { /data: data }, policy: { timeout: { execute: 60s } } } }
jobs:
  join: { ${image}, cwd: /data, script: "cat left right", depends-on: [{ name: left }, { name: right, status: FINISHED }] }
  left: { ${image}, cwd: /data, command: [sh, -c, "cat top >left; echo $WORD >>left"], env: ["WORD=a,b;$HOME 'x'"], requires: [top] }
  right: { ${image}, cwd: /data, command: [sh, -c, 'echo "$FB_JOB_NAME of $FB_WORKFLOW_ID" >right'], depends-on: [{ name: top }] }
  top: { ${image}, files: { /etc/greeting: "file://greeting" }, script: "#!/bin/sh\\ncp /etc/greeting /data/top; touch /at-root; pwd" }
`,
    );
    const said = await sandbox.succeed(`${start} diamond.fz`);
    expect(said).toMatch(/^diamond-1 is started on this machine: /);
    expect(said).toMatch(/\ndiamond-1: finished\n$/);
    expect(readdirSync(`${sandbox.prefix}/workflows/diamond-1`)).not.toContain('volumes');
    const shown = await sandbox.succeed(
      `ctinstall workflow log diamond-1 join; ctinstall workflow log diamond-1 top; ctinstall workflow list
       ctinstall workflow clean >&2; ctinstall workflow list`,
    );
    expect(shown).toMatch(
      /^hello\na,b;\$HOME 'x'\nright of diamond-1\n\/\ndiamond-1 {2}finished {2}4\/4 jobs {2}local .*\n$/,
    );
  });

  test('tells what failed and why, and resumes from there', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'chain.fz',
      `version: v4
jobs:
  first: { ${image}, command: [echo, one] }
  each: { ${image}, script: "echo task $FB_TASK_ID; [ $FB_TASK_ID != 7 ] || exit 3", task-array: { start: 6, end: 9, concurrency: 2 }, requires: [first] }
  last: { ${image}, command: [echo, two], requires: [each] }
  slow: { ${image}, command: [sleep, "90"], policy: { timeout: { execute: 3s } } }
  again: { ${image}, script: "echo try; exit 4", policy: { retry: { attempts: 2 } } }
`,
    );
    const ran = await sandbox.run(
      `${start} chain.fz >/dev/null; echo $?; ctinstall workflow describe chain-1; ctinstall workflow log chain-1 again`,
    );
    expect(await statesOf(sandbox, 'chain-1')).toEqual({
      '': 'failed',
      first: 'finished',
      each: 'failed',
      last: 'never',
      slow: 'failed',
      again: 'failed',
    });
    expect(ran.stdout).toMatch(/^1\n/);
    expect(ran.stdout).toMatch(/^each +failed .* 3 finished, 1 failed$/m);
    expect(ran.stdout).toMatch(/^last +never .*`each` did not end well$/m);
    expect(ran.stdout).toMatch(/^each\.7: failed, exit status 3\n {2}log: .*\/logs\/each\.7\.log\n {2}\| task 7$/m);
    expect(ran.stdout).toContain('slow: failed, time limit of 3 s\n');
    expect(ran.stdout).toContain('again: failed, exit status 4, after 3 tries\n');
    expect(ran.stdout).toMatch(/^(try\n.*\n)+try\n$/m);
    const scripts = `${sandbox.prefix}/workflows/chain-1/jobs`;
    const resumed = await sandbox.succeed(
      `sed -i 's/!= 7/!= 70/' ${scripts}/each/script; sed -i 's/exit 4/exit 0/' ${scripts}/again/script; sed -i "s/'90'/'0'/" ${scripts}/slow.sh
       ctinstall workflow resume chain-1 >&2; ctinstall workflow log chain-1 first; ctinstall workflow log chain-1 each.7
       ctinstall workflow resume chain-1`,
    );
    // What had ended well did not run again.
    expect(resumed).toMatch(/^one\ntask 7\ntask 7\n.*all has ended well/);
  });

  test('is stopped, leaves no process, and resumes', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'long.fz',
      `version: v4\njobs:\n  a: { ${image}, command: [sleep, "4711"] }\n  b: { ${image}, command: [echo, b], requires: [a] }\n`,
    );
    const { stdout, stderr } = await sandbox.run(
      `${start} --detach long.fz; ${untilRunning('long-1', 'a')}
       ctinstall workflow exec long-1 a -- sh -c 'echo beside $FB_JOB_NAME'
       ctinstall workflow clean long-1; echo $?
       ctinstall workflow stop long-1 >/dev/null; pgrep -f 'bin/sleep 4711$'`,
    );
    expect(stdout).toMatch(/see how it stands: ctinstall workflow describe long-1\n[\s\S]*^beside a\n1\n$/m);
    expect(stderr).toContain('long-1 is at work');
    expect(await statesOf(sandbox, 'long-1')).toEqual({ '': 'stopped', a: 'cancelled', b: 'never' });
    await sandbox.succeed(
      `sed -i "s/'4711'/'0'/" ${sandbox.prefix}/workflows/long-1/jobs/a.sh; ctinstall workflow resume long-1`,
    );
    expect(await statesOf(sandbox, 'long-1')).toEqual({ '': 'finished', a: 'finished', b: 'finished' });
  });

  test('goes on after its engine is killed, and after a script is', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'kill.fz',
      `version: v4\njobs:\n  a: { ${image}, command: [sleep, "3"] }\n  b: { ${image}, command: [echo, b], requires: [a] }\n`,
    );
    const directory = `${sandbox.prefix}/workflows/kill-1`;
    const killed = await sandbox.succeed(
      `${start} --detach kill.fz >&2; ${untilRunning('kill-1', 'a')}
       kill -9 $(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' ${directory}/engine.json); ctinstall workflow describe kill-1`,
    );
    expect(killed).toMatch(/^kill-1: stalled[\s\S]*nothing runs it any more: `ctinstall workflow resume kill-1`/);
    // The job itself goes on, and is not begun twice.
    const first = pidIn(`${directory}/status/a`);
    await sandbox.succeed('ctinstall workflow resume kill-1');
    expect(pidIn(`${directory}/status/a`)).toBe(first);
    expect(await statesOf(sandbox, 'kill-1')).toEqual({ '': 'finished', a: 'finished', b: 'finished' });

    await sandbox.succeed(
      // What a killed script leaves there.
      `mkdir tmp; export TMPDIR=$HOME/tmp
       sed 's/"3"/"4716"/' kill.fz >other.fz; ${start} --detach other.fz; ${untilRunning('other-1', 'a')}
       until pgrep -f 'bin/sleep 4716$'; do sleep 0.1; done`,
    );
    process.kill(pidIn(`${sandbox.prefix}/workflows/other-1/status/a`), 'SIGKILL');
    await waitFor(sandbox, 'other-1', '', 'failed');
    expect(await statesOf(sandbox, 'other-1')).toEqual({ '': 'failed', a: 'lost', b: 'never' });
    // Nothing waits for what the script has started: it is gone too.
    await sandbox.succeed(`for i in {1..100}; do pgrep -f 'bin/sleep 4716$' || exit 0; sleep 0.1; done; exit 1`);
  });

  test('tells how a job ended that has filled the disk of the run', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'full.fz',
      `version: v4
volumes: { data: {} }
jobs:
  fill: { ${image}, script: "dd if=/dev/zero of=/data/x bs=1k count=5000; exit 9", mounts: { /data: data } }
  last: { ${image}, command: [echo, last], requires: [fill] }
`,
    );
    const said = await sandbox.run(
      `mkdir "$CTINSTALL_PREFIX"
       exec unshare --user --map-current-user --keep-caps --mount bash -c '
         mount -t tmpfs -o size=600k none "$CTINSTALL_PREFIX" || exit 99
         exec setpriv --inh-caps=-all --ambient-caps=-all -- bash -c "${start} full.fz; ctinstall workflow describe --json full-1"'`,
    );
    const { state, jobs }: Described = JSON.parse(said.stdout.slice(said.stdout.indexOf('{')));
    expect(state).toBe('failed');
    expect(jobs.slice(0, 2)).toMatchObject([
      { name: 'fill', state: 'failed', why: 'exit status 9' },
      { name: 'last', state: 'never' },
    ]);
  });

  test('has services with probes, that jobs reach by their names, and that end after the last; resumes with one', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'web.fz',
      `version: v4
volumes: { data: { reference: volume://user/persistent/probed } }
defaults: { service: { mounts: { /data: data } } }
services:
  web:
    ${image}
    script: "mkdir /tmp/www; echo served >/tmp/www/index.html; exec httpd -f -p 18471 -h /tmp/www"
    network: { ports: [{ name: http, port: 18471 }], endpoints: [{ name: page, port-name: http }] }
    readiness-probe: { http-get: { path: "/index.html?[a]", port: 18471, http-headers: [{ name: X-Is, value: "a 'b'" }] }, period-seconds: 1, failure-threshold: 20 }
  tcp:
    ${image}
    command: [httpd, -f, -p, "18472"]
    readiness-probe: { tcp-socket: { port: 18472 }, period-seconds: 1, failure-threshold: 20 }
  late:
    ${image}
    command: [sleep, "4714"]
    readiness-probe: { exec: { command: [test, -e, /data/late] }, period-seconds: 1, timeout-seconds: 20, failure-threshold: 2 }
jobs:
  ask: { ${image}, command: [wget, -qO-, "http://web.svc:18471/index.html"], depends-on: [{ name: web, status: RUNNING }, { name: tcp, status: RUNNING }] }
  wait: { ${image}, command: [echo, ok], depends-on: [{ name: late, status: RUNNING }] }
`,
    );
    const failed = await sandbox.run(
      `${start} web.fz >&2; echo $?; ctinstall workflow log web-1 ask; ctinstall workflow describe web-1`,
    );
    expect(failed.stdout).toMatch(/^1\nserved\nweb-1: failed/);
    const ended = { web: 'finished', tcp: 'finished', ask: 'finished' };
    expect(await statesOf(sandbox, 'web-1')).toMatchObject({ ...ended, '': 'failed', late: 'failed' });
    expect(failed.stdout).toMatch(
      /^wait +(failed .*the service late (did not become ready|has ended)|never .*`late` did not end well)$[\s\S]*^late: failed, it did not become ready$[\s\S]*^ {2}hint: let its `readiness-probe` try longer/m,
    );
    const resumed = await sandbox.succeed(
      `touch "$CTINSTALL_PREFIX/volumes/user/persistent/probed/late"; ctinstall workflow resume web-1 >&2
       ctinstall workflow log web-1 ask; pgrep -f 'bin/sleep 4714$' || :`,
    );
    expect(resumed).toBe('served\n');
    const states = Object.values(await statesOf(sandbox, 'web-1'));
    expect(new Set(states)).toEqual(new Set(['finished']));
  });

  test('fills a volume before the first job, whole or not at all; what lasts stays', async () => {
    const sandbox = makeSandbox();
    const server = createServer((request, response) => {
      if (request.url === '/a.txt') response.end('from the web\n');
      else if (request.url === '/private') {
        const [scheme = '', words = ''] = (request.headers.authorization ?? '').split(' ');
        response.end(`${scheme} ${scheme === 'Basic' ? Buffer.from(words, 'base64') : words}\n`);
      } else if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half');
        setTimeout(() => response.destroy(), 50);
      } else response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const file = (path: string, secret = '', more = ''): string => `version: v4
files: { note: "own\\n" }
volumes:
  data:
    reference: volume://user/persistent/kept
    ingress:
      - { source: { uri: "http://127.0.0.1:${port}/${path}"${secret} }, destination: { uri: "file://in dir/a" } }
      - { source: { uri: "file://note" }, destination: { uri: "file:///note" } }
${more}jobs: { show: { ${image}, cwd: "/data/in dir", script: "cat a ../note*", mounts: { /data: data } } }
`;
    sandbox.write('cut.fz', file('cut'));
    const cut = await sandbox.run(`${start} cut.fz >&2; echo $?; find "$CTINSTALL_PREFIX/volumes" -type f`);
    expect(cut.stdout).toBe('1\n');
    expect(await statesOf(sandbox, 'cut-1')).toMatchObject({ 'ingress+data': 'failed', show: 'never' });
    const login = 'pass "word" \\\\ $(x)';
    const byToken = `      - { source: { uri: "http://127.0.0.1:${port}/private", secret: secret://user/TOKEN }, destination: { uri: "file://note-2" } }\n`;
    sandbox.write('private.fz', file('private', ', secret: secret://user/LOGIN', byToken));
    sandbox.write('login', `username=me\npassword=${login}\n`);
    sandbox.write('token', 'token=t0k3n\n');
    const asked = await sandbox.succeed(
      `${start} --secret LOGIN=@login --secret TOKEN=@token private.fz >&2; ctinstall workflow log private-1 show
       rm "$CTINSTALL_PREFIX/volumes/user/persistent/kept/note-2"`,
    );
    expect(asked).toBe(`Basic me:${login}\nown\nBearer t0k3n\n`);
    sandbox.write('web.fz', file('a.txt'));
    // Two at once, into one volume.
    const both = await sandbox.succeed(
      `${start} web.fz >&2 & ${start} web.fz >&2; wait $!; ctinstall workflow log web-1 show
       find "$CTINSTALL_PREFIX/volumes" -name "*~"
       ctinstall workflow clean --all >&2; cat "$CTINSTALL_PREFIX/volumes/user/persistent/kept/in dir/a"`,
    );
    expect(both).toBe('from the web\nown\nfrom the web\n');
  });

  test('keeps secrets out of scripts, logs and the record, and values as they are', async () => {
    const sandbox = makeSandbox();
    const hostile = `'"; touch /tmp/ct-hostile-$(id -u) $(touch ~/x) \`touch ~/x\` \\ $HOME`;
    sandbox.write('secret', 's3cr3t $(touch ~/x) "\n');
    sandbox.write(
      'odd.fz',
      `version: v4
jobs:
  show: { ${image}, command: [sh, -c, 'printf "%s|" "$TOKEN" "$ODD" "$@" | md5sum', x, $ODD, ${JSON.stringify(hostile)}], env: ["TOKEN=secret://user/T", ${JSON.stringify(`ODD=${hostile}`)}] }
  refuse: { ${image}, command: [echo, ok] }
`,
    );
    const none = await sandbox.run(`${start} odd.fz`);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no secret `T`') });
    const [shown, expected, ...left] = (
      await sandbox.succeed(
        `${start} --secret T=@secret odd.fz >&2; ctinstall workflow log odd-1 show
         printf '%s|' 's3cr3t $(touch ~/x) "' "$ODD" "$ODD" "$ODD" | md5sum
         ls -A; stat -c %a "$CTINSTALL_PREFIX"/workflows/odd-1/secrets{,/T}; grep -rls s3cr3t "$CTINSTALL_PREFIX" || true`,
        { ODD: hostile },
      )
    ).split('\n');
    expect(shown).toBe(expected);
    expect(left).not.toContain('x');
    expect(left.slice(-4)).toEqual(['700', '600', `${sandbox.prefix}/workflows/odd-1/secrets/T`, '']);
  });

  test('brings from S3 and writes to it by aws, rclone or s3cmd, with a secret that no job sees', async () => {
    const sandbox = makeSandbox();
    const programs = ['aws', 'rclone', 's3cmd'];
    // The first that is there is taken: each is gone after its use, and the last brings all back.
    for (const program of programs)
      sandbox.write(
        `fake/${program}`,
        `#!/bin/bash
store=\${0%/*}/store
from=\${@: -2:1} to=\${@: -1}
for uri in from to; do
  declare "$uri=$(sed -E "s,^(s3://|:s3:),$store/," <<<"\${!uri}")"
done
cp -- "$from" "$to" || exit
echo "${program}:$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY:\${RCLONE_S3_ENDPOINT-}$*" >>"$store/said"
mv -- "$0" "$0.used"
[[ \${0##*/} != s3cmd ]] || for each in \${0%/*}/*.used; do mv -- "$each" "\${each%.used}"; done
`,
      );
    for (const program of programs) sandbox.write(`fake/store/my-bucket/in/${program}`, `by ${program}\n`);
    sandbox.write('key', "accessKeyId=AKID\nsecretAccessKey=s3cr3t'$(x)\nendpoint=https://s3.example.org\n");
    const transfers = (line: (program: string) => string): string => programs.map(line).join('');
    sandbox.write(
      's3.fz',
      `version: v4
volumes:
  data:
    ingress:
${transfers((program) => `      - { source: { uri: "s3://my-bucket/in/${program}", secret: secret://user/S3 }, destination: { uri: "file://${program}" } }\n`)}    egress:
${transfers((program) => `      - { source: { uri: "file:///to ${program}" }, destination: { uri: "s3://my-bucket/${program}", secret: secret://user/S3 } }\n`)}defaults: { job: { mounts: { /data: data } } }
jobs: { work: { ${image}, cwd: /data, script: "for each in ${programs.join(' ')}; do tr a-z A-Z <$each >'to '$each; done; env | grep -c AWS; true" } }
`,
    );
    const ran = await sandbox.succeed(
      `chmod +x fake/*; PATH=$PWD/fake:$PATH ${start} --secret S3=@key s3.fz >&2
       ctinstall workflow log s3-1 work; cd fake/store/my-bucket; cat ${programs.join(' ')}; grep -rls s3cr3t "$CTINSTALL_PREFIX" || true`,
    );
    expect(ran).toBe(`0\nBY AWS\nBY RCLONE\nBY S3CMD\n${sandbox.prefix}/workflows/s3-1/secrets/S3\n`);
    const said = readFileSync(`${sandbox.dir}/fake/store/said`, 'utf8').trim().split('\n');
    expect(said.map((line) => line.slice(0, line.indexOf(':')))).toEqual([...programs, ...programs]);
    for (const line of said) {
      expect(line).toMatch(/^\w+:AKID:s3cr3t'\$\(x\):/);
      expect(line).toContain('s3.example.org');
    }
  });

  test('logs in to a registry for the pull only, and brings an image once', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'runtime/singularity',
      `#!/bin/bash
if [[ $1 != pull ]]; then exec ${await realRuntime(sandbox)} "$@"; fi
echo "$APPTAINER_DOCKER_USERNAME $SINGULARITY_DOCKER_PASSWORD" >>'${sandbox.dir}/pulls'
cp '${tinyImage}' "\${@: -2:1}"
`,
    );
    sandbox.write('login', 'username=me\npassword=s3cr3t\n');
    const job =
      '{ image: { uri: "docker://registry.example.org/tool:1", secret: secret://user/REG }, command: [sh, -c, "env | grep -c DOCKER_"] }';
    sandbox.write('pull.fz', `version: v4\njobs: { a: ${job}, b: ${job} }\n`);
    const { stdout } = await sandbox.run(
      `chmod +x runtime/singularity; ${start} --runtime $PWD/runtime/singularity --secret REG=@login pull.fz >&2
       cat pulls; for job in a b; do ctinstall workflow log pull-1 $job; done; grep -rls s3cr3t "$CTINSTALL_PREFIX" || true`,
    );
    expect(stdout).toBe('me s3cr3t\n0\n0\n');
  });

  test('--watch shows a table on a terminal; Ctrl-C leaves the workflow running, and says how to come back', async () => {
    const sandbox = makeSandbox();
    const others = Array.from(
      { length: 20 },
      (_, index) => `  j${index}: { ${image}, command: ["true"], requires: [a] }\n`,
    );
    sandbox.write(
      'slow.fz',
      `version: v4\njobs:\n  a: { ${image}, script: "echo one; echo '\u6700\u5f8c last words \u6700\u5f8c'; exec sleep 60" }\n${others.join('')}`,
    );
    const said = await sandbox.succeed(
      `{ for word in last status; do until grep -aqs $word typescript; do sleep 0.1; done; printf '\\003'; done; } |
         script -qefc 'trap : INT; stty cols 50 rows 12; ctinstall workflow start --engine local --watch slow.fz; echo "status $?"' typescript`,
    );
    const shown = screenOf(said);
    expect(shown.slice(1, 4)).toEqual([
      expect.stringMatching(/^slow-1: running \(.*/),
      expect.stringMatching(/^JOB +STATE +WHERE +TIME/),
      expect.stringMatching(/^a +running +\S+ +[\d.]+ s +\S+ last/),
    ]);
    for (const line of shown.slice(1, 12)) expect(line.length).toBeLessThanOrEqual(50);
    expect(shown[11]).toMatch(/^… \d+ more$/);
    expect(shown.slice(12).join('\n')).toContain(
      'slow-1 goes on: come back with `ctinstall workflow describe --watch slow-1`, end it with `ctinstall workflow stop slow-1`',
    );
    // The second Ctrl-C, which lets `script` go, is echoed where that has not gone yet.
    expect(said).toMatch(/status 130\s*(\^C)?\s*$/);
    const described = await sandbox.succeed('ctinstall workflow describe slow-1; ctinstall workflow stop slow-1 >&2');
    expect(described).toMatch(
      /^slow-1: running [\s\S]*^a +running .* \u6700\u5f8c last words \u6700\u5f8c$[\s\S]*^j0 +pending/m,
    );
    expect(await statesOf(sandbox, 'slow-1')).toMatchObject({ '': 'stopped', a: 'cancelled' });
  });

  test('runs jobs in installed modules, with their binds and volumes; and templates', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig('env: { container: { OF_MODULE: "it is" } }\n'));
    sandbox.write('values.yaml', 'values: [{ name: Word, string_value: none }, { name: Count, uint_value: 1 }]\n');
    sandbox.write(
      'mod.fz',
      `version: v4
volumes: { data: {} }
defaults: { job: { mounts: { /data: data } } }
jobs:
{{- range $i := until .Count }}
  make{{ $i }}: { module: tiny/1.0, cwd: /data, script: "echo $OF_MODULE {{ $.Word }} $ODD >{{ $i }}; ls -d /user-software", env: ["ODD=$(no) 'x'"] }
{{- end }}
  show: { module: tiny-1.0.yaml, command: [cat, /data/0, /data/1], requires: [make0, make1] }
`,
    );
    const { stdout, stderr } = await sandbox.run(
      `ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml >&2
       ${start} mod.fz; echo $?
       ${start} --set Count=2 --set 'Word=a b' mod.fz >&2; ctinstall workflow log mod-1 show; ctinstall workflow log mod-1 make0
       sed 's/tiny\\/1.0/tony\\/1.0/' mod.fz >other.fz; ${start} --set Count=2 other.fz; echo $?`,
    );
    expect(stdout).toBe(`2\n${"it is a b $(no) 'x'\n".repeat(2)}/user-software\n1\n`);
    expect(stderr).toContain('there is no job or service `make1`');
    expect(stderr).toContain('`tony/1.0` is not installed');
  });

  test('--dry-run prints the scripts, and makes nothing', async () => {
    const sandbox = makeSandbox();
    sandbox.write('dry.fz', `version: v4\njobs: { a: { ${image}, command: [echo, "it's"] } }\n`);
    const said = await sandbox.succeed(`said=$(${start} --dry-run dry.fz); bash -n <(sed 1d <<<"$said"); echo "$said"`);
    expect(said).toContain(`command=(\n    'echo'\n    'it'\\''s'\n  )`);
    expect(readdirSync(sandbox.dir)).not.toContain('ctinstall');
    expect(await sandbox.run('ctinstall workflow graph --svg --html dry.fz')).toMatchObject({
      ...{ status: 2, stdout: '', stderr: 'error: `--svg` and `--html` are two forms: name one\n' },
    });
  });
});

/** A line that waits until the script of a job has noted that it runs. */
function untilRunning(id: string, job: string): string {
  return `until grep -qs '"running"' "$CTINSTALL_PREFIX/workflows/${id}/status/${job}"; do sleep 0.05; done`;
}

function pidIn(file: string): number {
  const { pid }: { pid: number } = JSON.parse(readFileSync(file, 'utf8'));
  return pid;
}

async function realRuntime({ succeed }: Sandbox): Promise<string> {
  return (await succeed('type -P singularity || type -P apptainer')).trim();
}

/** What a terminal shows in the end of what was written to it. */
function screenOf(text: string): string[] {
  const lines: string[] = [''];
  let at = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: of terminals
  for (const [piece, code] of text.matchAll(/\u001b\[([?\d;]*[A-Za-z])|\r|\n|[^\u001b\r\n]+/g)) {
    if (piece === '\n') at += 1;
    else if (piece === '\r') continue;
    else if (code === undefined) lines[at] = `${lines[at] ?? ''}${piece}`;
    else if (code === '2K') lines[at] = '';
    else if (code.endsWith('A')) at -= Number.parseInt(code, 10);
    else if (code === '0J') lines.length = at;
    lines[at] ??= '';
  }
  return lines;
}
