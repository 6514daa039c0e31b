import { describe, expect, it } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { describePlan, describeStep, isWorthALine } from '../../src/plan/describe-step.ts';
import { planInstall } from '../../src/plan/plan-install.ts';
import type { Plan } from '../../src/plan/types.ts';
import { inputs, installOf, planOf, previousOf, shippedInstall, stepsOf } from './support.ts';

const withAll = `binds: [/data, { host: /opt/x, container: /y, access: ro, optional: true }]
runscripts: [conda-python-simple]
wrappers: [start-shell]
python: { conda_env: base, venv: { name: torch } }
env: { module: { OUT: "a$b" }, container: { IN: "\`c\`" } }
sanity_check_paths: { files: [bin/start-shell], dirs: [runscripts] }
post_install: ["make it"]
sanity_check_commands: ["python -c 'import x'", "true"]
`;

const variants: [string, Plan][] = [
  ['the least', planOf('')],
  ['all of it', planOf(withAll)],
  [
    'all of it, over an install',
    planOf(withAll, { hasUserSoftware: true, hasVenv: true, previous: previousOf(['old.sif']) }),
  ],
  ['all of it, over user software without the venv', planOf(withAll, { hasUserSoftware: true })],
  ['a venv without conda', planOf('python: { venv: { name: torch } }\n')],
  ['the shipped easyconfig', planInstall(shippedInstall(), inputs)],
];

describe.each(variants)('a plan: %s', (_, plan) => {
  const kinds = plan.steps.map(({ kind }) => kind);

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('has its steps in an order that is safe', () => {
    const at = (kind: (typeof kinds)[number]): number => kinds.indexOf(kind);
    for (const kind of [
      'copy-image',
      'check-paths',
      'write-record',
      'publish',
      'write-modulefile',
      'remove-leftovers',
    ] as const)
      expect(kinds.filter((other) => other === kind)).toHaveLength(1);
    expect(kinds.slice(0, 2)).toEqual(['make-directory', 'reserve-room']);
    expect(at('reserve-room')).toBeLessThan(at('copy-image'));
    expect(at('copy-image')).toBeLessThan(at('write-record'));
    expect(kinds.lastIndexOf('write-file')).toBeLessThan(at('write-record'));
    expect(at('write-record')).toBe(at('publish') - 1);
    const ofRecipe = stepsOf(plan, 'run-in-container').filter(({ purpose }) => purpose.startsWith('post-install'));
    for (const step of ofRecipe) {
      expect(plan.steps.indexOf(step)).toBeGreaterThan(at('copy-image'));
      expect(plan.steps.indexOf(step)).toBeLessThan(at('record-additions'));
    }
    expect(at('record-additions')).toBeLessThan(at('check-paths'));
    // What has the content of the earlier install comes when no command can reach it.
    const firstOfPublish = kinds.includes('retire-image') ? at('retire-image') : at('write-record');
    expect(kinds.lastIndexOf('run-in-container')).toBeLessThan(firstOfPublish);
    expect(at('check-paths')).toBeLessThan(firstOfPublish);
    expect(at('write-modulefile')).toBe(kinds.length - 2);
    expect(kinds.at(-1)).toBe('remove-leftovers');
  });

  it('writes below the staging directory, the install dir and the modulefile only', () => {
    for (const step of plan.steps) {
      switch (step.kind) {
        case 'copy-image':
        case 'link-image':
        case 'fetch-image':
        case 'retire-image':
          expect(step.to.startsWith(`${plan.staging}/`)).toBe(true);
          break;
        case 'reserve-room':
          expect(step.directory).toBe(plan.staging);
          break;
        case 'write-file':
        case 'write-record':
          expect(step.path.startsWith(`${plan.staging}/`)).toBe(true);
          break;
        case 'make-directory':
          expect(`${step.path}/`.startsWith(`${plan.staging}/`)).toBe(true);
          break;
        case 'publish':
          expect(step).toEqual({
            kind: 'publish',
            from: plan.staging,
            to: plan.installDir,
            modulefile: plan.modulefile,
          });
          break;
        case 'write-modulefile':
          expect(step.path).toBe(plan.modulefile);
          break;
        case 'check-paths':
        case 'record-additions':
          expect(step.root).toBe(plan.staging);
          break;
        case 'remove-leftovers':
          expect(step.root).toBe(plan.installDir);
          break;
        case 'run-in-container':
          expect(step.work.startsWith(`${plan.retired}/`)).toBe(true);
          expect(step.userSoftware.directory.startsWith(plan.prefix)).toBe(true);
          for (const { host, container, access } of step.staged) {
            const isUserSoftware = container.includes('/user-software');
            expect(isUserSoftware || host === plan.staging).toBe(true);
            expect(step.purpose.startsWith('sanity check') && access === 'rw').toBe(false);
          }
          break;
      }
    }
    for (const place of [plan.staging, plan.retired, plan.lock, plan.installDir, plan.modulefile])
      expect(place.startsWith(`${plan.prefix}/`)).toBe(true);
  });

  it('makes each directory before it writes in it', () => {
    const made = new Set<string>();
    for (const step of plan.steps) {
      if (step.kind === 'make-directory') made.add(step.path);
      const path =
        step.kind === 'copy-image'
          ? step.to
          : step.kind === 'write-file' || step.kind === 'write-record'
            ? step.path
            : undefined;
      if (path !== undefined) expect(made).toContain(path.slice(0, path.lastIndexOf('/')));
    }
  });

  it('records every file that it writes, and none of the user’s', () => {
    const [record] = stepsOf(plan, 'write-record');
    const written = [
      ...stepsOf(plan, 'copy-image').map(({ to }) => to),
      ...stepsOf(plan, 'write-file').map(({ path }) => path),
      ...stepsOf(plan, 'write-record').map(({ path }) => path),
    ].map((path) => path.slice(plan.staging.length + 1));
    expect(record?.record.files.toSorted()).toEqual(written.toSorted());
    expect(written.some((path) => path.startsWith('user-software'))).toBe(false);
  });

  it('says each step in one line', () => {
    for (const step of plan.steps) expect(describeStep(step)).toMatch(/^[^\n]+$/);
  });
});

