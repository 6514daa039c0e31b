import { describe, expect, it } from 'vitest';
import { describeModulefile } from '../../src/modulefile/describe-install.ts';
import { renderLmod } from '../../src/modulefile/render-lmod.ts';
import { renderTcl } from '../../src/modulefile/render-tcl.ts';
import { resolveInstall } from '../../src/resolve/resolve-install.ts';
import { easyconfigOf, facts, settingsOf } from '../resolve/support.ts';
import { installOf, planOf, stepsOf } from './support.ts';

const wrapped = 'binds: [/opt]\nuser_software: { path: /opt/a/prog, from: /data/prog }\n';

describe('user software from a directory', () => {
  it('is packed at a first install, before anybody looks into it, and not made', () => {
    const plan = planOf(`${wrapped}wrappers: [python]\n`);
    expect(stepsOf(plan, 'pack-user-software')).toEqual([
      { kind: 'pack-user-software', staging: plan.staging, from: '/data/prog' },
    ]);
    const kinds = plan.steps.map(({ kind }) => kind);
    expect(kinds.indexOf('pack-user-software')).toBeLessThan(kinds.indexOf('make-wrappers'));
    expect(stepsOf(plan, 'make-directory').map(({ path }) => path)).not.toContain(`${plan.staging}/user-software`);
    expect(stepsOf(planOf(wrapped, { hasUserSoftware: true }), 'pack-user-software')).toEqual([]);
  });

  it('is seen at its own place by all, which has a mount point in what is bound around it', () => {
    const [look] = stepsOf(planOf(`${wrapped}wrappers: [python]\n`), 'make-wrappers').flatMap(
      (step) => step.look ?? [],
    );
    expect(look?.userSoftware.container).toBe('/opt/a/prog');
    expect(look?.mountPoints).toEqual(expect.arrayContaining(['/opt/a', '/opt/a/prog']));
    const install = installOf(`${wrapped.replace(', from: /data/prog', '')}python: { venv: { name: v } }\n`);
    const modulefile = describeModulefile(install, { toolVersion: '1', images: [install.installDir] });
    for (const text of [renderLmod(modulefile), renderTcl(modulefile)]) {
      expect(text.replaceAll('root .. "/user-software', '')).not.toMatch(/[" ]\/user-software/);
      expect(text).toContain('/opt/a/prog/venv/');
    }
  });
});

it('what an install makes of user software is packed at the end, if that is asked for', () => {
  const plan = planOf('user_software: { pack: true }\npython: { venv: { name: v } }\npost_install: ["true"]\n');
  const kinds = plan.steps.map(({ kind }) => kind);
  expect(kinds.lastIndexOf('pack-user-software')).toBeGreaterThan(kinds.lastIndexOf('record-additions'));
  expect(kinds.indexOf('pack-user-software')).toBeLessThan(kinds.indexOf('publish'));
  expect(stepsOf(plan, 'pack-user-software')).toMatchObject([{ from: undefined }]);
});

it('nothing can be bound in user software', () => {
  const easyconfig = easyconfigOf('binds: [/opt/prog/x]\nuser_software: { path: /opt/prog }\n');
  const { issues } = resolveInstall(easyconfig, settingsOf({}), facts);
  expect(issues.map(({ message }) => message)).toEqual([
    'user software is to be at `/opt/prog`, and `/opt/prog/x` is bound at `/opt/prog/x`',
  ]);
});

it('a directory that is packed as it is takes no environment in', () => {
  const messagesOf = (python: string) =>
    resolveInstall(
      easyconfigOf(`user_software: { from: /opt/prog }\npython: ${python}\n`),
      settingsOf({}),
      facts,
    ).issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  expect(messagesOf('{ venv: { name: v } }')).toEqual([
    'user_software.from: `user_software.from` packs `/opt/prog` as it is: it does not go with `python.venv`, which makes user software',
  ]);
  expect(messagesOf('{ conda: { name: c, file: environment.yml } }')).toEqual([
    expect.stringContaining('`python.conda`'),
  ]);
  expect(messagesOf('{ conda_env: c }')).toEqual([]);
});
