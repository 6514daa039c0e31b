import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeIssues } from '../../../src/easyconfig/describe-issue.ts';
import { parseFuzzfile } from '../../../src/formats/fuzzfile/parse.ts';
import type { Task, Workflow } from '../../../src/formats/fuzzfile/types.ts';

const directory = fileURLToPath(new URL('files/', import.meta.url));
const read = (name: string): string => readFileSync(`${directory}${name}.fz`, 'utf8');

function parse(text: string): Workflow {
  const { workflow, issues } = parseFuzzfile(text);
  expect(describeIssues('x.fz', text, issues)).toEqual([]);
  if (workflow === undefined) throw new Error('no workflow');
  return workflow;
}

const taskOf = ({ tasks }: Workflow, name: string): Task | undefined => tasks.find((task) => task.name === name);

/** First lines of the faults, without the file's name. */
function faultsOf(text: string): string[] {
  return parseFuzzfile(text).issues.map(({ message, place }) => `${place.line}:${place.column} ${message}`);
}

describe('a good Fuzzfile', () => {
  it.each(readdirSync(directory))('%s is read, and survives JSON', (file) => {
    const workflow = parse(readFileSync(`${directory}${file}`, 'utf8'));
    expect(JSON.parse(JSON.stringify(workflow))).toEqual(JSON.parse(JSON.stringify(workflow)));
    const names = workflow.tasks.map(({ name }) => name);
    for (const [index, { needs }] of workflow.tasks.entries())
      for (const { name } of needs) expect(names.slice(0, index)).toContain(name);
  });

  it('has defaults, sizes in any case, limits in seconds', () => {
    const workflow = parse(read('chain'));
    expect(taskOf(workflow, 'unpack')).toMatchObject({
      seconds: 1800,
      tries: 1,
      resource: { cores: 1, affinity: 'numa', bytes: 512 * 2 ** 20 },
      mounts: [{ volume: 'scratch', path: '/data' }],
    });
    expect(taskOf(workflow, 'count')).toMatchObject({
      needs: [{ name: 'unpack', status: 'finished' }],
      resource: { cores: 2, bytes: 500_000_000 },
    });
    expect(workflow.volumes).toEqual([
      {
        name: 'scratch',
        kind: { is: 'ephemeral' },
        ingress: [{ uri: 'https://example.org/words.txt.gz', path: 'in/words.txt.gz', secret: undefined }],
        egress: [{ uri: 's3://my-bucket/count.txt', path: 'out/count.txt', secret: 'S3' }],
      },
    ]);
  });

  it('may have the forms of v1', () => {
    const workflow = parse(read('old'));
    expect(workflow.volumes.map(({ kind }) => kind)).toEqual([{ is: 'ephemeral' }, { is: 'host', path: '/srv/data' }]);
    expect(taskOf(workflow, 'make_it')).toMatchObject({
      image: { login: { username: { text: 'me' }, password: { secret: 'REGISTRY' } } },
      mounts: [
        { volume: 'home', path: '/srv' },
        { volume: 'data', path: '/data' },
      ],
    });
    expect(taskOf(workflow, 'use_it')?.needs).toEqual([{ name: 'make_it', status: 'finished' }]);
  });

  it('has files, arrays and tries', () => {
    expect(taskOf(parse(read('array')), 'each')).toMatchObject({
      files: [
        { path: '/opt/run.py', text: "import os\nprint(os.environ['FB_TASK_ID'])\n" },
        { path: '/etc/note', text: 'as it is\n' },
      ],
      array: { start: 10, end: 20, concurrency: 4 },
      tries: 3,
      seconds: 7200,
      isRequeued: true,
    });
  });

  it('merges the environment by name, and takes secrets by name', () => {
    const workflow = parse(read('gpu'));
    expect(taskOf(workflow, 'train')?.env).toEqual([
      { name: 'HF_TOKEN', value: { secret: 'HF' } },
      { name: 'LEVEL', value: { text: 'a,b;$HOME `x`' } },
    ]);
    expect(taskOf(workflow, 'train')?.slurm).toEqual({
      partition: 'gpu',
      account: 'project_1',
      options: ['qos=debug'],
    });
    expect(taskOf(workflow, 'small')).toMatchObject({
      resource: { cores: 8, devices: {} },
      slurm: { partition: 'cpu', account: 'project_1' },
    });
  });

  it('has services with a probe', () => {
    expect(taskOf(parse(read('service')), 'web')?.service).toEqual({
      ports: [{ name: 'http', port: 8000 }],
      endpoints: [{ name: 'page', port: 8000, protocol: 'http' }],
      isPersistent: true,
      probe: {
        how: { is: 'http', url: 'http://localhost:8000/', headers: [] },
        initialDelay: 1,
        period: 2,
        timeout: 1,
        successes: 1,
        failures: 30,
      },
    });
  });

  it('has the keys of the API too, and names of the user’s that look like them', () => {
    const workflow = parse(read('odd'));
    expect(workflow.tasks.map(({ name }) => name)).toEqual(['dependsOn', 'image_only']);
    expect(taskOf(workflow, 'image_only')).toMatchObject({ run: { is: 'image', args: ['--help'] } });
  });

  it('is told what of it has no effect', () => {
    const notes = (name: string): string[] => parseFuzzfile(read(name)).notes.map(({ message }) => message);
    expect(notes('odd')).toEqual([
      '`preemptible` is not used: what may be preempted, the partition says',
      '`expose-tcp` is not used: a job’s ports are those of its node',
    ]);
    expect(notes('array')).toContain('`size` is not used: there is as much room as the file system has');
    expect(notes('gpu')).toEqual(['`example.org/rack` is not used']);
    expect(
      parseFuzzfile(
        'version: v4\ndefaults: { env: [HOME=/a] }\njobs:\n  a: { image: { uri: "docker://a" }, env: [B=1, HOME=/b] }\n',
      ).notes.map(({ message, place }) => `${place.line}:${place.column} ${message.slice(0, 18)}`),
    ).toEqual(['2:19 `HOME` is not set:', '4:49 `HOME` is not set:']);
    expect(notes('service')).toEqual(['`fuzzball.io/connect/web` is not used']);
  });
});