describe('user software', () => {
  const makesDirectory = (plan: Plan): boolean =>
    stepsOf(plan, 'make-directory').some(({ path }) => path === `${plan.staging}/user-software`);

  it('is an empty directory at first', () => {
    const plan = planOf('');
    expect(makesDirectory(plan)).toBe(true);
    expect(stepsOf(plan, 'run-in-container')).toEqual([]);
  });

  it('is left alone where there is some', () => {
    expect(makesDirectory(planOf('', { hasUserSoftware: true }))).toBe(false);
    const plan = planOf('python: { venv: { name: torch } }\n', {
      hasUserSoftware: true,
      hasVenv: true,
    });
    expect(makesDirectory(plan)).toBe(false);
    expect(stepsOf(plan, 'run-in-container')).toEqual([]);
  });

  it('gets a venv from the container’s Python, in the staging directory', () => {
    const plan = planOf('python: { venv: { name: torch } }\n');
    expect(stepsOf(plan, 'run-in-container')).toEqual([
      {
        kind: 'run-in-container',
        purpose: 'create the virtual environment /user-software/venv/torch',
        hintOnFailure: expect.stringContaining('needs a `python3` with the module `venv`'),
        runtime: 'singularity',
        image: `${plan.staging}/demo.sif`,
        binds: [
          {
            host: `${plan.staging}/runscripts`,
            container: '/runscripts',
            access: 'ro',
            optional: false,
            origin: 'python.venv',
          },
        ],
        work: `${plan.retired}/work`,
        userSoftware: { directory: `${plan.staging}/user-software`, container: '/user-software', access: 'rw' },
        staged: [],
        mountPoints: [],
        environment: { PYTHONNOUSERSITE: '1', PIP_USER: '0', PREPEND_PATH: '/runscripts' },
        argv: [
          'sh',
          '-c',
          expect.stringContaining('$WITH_CONDA && exec'),
          'venv',
          ...['/runscripts/make-venv', '', 'python3', '--system-site-packages', '/user-software/venv/torch'],
        ],
      },
    ]);
  });

  it('gets a venv from conda’s Python where there is a conda environment', () => {
    const [run] = stepsOf(planOf(withAll), 'run-in-container');
    expect(run?.argv.slice(3)).toEqual([
      'venv',
      '/opt/miniconda3/bin/activate',
      'base',
      '/runscripts/make-venv',
      '',
      'python',
      '--system-site-packages',
      '/user-software/venv/torch',
    ]);
    expect(run?.environment).toEqual({
      OUT: 'a\\$b',
      PYTHONNOUSERSITE: '1',
      PIP_USER: '0',
      IN: '\\`c\\`',
      WITH_CONDA: 'source /opt/miniconda3/bin/activate base',
      PREPEND_PATH: '/runscripts',
    });
  });
});

