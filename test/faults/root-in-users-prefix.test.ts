import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { asRoot } from '../harness/as-root.ts';
import { machine, makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/*
 * What root installs or rebuilds in a user's prefix must stay the user's: to rebuild, to pack, to remove.
 */

function rootRuns({ dir, prefix }: Sandbox, ...args: string[]): string {
  const environment = [`PATH=${machine.path}`, 'HOME=/root', 'CTINSTALL_SITE_SETTINGS=/dev/null', 'LANG=C.UTF-8'];
  const program = join(inject('toolDir'), 'bin/ctinstall');
  return asRoot('env', '-i', '-C', dir, ...environment, `CTINSTALL_PREFIX=${prefix}`, program, ...args);
}

function ofRoot(directory: string): string {
  return asRoot('find', directory, '-user', '0');
}

test('after a rebuild the user rebuilds, packs and uninstalls', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'tiny-1.0.yaml',
    tinyEasyconfig('post_install: ["echo x > %(installdir)s/bin/own"]\n').replace(
      '[start-shell]',
      '[start-shell, cat]',
    ),
  );
  const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';
  await sandbox.succeed(`${install}; echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"`);
  rootRuns(sandbox, '--rebuild', '--image-dir', machine.images, 'tiny-1.0.yaml');
  expect(ofRoot(sandbox.dir)).toBe('');
  await sandbox.succeed(
    `${install} --rebuild; module load tiny; ctinstall squashfs make; ctinstall uninstall --yes --with-user-software tiny/1.0`,
  );
});

test('after a first install, which makes the prefix, and one that fails', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  sandbox.write('bad-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["false"]\n', { name: 'bad' }));
  const own = { ...sandbox, prefix: join(sandbox.dir, 'a/b/prefix') };
  rootRuns(own, '--image-dir', machine.images, 'tiny-1.0.yaml', '--default');
  expect(() => rootRuns(own, '--image-dir', machine.images, 'bad-1.0.yaml')).toThrow('sanity check');
  expect(ofRoot(sandbox.dir)).toBe('');
  await sandbox.succeed(`CTINSTALL_PREFIX=${own.prefix} ctinstall --rebuild --image-dir "$CT_IMAGES" tiny-1.0.yaml`);
});

test('a file of another name elsewhere, and what a link leads to, stay root’s', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
  const [secret, software] = [join(sandbox.dir, 'secret'), join(sandbox.prefix, 'software/tiny/1.0/user-software')];
  asRoot('sh', '-c', `echo s > ${secret}; ln ${secret} ${software}/hard; ln -s ${secret} ${software}/soft`);
  rootRuns(sandbox, '--rebuild', '--image-dir', machine.images, 'tiny-1.0.yaml');
  expect(ofRoot(sandbox.dir).trim().split('\n').sort()).toEqual([`${software}/hard`, secret].sort());
});
