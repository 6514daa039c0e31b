import { describe, expect, it } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

const twoStages = `Bootstrap: localimage
From: base.sif
Stage: one

%post
    mkdir -p /opt/dir; echo made > /opt/dir/made; ln -s made /opt/dir/link

Bootstrap: localimage
From: base.sif

%files from one
    /opt/dir /opt/copied

%files
    "a file" /opt/from-here
    link

%post
    id -u > /opt/uid
    ls -ld {{ HOST }} > /opt/listed 2>&1 || true
    env | cut -d= -f1 | sort > /opt/names
    echo 'export FROM_POST=yes' >> "$APPTAINER_ENVIRONMENT"
    echo 'made-by post' >> "$SINGULARITY_LABELS"
    echo secret > /opt/closed; chmod 000 /opt/closed
    echo x > /tmp/rest

%environment
    export FROM_DEF=yes

%labels
    who you

%runscript
    echo "run $1"

%test
    test "$FROM_DEF$FROM_POST" = yesyes

%help
    Some help.
`;

const found = `PATH=$(dirname "$CT_PROOT"):$PATH`;
/** As on a machine that has no user namespaces. */
const without =
  'unshare --user --map-current-user --keep-caps sh -c \'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"\' sh';

describe('ctinstall build --definition with proot', () => {
  it('builds where there are no user namespaces: stages, files, environment, labels, the same bytes again', async () => {
    const sandbox = makeSandbox();
    sandbox.write('my.def', twoStages.replace('{{ HOST }}', sandbox.dir));
    sandbox.write('a file', 'of here\n');
    const out = await sandbox.succeed(
      `${found}; cp "$CT_IMAGES/tiny.sif" base.sif; ln -s "a file" link; umask 077; mkdir made
      ${without} ctinstall build made/my.sif --definition my.def 2>said || { cat said >&2; exit 1; }
      ctinstall build made/again.sif --way proot --definition my.def 2>/dev/null
      cmp made/my.sif made/again.sif; ls -A made
      grep -o 'proot. runs its commands: all files become root' said
      singularity run made/my.sif well
      singularity exec made/my.sif sh -c 'cd /opt; cat copied/made copied/link from-here /link uid; echo $FROM_DEF$FROM_POST
        cat listed; ls -l | cut -c-10; grep -c SOURCE_DATE names; true'
      unsquashfs -o 32768 -ls made/my.sif | grep -E 'post.script|build.labels|ctinstall-|tmp/rest' || echo clean
      singularity inspect made/my.sif | grep -E '^(who|made-by)'
      singularity inspect --helpfile made/my.sif
      cmp <(unsquashfs -o 32768 -cat made/my.sif .singularity.d/Singularity) my.def`,
      { SOURCE_DATE_EPOCH: '1700000000' },
    );
    expect(out.split('\n').slice(2)).toEqual([
      ...['again.sif', 'my.sif', 'proot` runs its commands: all files become root'],
      ...[
        'run well',
        'made',
        'made',
        'of here',
        'of here',
        '0',
        'yesyes',
        `ls: ${sandbox.dir}: No such file or directory`,
      ],
      ...['total 0', '-rw-------', 'drwxr-xr-x', '-rw-r--r--', '-rw-r--r--', '-rw-r--r--', '-rw-r--r--', '0', 'clean'],
      ...['made-by: post', 'who: you', '    Some help.', ''],
    ]);
  });

  it('refuses a proot that runs commands on this machine, before anything of the file ran', async () => {
    const sandbox = makeSandbox();
    sandbox.write('my.def', `Bootstrap: localimage\nFrom: base.sif\n%post\n  touch ${sandbox.dir}/ran\n`);
    sandbox.write('bin/proot', '#!/bin/sh\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n');
    const { status, stdout, stderr } = await sandbox.run(`cp "$CT_IMAGES/tiny.sif" base.sif; chmod +x bin/proot
      PATH=$PWD/bin:$PATH ctinstall build my.sif --way proot --definition my.def; code=$?
      ls -A | grep -v '^\\.'; exit $code`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'base.sif\nbin\nmy.def\n' });
    expect(stderr).toMatch(
      /^error: `.*\/bin\/proot` is not used: it runs commands on this machine, not in the image\n/m,
    );
    expect(stderr).toMatch(/^hint: load a module with proot 5\.4 or later; nothing of the definition file was run$/m);
  });
});
