import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { asRoot } from '../harness/as-root.ts';
import { type Member, makeProject, project } from '../harness/project.ts';
import type { Ran } from '../harness/sandbox.ts';

/* What a directory holds that two users share: who may read and change it. */

/** What breaks the rule is printed: `find` with a test for all that is no symbolic link. */
const find = (rule: string): string => `find "$CTINSTALL_PREFIX" ! -type l ${rule} -printf '%M %u:%g %p\\n'`;
/** What it says of the prefix does not need an image to be started. */
const check = 'CTINSTALL_RUNTIME=/none ctinstall check 2>/dev/null';
const use = `module load tiny; singularity exec "$SIF" cat /user-software/mine`;

describe('what an install leaves', () => {
  const isProjects = `-type d ! -perm -2770 -o ! -group ${project}`;

  test.each([
    ['umask 000', `-perm -o+w -o ${isProjects}`],
    ['umask 077', `-perm /007 -o ${isProjects}`],
    ['export CTINSTALL_UMASK=027; umask 022', `-perm /027`],
  ])('%s: no more, and no fewer, may write and read it', (umask, rule) => {
    const { run } = makeProject();
    // Packed, unpacked and installed again: nothing of that opens or closes anything.
    const ran = run(
      'first',
      `${umask}; set -e
      mine=$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine; install; echo mine >"$mine"; chmod o-w "$mine"
      # What is for one alone would be told of, and close the squashfs.
      chmod g+r "$mine"
      ctinstall squashfs make --remove-directory tiny; ${find(`\\( ${rule} \\)`)} >&2; ctinstall squashfs unmake tiny
      install --rebuild; ctinstall verify; ${find(`\\( ${rule} \\)`)}; ${use}`,
    );
    expect(ran.stderr).not.toMatch(/^[-dl][rwxsStT-]{9} /m);
    expect(ran.stdout).toMatch(/tiny\/1\.0: as installed\nmine\n$/);
    expect(ran.status).toBe(0);
    expect(ran.stderr).not.toContain('warning');
  });
});

