import { expect, test } from 'vitest';
import { planInstall } from '../../src/plan/plan-install.ts';
import { inputs, shippedInstall } from '../plan/support.ts';

/** The scripts of the shipped easyconfig as they land in its install: whole, filled in, with their modes. */
const plan = planInstall(shippedInstall(), inputs);
const scripts = plan.steps.flatMap((step) =>
  step.kind === 'write-file' && !step.path.endsWith('.yaml') ? [step] : [],
);

test('there are just these', () => {
  expect(scripts.map(({ path, mode }) => `${mode.toString(8)} ${path.slice(plan.staging.length + 1)}`)).toEqual([
    '755 runscripts/conda-python-simple',
    '755 bin/start-shell',
    '755 bin/in-container',
    '644 .ctinstall/in-container.bash',
    '644 .ctinstall/on-host.bash',
    '644 .ctinstall/in-container-more.bash',
    '644 .ctinstall/container-env.bash',
    '644 .ctinstall/container-env-more.bash',
    '755 runscripts/pip-when-packed',
    '755 bin/make-squashfs',
    '755 bin/unmake-squashfs',
    '755 bin/update-squashfs',
    '644 .ctinstall/squashfs-common.bash',
    '644 .ctinstall/squashfs-contents.bash',
    '644 .ctinstall/squashfs-lineage.bash',
    '644 .ctinstall/squashfs-lock.bash',
    '644 .ctinstall/squashfs-pack.bash',
    '644 .ctinstall/squashfs-unpack.bash',
    '755 runscripts/conda-exec',
    '755 runscripts/make-venv',
    '755 runscripts/install-requirements',
    '755 runscripts/shell-rc',
  ]);
});

test.each(scripts)('$path', async ({ path, content }) => {
  await expect(content).toMatchFileSnapshot(`../golden/scripts/${path.split('/').at(-1)}`);
});