describe('requirements', () => {
  const requirements = {
    text: 'x==1\n',
    options: ['--find-links', '/wheels'],
    paths: [hostPath('/wheels')],
    uv: hostPath('/usr/bin/uv'),
  };
  const withRequirements = 'binds: [/data]\npython: { conda_env: base, venv: { name: torch, requirements: [x==1] } }\n';

  it('are installed into the staged venv, with the recipe’s binds, read-only, and what pip needs', () => {
    const plan = planOf(withRequirements, { requirements });
    const run = stepsOf(plan, 'run-in-container')[1];
    expect(run?.argv.slice(4)).toEqual([
      '/opt/miniconda3/bin/activate',
      'base',
      '/runscripts/install-requirements',
      '/user-software/venv/torch',
      '/requirements.txt',
      'auto',
      '/.ctinstall-uv',
      '--find-links',
      '/wheels',
    ]);
    expect(run?.userSoftware).toMatchObject({ directory: `${plan.staging}/user-software`, access: 'rw' });
    expect(run?.binds.map(({ host, container, access }) => `${host}:${container}:${access}`)).toEqual([
      `${plan.staging}/runscripts:/runscripts:ro`,
      '/data:/data:ro',
      `${plan.staging}/.ctinstall/requirements.txt:/requirements.txt:ro`,
      '/usr/bin/uv:/.ctinstall-uv:ro',
      '/wheels:/wheels:ro',
    ]);
    expect(stepsOf(plan, 'write-file').find(({ path }) => path.endsWith('/requirements.txt'))?.content).toBe('x==1\n');
  });

  it('are not where nothing is to be installed, or the venv is there', () => {
    const empty = planOf(withRequirements, { requirements: { ...requirements, text: '\n' } });
    expect(stepsOf(empty, 'run-in-container')).toHaveLength(1);
    const again = planOf(withRequirements, { requirements, hasUserSoftware: true, hasVenv: true });
    expect(stepsOf(again, 'run-in-container')).toEqual([]);
  });
});

describe('sanity checks', () => {
  it('run as the module would, on what is staged, at the place of the install', () => {
    const plan = planOf(withAll);
    const checks = stepsOf(plan, 'run-in-container').slice(2);
    expect(checks.map(({ purpose, argv }) => [purpose, argv])).toEqual([
      ["sanity check: python -c 'import x'", ['/runscripts/conda-exec', 'sh', '-c', "python -c 'import x'"]],
      ['sanity check: true', ['/runscripts/conda-exec', 'sh', '-c', 'true']],
    ]);
    expect(checks[0]).toMatchObject({
      image: `${plan.staging}/demo.sif`,
      userSoftware: { directory: `${plan.staging}/user-software`, container: '/user-software', access: 'ro' },
      staged: [{ host: plan.staging, container: plan.installDir, access: 'ro' }],
      mountPoints: [plan.installDir],
      environment: {
        PYTHONNOUSERSITE: '1',
        PIP_USER: '0',
        VIRTUAL_ENV: '/user-software/venv/torch',
        PREPEND_PATH: '/runscripts:/user-software/venv/torch/bin',
      },
    });
    expect(checks[0]?.binds.map(({ host, container, access }) => `${host}:${container}:${access}`)).toEqual([
      '/data:/data:ro',
      '/opt/x:/y:ro',
      `${plan.installDir}/runscripts:/runscripts:ro`,
    ]);
    expect(stepsOf(plan, 'check-paths')).toMatchObject([{ files: ['bin/start-shell'], dirs: ['runscripts'] }]);
  });
});