describe('two members of a project', () => {
  test('under umask 027 the second one can do all that the first one can, and back', () => {
    const umask = '027';
    const { run } = makeProject();
    const all = (member: Member): Ran =>
      run(
        member,
        `umask ${umask}; set -e
        install --rebuild; ctinstall squashfs make --remove-directory tiny; ${use}
        ctinstall squashfs unmake tiny; ${use}; ctinstall verify; ctinstall clean; ${check} | grep ' group '
        ${find(`\\( -type d ! -perm -2770 -o ! -group ${project} -o -perm -o+w \\)`)}`,
      );
    expect(
      run('first', `umask ${umask}; install && echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"`)
        .status,
    ).toBe(0);
    for (const member of ['second', 'first'] as const) {
      const ran = all(member);
      expect(ran.stderr).not.toMatch(/error|warning/);
      expect(ran.stdout.match(/^mine$/gm)).toHaveLength(2);
      expect(ran.stdout).toContain('tiny/1.0: as installed\n');
      expect(ran.stdout).toMatch(
        new RegExp(`^found +group +members of group ${project} can change what is installed under the prefix`, 'm'),
      );
      expect(ran.stdout).not.toMatch(/^[-dl][rwxsStT-]{9} /m);
      expect(ran.status).toBe(0);
    }
    expect(run('first', `umask ${umask}; ctinstall uninstall --yes --with-user-software tiny`).status).toBe(0);
    expect(run('second', 'find "$CTINSTALL_PREFIX/software" "$CTINSTALL_PREFIX/modules" -mindepth 1').stdout).toBe('');
  });

  test('directories from before keep the second one out: check names them, and each of its hints opens them', () => {
    const { run } = makeProject();
    // As under a setting that was changed since.
    const made = run('first', `umask 022; CTINSTALL_UMASK=022 install; ${check}; chmod g+w "$CTINSTALL_PREFIX"`);
    // The prefix was made under it too: its owner says that it is the group's.
    expect(made.stdout).toMatch(
      /^unusable +group +only user \d+ can install under the prefix.*\n +hint: if it is the group's: chmod g\+rwxs '/m,
    );
    expect(run('second', 'umask 022; install --rebuild').status).toBe(1);
    const namesThem = new RegExp(
      `^unusable +group +members of group ${project} cannot change what is in \`.*/software\`, .* and \\d+ more`,
      'm',
    );
    const seen = run('second', check).stdout;
    expect(seen).toMatch(namesThem);
    expect(seen).toMatch(/hint: user \d+ can open theirs with `ctinstall regenerate --all`/);
    for (const [fix, close] of [
      ['ctinstall regenerate --all', 'true'],
      [
        'eval "$(sed -n "s/^ *hint: find /find /p" said)"',
        'CTINSTALL_UMASK=022 ctinstall regenerate --all; chmod g+w "$CTINSTALL_PREFIX"',
      ],
    ] as const) {
      const mended = run('first', `umask 022; ${close}; ${check} >said; ${fix}; status=$?; cat said; exit $status`);
      expect([fix, mended.status, mended.stderr]).toEqual([fix, 0, expect.not.stringContaining('error')]);
      expect([fix, mended.stdout]).toEqual([fix, expect.stringMatching(namesThem)]);
      expect([fix, run('second', check).stdout]).toEqual([
        fix,
        expect.stringMatching(/^found +group +members of group/m),
      ]);
    }
    const rebuilt = run('second', 'umask 022; install --rebuild && ctinstall uninstall --yes tiny');
    expect([rebuilt.status, rebuilt.stderr]).toEqual([0, expect.not.stringContaining('error')]);
  });

  test('a changed umask setting reaches the directories that are there, but for user software', () => {
    const { run, prefix } = makeProject();
    const install = ['', '/bin', '/user-software'].map((each) => `software/tiny/1.0${each}`);
    const places = ['software', 'software/tiny', ...install, 'modules/tiny', '.ctinstall/locks'];
    const modes = (): string => asRoot('env', '-C', prefix, 'stat', '-c', '%a %n', ...places);
    run('first', 'CTINSTALL_UMASK=027 install; chmod 2700 "$CTINSTALL_PREFIX/software/tiny/1.0/user-software"');
    expect(modes()).toBe(
      '2750 software\n2750 software/tiny\n2750 software/tiny/1.0\n2750 software/tiny/1.0/bin\n2700 software/tiny/1.0/user-software\n2750 modules/tiny\n2750 .ctinstall/locks\n',
    );
    for (const [umask, mode] of [
      ['002', '2775'],
      ['077', '2700'],
    ] as const) {
      expect(run('first', `CTINSTALL_UMASK=${umask} ctinstall regenerate --all`).status).toBe(0);
      expect(modes().replaceAll(mode, 'MODE')).toMatch(
        /^MODE software\nMODE software\/tiny\nMODE software\/tiny\/1\.0\nMODE software\/tiny\/1\.0\/bin\n(2700|MODE) software\/tiny\/1\.0\/user-software\nMODE modules\/tiny\nMODE \.ctinstall\/locks\n$/,
      );
      expect(asRoot('stat', '-c', '%a', `${prefix}/software/tiny/1.0/user-software`)).toBe('2700\n');
    }
  });

  test('where the setting `umask` is 022 the second one can use it; what they cannot do is said, and leaves all as it is', () => {
    const { run, prefix } = makeProject();
    run(
      'first',
      'export CTINSTALL_UMASK=022; install && echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"',
    );
    const list = (): string[] => asRoot('find', prefix, '-printf', '%M %u %s %t %p\\n').split('\n').toSorted();
    const before = list();
    expect(run('second', use).stdout).toBe('mine\n');
    for (const command of [
      'install --rebuild',
      'ctinstall uninstall --yes tiny',
      'ctinstall uninstall --yes --with-user-software tiny',
      'ctinstall squashfs make tiny',
    ]) {
      const ran = run('second', `export CTINSTALL_UMASK=022; ${command}`);
      expect([command, ran.status]).toEqual([command, 1]);
      expect(ran.stderr).toMatch(/^error: .*(no permission|permission denied|cannot be made)/im);
      expect(ran.stderr).toMatch(/^hint: /m);
      expect(list()).toEqual(before);
    }
  });

  test('a link that another user has put in the place of a directory is refused, by name', () => {
    const { run, prefix } = makeProject();
    run('first', 'umask 002; install; mkdir "$CTINSTALL_PREFIX/software/other"');
    run('second', 'umask 002; mkdir ~/mine; chmod 777 ~/mine; ln -s ~/mine "$CTINSTALL_PREFIX/software/tiny/2.0"');
    const ran = run(
      'first',
      `sed 's/"1.0"/"2.0"/' ../tiny-1.0.yaml >tiny-2.0.yaml; ctinstall --image-dir "$CT_IMAGES" tiny-2.0.yaml`,
    );
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(
      `error: \`${prefix}/software/tiny/2.0\` is a symbolic link of another user (id ${execFileSync('id', ['-u', 'games'], { encoding: 'utf8' }).trim()})`,
    );
    expect(run('second', 'ls -A ~/mine').stdout).toBe('');
    const open = run('first', 'chmod 2777 "$CTINSTALL_PREFIX/software"; install --rebuild');
    expect(open.status).toBe(0);
    expect(open.stderr).toMatch(
      /warning: every user of this machine can replace what is in `.*\/software`: chmod o-w '/,
    );
  });
});

test('software, or one install, that its user moved to another place and linked works on', () => {
  const { run } = makeProject();
  const ran = run(
    'first',
    `set -e; umask 022
    export CTINSTALL_PREFIX=$HOME/p; module use $CTINSTALL_PREFIX/modules
    install >&2; echo mine >$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine
    move() { mkdir -p ~/elsewhere; mv $CTINSTALL_PREFIX/$1 ~/elsewhere/; ln -s ~/elsewhere/$(basename $1) $CTINSTALL_PREFIX/$1; }
    again() {
      ${use}; install --rebuild >&2; ctinstall squashfs make --remove-directory tiny >&2; ${use}
      ctinstall squashfs unmake tiny >&2; ctinstall verify
    }
    move software/tiny/1.0; again
    move software; move modules; again
    ctinstall uninstall --yes tiny; ls -A ~/elsewhere/1.0`,
  );
  expect(ran.stdout).toBe(
    `${'mine\nmine\ntiny/1.0: as installed\n'.repeat(2)}removed tiny/1.0\n.ctinstall\nuser-software\n`,
  );
  expect(ran.stderr).not.toMatch(/warning|error/);
});
