import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { rootCommand } from '../harness/as-root.ts';
import { machine, makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/* A home directory below /tmp, as the user database has it, with the prefix in it. To say that of a user takes root. */

test('a prefix in a home directory below /tmp can be installed to', () => {
  const { dir, prefix, write } = makeSandbox();
  const asWritten = `wrappers: [{ name: list, command: ls }]
post_install: ['test -d ~ && touch "%(installdir)s/made"']
sanity_check_commands: ['test -z "$(ls -A ~)" && ls -d /user-software "%(installdir)s/made"']
`;
  write('tiny-1.0.yaml', tinyEasyconfig(asWritten).replace('wrappers: [start-shell]\n', ''));
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const ofUser = lines.map((line) =>
    line.startsWith(`${machine.user}:`) ? line.replace(/:\/[^:]*:/, `:${dir}:`) : line,
  );
  const passwd = write('passwd', ofUser.join('\n'));
  const script = `mount --bind "$1" /etc/passwd && shift && exec setpriv --reuid ${machine.user} --regid ${machine.user} --init-groups -- "$@"`;
  const environment = [
    `HOME=${dir}`,
    `PATH=${machine.path}`,
    `CTINSTALL_PREFIX=${prefix}`,
    'CTINSTALL_SITE_SETTINGS=/dev/null',
  ];
  const install = ['env', '-i', '-C', dir, ...environment, join(inject('toolDir'), 'bin/ctinstall')];
  const argv = rootCommand([
    'unshare',
    '-m',
    'bash',
    '-c',
    script,
    'as-user',
    passwd,
    ...install,
    '--image-dir',
    machine.images,
    'tiny-1.0.yaml',
  ]);
  const [program, ...rest] = argv;
  expect(execFileSync(program, rest, { encoding: 'utf8', stdio: 'pipe' })).toContain('module load tiny/1.0\n');
});
