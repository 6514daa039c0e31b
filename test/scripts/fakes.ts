import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Install, writeProgram } from './install.ts';

export function realProgram(name: string): string {
  return execFileSync('bash', ['-c', 'type -P "$1"', 'bash', name]).toString().trim();
}

/**
 * Puts a mksquashfs on PATH that does something else when it is to pack the user software: bash, in which `real` runs the
 * true one with the same arguments. What the scripts try out with it first goes to the true one.
 */
export function fakeMksquashfs(install: Install, text: string): void {
  writeProgram(
    join(install.fakes, 'mksquashfs'),
    `real() { ${realProgram('mksquashfs')} "$@"; }
if [[ \${1%/.} != */user-software ]]; then real "$@"; exit; fi
${text}`,
  );
}

/** As {@link fakeMksquashfs}, for unpacking; what is only listed is left to the true unsquashfs. */
export function fakeUnsquashfs(install: Install, text: string): void {
  writeProgram(
    join(install.fakes, 'unsquashfs'),
    `real() { ${realProgram('unsquashfs')} "$@"; }
if [[ " $* " != *' -processors '* ]]; then real "$@"; exit; fi
${text}`,
  );
}

const coreAndFindutils =
  'bash cat chmod cksum comm date du find id ln mkdir mktemp mv nproc readlink rm sleep sort stat sync touch uname wc';

/** A PATH of nothing but bash, coreutils, findutils and what else is named. */
export function makeBarePath(install: Install, ...more: string[]): string {
  for (const name of [...coreAndFindutils.split(' '), ...more])
    symlinkSync(realProgram(name), join(install.fakes, name));
  return install.fakes;
}