describe('a Fuzzfile with faults', () => {
  it('has all of them told at once, each at its place', () => {
    const text = `version: v5
volumes:
  data: { reference: "volume://me/x" }
jobs:
  a b: { image: { uri: "docker://alpine" }, command: [x] }
  one:
    image: { uri: "alpine:3.20" }
    comand: [true]
    resource: { memory: { size: 4 GB of it } }
    mounts: { /data: dta }
    depends-on: [{ name: tow }, { name: one }]
  two:
    script: exit
    command: [x]
    dependsOn: [{ name: one, status: running }]
    policy: { timeout: { execute: 1 hour } }
`;
    expect(faultsOf(text)).toMatchInlineSnapshot(`
      [
        "1:10 \`version\` must be \`v1\` or \`v4\`",
        "3:22 \`volumes.data.reference\` is \`volume://me/x\`, which is no volume",
        "5:3 \`a b\` is no name",
        "7:19 \`jobs.one.image.uri\`: begins with none of \`docker://\`, \`oras://\`, \`library://\`, \`https://\`, \`http://\`, \`docker-archive:\`, \`oci:\`: \`alpine:3.20\`",
        "8:5 unknown key \`comand\` in \`jobs.one\`",
        "9:33 \`jobs.one.resource.memory.size\` is \`4 GB of it\`, which is no size",
        "10:22 there is no volume \`dta\`",
        "11:26 there is no job or service \`tow\`",
        "11:41 \`one\` waits for itself",
        "12:3 the job \`two\` has no image",
        "14:5 the job \`two\` has a script and a command",
        "15:38 \`one\` is a job: only of a service can be waited until it runs",
        "16:35 \`jobs.two.policy.timeout.execute\` is \`1 hour\`, which is no duration",
      ]
    `);
  });

  it.each([
    ['two: { image: *i, command: [x], depends-on: [{ name: ones }] }', '`ones`', 'did you mean `one`?'],
    ['two: { image: *i, command: [x], requires: [two] }', '`two` waits for itself', undefined],
    [
      'two: { image: *i, command: [x], depends-on: [{ name: one, status: RUNNING }] }',
      '`one` is a job: only',
      undefined,
    ],
    ['two: { image: *i, command: [x], mounts: { /d: dat } }', 'there is no volume `dat`', 'did you mean `data`?'],
    ['two: { image: *i, command: [x], mounts: { data: data } }', 'where it is mounted is not said', undefined],
    ['two: { image: *i, command: [x], files: { /a: "file://none" } }', 'there is no `none` in `files`', undefined],
    [
      'two: { image: *i, command: [x], multinode: { nodes: 2, implementation: gasnet } }',
      'GASNet is not run',
      undefined,
    ],
    ['two: { image: *i, command: [x], network: { isolated: true } }', 'a network of the job’s own', undefined],
    ['two: { image: *i, command: [x], task-array: { start: 5, end: 3 } }', '`end` is before `start`', undefined],
    ['two: { image: *i, command: [x], mounts: { /: data } }', 'nothing can be put at `/`', undefined],
    ['two: { image: *i, command: [x], mounts: { data: { location: /./proc/ } } }', 'nothing can be put at', undefined],
    ['two: { image: *i, command: [x], files: { /dev: text } }', 'nothing can be put at `/dev`', 'such as `/data`'],
    ['two: { image: *i, command: [x], task-array: { start: -1, end: 3 } }', 'start` must be at least 0', undefined],
    [
      'two: { image: *i, command: [x], task-array: { start: 1, end: 99999999 } }',
      'must be at most 10000000',
      undefined,
    ],
    ['two: { image: *i, command: [x], resource: { memory: { size: 0 } } }', '`0`, which is none at all', undefined],
    [
      'two: { image: *i, command: [x], policy: { timeout: { execute: 0s } } }',
      '`0s`, which is no time at all',
      undefined,
    ],
    [
      'two: { image: { uri: ./my.sif }, command: [x] }',
      'begins with none of',
      'write `docker://alpine:3.20`, or the whole path of an image file: `/project/my.sif`',
    ],
    ['two: { command: [x] }', 'the job `two` has no image', undefined],
    ['two: { image: *i, module: a/1, command: [x] }', 'has an image and a module', undefined],
    ['two: { image: *i, command: [x], cwd: data }', 'must be an absolute path', undefined],
    ['two: { image: *i, command: [x], env: ["A B=1"] }', 'which is not `NAME=value`', undefined],
    ['two: { image: *i, command: [x], slurm: { options: ["--wrap=x"] } }', 'which is no option of sbatch', undefined],
    ['two: { image: *i, command: [x], slurm: { options: ["export=ALL"] } }', 'which is no option of sbatch', undefined],
    [
      'a: { image: *i, command: [x], requires: [b] }\n  b: { image: *i, command: [x], requires: [a] }',
      '`a` → `b` → `a`',
      undefined,
    ],
  ])('%s', (job, message, hint) => {
    const text = `version: v4\nvolumes: { data: {} }\njobs:\n  one: { image: &i { uri: "docker://alpine" }, command: [x] }\n  ${job}\n`;
    const { issues } = parseFuzzfile(text);
    expect(issues.length).toBe(1);
    expect(issues[0]?.message).toContain(message);
    if (hint !== undefined) expect(issues[0]?.hint).toBe(hint);
    expect(issues[0]?.place.line).toBeGreaterThan(3);
  });

  it.each([
    ['file://../x', 'leads out of the volume'],
    ['/etc/passwd', 'must begin with `file://`'],
    ['file:///', 'names no file'],
  ])('brings nothing to %s', (uri, message) => {
    const text = `version: v4\nvolumes: { d: { ingress: [{ source: { uri: "https://e.org/a" }, destination: { uri: "${uri}" } }] } }\njobs: { a: { image: { uri: "docker://a" } } }\n`;
    expect(faultsOf(text)).toEqual([expect.stringContaining(message)]);
  });

  it('refuses what is not done: autoscaler, a service on many nodes', () => {
    const text = `version: v4\nservices: { a: { image: { uri: "docker://a" }, autoscaler: {}, multinode: { nodes: 2 } } }\n`;
    expect(faultsOf(text)).toEqual([
      expect.stringContaining('`autoscaler` is not done'),
      expect.stringContaining('a service runs on one node only'),
    ]);
  });

  it('looks up the names of dependencies, whatever is wrong beside them', () => {
    const jobs = (needs: string) => `version: v4\njobs: { a: { image: { uri: "docker://a" }, ${needs} } }\n`;
    expect(faultsOf(jobs('depends-on: [{ name: b, status: RUNIG }, { name: " " }, c]'))).toEqual([
      expect.stringContaining('there is no job or service `b`'),
      expect.stringContaining('must be FINISHED or RUNNING'),
      expect.stringContaining('which is no name'),
      expect.stringMatching(/depends-on\[2\]/),
    ]);
    expect(faultsOf(jobs('requires: [" ", b]'))).toEqual([
      expect.stringContaining('which is no name'),
      expect.stringContaining('there is no job or service `b`'),
    ]);
  });

  it('without a job is none', () => {
    expect(faultsOf('version: v4\n')).toEqual([expect.stringContaining('there is no job')]);
    expect(faultsOf('')).not.toEqual([]);
    expect(faultsOf('[]')).not.toEqual([]);
  });
});