describe('commands of the recipe over user software that is there', () => {
  const viewsOf = (plan: Plan) =>
    stepsOf(plan, 'run-in-container')
      .filter(({ purpose }) => purpose.startsWith('post-install'))
      .map(({ userSoftware, staged, mountPoints }) => ({
        userSoftware,
        staged: staged.map(({ host, container, access }) => `${host}:${container}:${access}`),
        mountPoints,
      }));

  it('work on the user’s own, at both of its places', () => {
    const plan = planOf(withAll, { hasUserSoftware: true, hasVenv: true });
    const own = `${plan.installDir}/user-software`;
    expect(viewsOf(plan)).toEqual([
      {
        userSoftware: { directory: own, container: '/user-software', access: 'rw' },
        staged: [`${plan.staging}:${plan.installDir}:rw`, `${own}:${own}:rw`],
        mountPoints: [plan.installDir, `${plan.staging}/user-software`],
      },
    ]);
  });

  it('find a venv that is new in it', () => {
    const plan = planOf(withAll, { hasUserSoftware: true });
    const [view] = viewsOf(plan);
    const own = `${plan.installDir}/user-software`;
    const venv = `${plan.staging}/user-software/venv/torch`;
    expect(view?.staged.slice(2)).toEqual([`${venv}:/user-software/venv/torch:rw`, `${venv}:${own}/venv/torch:rw`]);
    expect(view?.mountPoints.slice(2)).toEqual([`${own}/venv`, `${own}/venv/torch`]);
  });
});

describe('what an earlier install left', () => {
  it('goes, but for what is there again', () => {
    const previousFiles = ['demo.sif', 'old.sif', 'bin/old', 'bin/make-squashfs', '.ctinstall/record.json'];
    const [step] = stepsOf(planOf('', { previous: previousOf(previousFiles) }), 'remove-leftovers');
    expect(step?.files).toEqual(['old.sif', 'bin/old']);
  });

  it('is not what a record has no business to list', () => {
    const previousFiles = [
      '/etc/passwd',
      '../x',
      'a/../../x',
      '',
      'user-software/x',
      'user-software.squashfs',
      'a..b/c',
    ];
    const [step] = stepsOf(planOf('', { previous: previousOf(previousFiles) }), 'remove-leftovers');
    expect(step?.files).toEqual(['a..b/c']);
  });
});

describe('planInstall', () => {
  it('hands on size and checksum of the image', () => {
    const sha256 = 'a'.repeat(64);
    const install = installOf('');
    const plan = planInstall({ ...install, image: install.image && { ...install.image, sha256 } }, inputs);
    expect(stepsOf(plan, 'copy-image')).toMatchObject([
      { from: '/central/demo.sif', size: 5 * 1024 ** 3, mtimeMs: 1, sha256 },
    ]);
  });

  it('refuses a script that has no text, which is a bug', () => {
    expect(() => planOf('', { scriptTexts: {} })).toThrow(RangeError);
  });

  it('makes the same plan of the same things', () => {
    expect(planOf(withAll)).toEqual(planOf(withAll));
  });
});

describe('describePlan', () => {
  it('of the shipped easyconfig', async () => {
    const lines = describePlan(planInstall(shippedInstall(), inputs));
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../golden/mpi4py-3.1.6-rocm-6.2.0.plan.txt');
  });

  it('of a rebuild', async () => {
    const plan = planOf(withAll, {
      hasUserSoftware: true,
      hasVenv: true,
      previous: previousOf(['demo.sif', 'bin/old'], 'demo.sif'),
    });
    await expect(`${describePlan(plan).join('\n')}\n`).toMatchFileSnapshot('../golden/rebuild.plan.txt');
  });

  it('gives a line of their own to the steps that take time', () => {
    const plan = planOf(withAll);
    const lines = plan.steps.filter(({ kind }) => isWorthALine(kind)).map(({ kind }) => kind);
    expect(new Set(lines)).toEqual(new Set(['copy-image', 'run-in-container', 'publish', 'write-modulefile']));
  });
});
