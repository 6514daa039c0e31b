import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

const base = `name: tiny
image: { file: tiny.sif }
wrappers: [start-shell]
env: { module: { ONE: "1", TWO: "2" } }
`;

test('an easyconfig that extends another: shown, checked, searched, installed, changed', async () => {
  const { dir, run, succeed, write } = makeSandbox();
  write('site/tiny-base.yaml', base);
  const path = write('site/tiny-1.0.yaml', 'extends: tiny-base.yaml\nversion: "1.0"\nenv: { module: { TWO: null } }\n');
  const environment = { CTINSTALL_EASYCONFIGS: `${dir}/site` };
  const resolved =
    'name: tiny\nimage: { file: tiny.sif }\nwrappers: [ start-shell ]\nenv: { module: { ONE: "1" } }\nversion: "1.0"\n';
  expect(await succeed('ctinstall show --resolved tiny-1.0.yaml', environment)).toBe(resolved);
  expect(
    await succeed('ctinstall show --copy tiny-1.0.yaml; cat tiny-1.0.yaml; rm tiny-1.0.yaml', environment),
  ).toContain(resolved);
  for (const _ of ['read', 'from the index'])
    expect((await succeed('ctinstall search tiny', environment)).replaceAll(dir, '')).toBe(
      `tiny/1.0\n  ${path.replace(dir, '')}\n`,
    );

  await succeed('ctinstall --image-dir "$CT_IMAGES" tiny', environment);
  expect(
    await succeed(
      'module load tiny; echo "$ONE$TWO"; cat "$CONTAINERROOT/.ctinstall/easyconfig.yaml"; ctinstall regenerate tiny',
      environment,
    ),
  ).toBe(`1\n${resolved}`);
  expect(await succeed('ctinstall list')).not.toContain('differs');
  write('site/tiny-base.yaml', base.replace('ONE: "1"', 'ONE: "one"'));
  expect(await succeed('ctinstall list')).toContain('differs: env; --rebuild applies it');
  expect((await run('ctinstall --image-dir "$CT_IMAGES" tiny', environment)).stderr).toContain(
    'differs: env; `--rebuild` applies it',
  );

  // Faults are told of at their place in the file that they are in.
  write('site/tiny-base.yaml', `${base}bind: [/x]\n`);
  const faulty = await run(
    'ctinstall show tiny-1.0.yaml; ctinstall check --easyconfig tiny-1.0.yaml; ctinstall search tiny',
    environment,
  );
  expect(faulty.stderr).toContain(`${dir}/site/tiny-base.yaml:5:1: unknown key \`bind\``);
  expect(faulty.stdout).toContain(`${dir}/site/tiny-base.yaml:5:1: fault: unknown key \`bind\``);
  expect(faulty.stderr).toContain(`warning: ${dir}/site/tiny-base.yaml:5:1: unknown key \`bind\``);
  write('site/tiny-base.yaml', 'extends: tiny-1.0.yaml\n');
  expect((await run('ctinstall show tiny-1.0.yaml', environment)).stderr).toContain(
    `${dir}/site/tiny-base.yaml:1:10: \`tiny-1.0.yaml\` extends itself in the end`,
  );
  await succeed('rm site/tiny-base.yaml');
  expect((await run('ctinstall show tiny-1.0.yaml', environment)).stderr).toContain(
    `${path}:1:10: there is no file \`${dir}/site/tiny-base.yaml\``,
  );
});
