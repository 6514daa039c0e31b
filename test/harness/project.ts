import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { asRoot, isRoot } from './as-root.ts';
import { machine, type Ran, tinyEasyconfig } from './sandbox.ts';

/*
 * A project directory that two users share. To act as another user takes root, or sudo without a password; the second user is
 * an account that every Debian has, and the group of the project is a number that no account has.
 */

export const project = 54_321;
export const members = { first: machine.user, second: 'games' };
export type Member = keyof typeof members;

/** A directory of the project's: the group may write, what is made belongs to the group. */
export function makeProject(): { dir: string; prefix: string; run: (member: Member, script: string) => Ran } {
  const dir = mkdtempSync(join(tmpdir(), 'ctinstall-project-'));
  onTestFinished(() => {
    asRoot('chmod', '-R', 'u+rwX', dir);
    asRoot('rm', '-rf', dir);
    rmSync(dir, { recursive: true, force: true });
  });
  writeFileSync(join(dir, 'tiny-1.0.yaml'), tinyEasyconfig());
  asRoot('mkdir', join(dir, 'project'), join(dir, 'first'), join(dir, 'second'));
  for (const member of ['first', 'second'] as const) asRoot('chown', members[member], join(dir, member));
  asRoot('chmod', '755', dir);
  asRoot('chown', `:${project}`, join(dir, 'project'));
  asRoot('chmod', '2770', join(dir, 'project'));
  const prefix = join(dir, 'project/software here');
  const run = (member: Member, script: string): Ran => {
    const environment = {
      PATH: machine.path,
      HOME: join(dir, member),
      TMPDIR: tmpdir(),
      LANG: 'C.UTF-8',
      CTINSTALL_PREFIX: prefix,
      MODULEPATH: join(prefix, 'modules'),
      CTINSTALL_SITE_SETTINGS: '/dev/null',
      CT_IMAGES: machine.images,
      CT_TOOL: inject('toolDir'),
    };
    const [program = '', ...rest] = [
      ...(isRoot ? [] : ['sudo', '-n']),
      ...['setpriv', `--reuid=${members[member]}`, `--regid=${members[member]}`, `--groups=${project}`, '--'],
      ...['env', '-i', '-C', join(dir, member)],
      ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      ...['bash', '--norc', '--noprofile', '-c'],
      `. '${machine.lmodInit}'; PATH=$CT_TOOL/bin:$PATH
      install() { ctinstall --image-dir "$CT_IMAGES" "$@" ../tiny-1.0.yaml; }
      ${script}`,
    ];
    const { status, signal, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8' });
    return { status, signal, stdout, stderr };
  };
  return { dir, prefix, run };
}
