import { expect, test } from 'vitest';
import { describePlan } from '../../src/plan/describe-step.ts';
import { planInstall } from '../../src/plan/plan-install.ts';
import { inputs, installOf, planOf, previousOf } from './support.ts';

const policy = {
  hooks: { pre_install: '/site/a', pre_module: '/site/b', post_install: '/site/c' },
  group: 'staff',
  read_only_installs: true,
  modulefile_header: '-- site',
};

test('what the site asks of every install comes where it belongs', () => {
  const plan = planInstall(installOf('sanity_check_commands: ["true"]\n', policy), inputs);
  const kinds: string[] = plan.steps.map((step) => (step.kind === 'run-hook' ? step.input.hook : step.kind));
  const asked = ['check-modulefile', 'pre_install', 'make-directory', 'run-in-container', 'give-to-group', 'publish'];
  const inOrder = [...asked, 'pre_module', 'make-read-only', 'write-modulefile', 'remove-leftovers', 'post_install'];
  expect(inOrder.map((kind) => kinds.indexOf(kind))).toEqual(
    inOrder.map((kind) => kinds.indexOf(kind)).toSorted((a, b) => a - b),
  );
  expect(kinds.slice(0, 3)).toEqual(['check-modulefile', 'pre_install', 'make-directory']);
  expect(kinds.slice(-3)).toEqual(['remove-leftovers', 'give-to-group', 'post_install']);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  expect(describePlan(plan).join('\n')).toMatch(/give what is staged to the group staff\n/);
});

test('a site that asks nothing gets no more steps', () => {
  const kinds = new Set(planOf('').steps.map(({ kind }) => kind));
  for (const kind of ['check-modulefile', 'run-hook', 'give-to-group', 'make-read-only'] as const)
    expect(kinds.has(kind)).toBe(false);
});

test('a hook is told whether it is a rebuild, and what the recipe asks for, as it stands', () => {
  const install = installOf('post_install: ["echo $(id)"]\nenv: { module: { A: "%(name)s" } }\n', policy);
  const plan = planInstall(install, { ...inputs, previous: previousOf([]) });
  const [hook] = plan.steps.flatMap((step) => (step.kind === 'run-hook' ? step : []));
  expect(hook).toMatchObject({
    program: '/site/a',
    input: {
      format: 1,
      is_rebuild: true,
      ctinstall: '1.2.3',
      image: { found: '/central/demo.sif', sha256: null },
      env: { module: { A: 'demo' } },
      post_install: [{ command: 'echo $(id)', host: false }],
    },
  });
});
