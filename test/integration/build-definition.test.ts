import { describe, expect, it } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

const twoStages = `Bootstrap: localimage
From: {{ BASE }}
Stage: one

%post
    mkdir -p /opt; echo made > /opt/made

Bootstrap: localimage
From: {{ BASE }}

%arguments
    WHO=world

%files from one
    /opt/made /opt/copied

%files
    "a file" /opt/from-here

%post
    id -u > /opt/uid
    echo "hello {{ WHO }}" > /opt/hello

%environment
    export FROM_DEF=yes

%labels
    who {{ WHO }}

%runscript
    cat /opt/hello

%test
    test "$FROM_DEF" = yes
`;

describe('ctinstall build --definition', () => {
  it('has the runtime build it: stages, templates, files of the current directory', async () => {
    const sandbox = makeSandbox();
    sandbox.write('my.def', twoStages);
    sandbox.write('a file', 'of here\n');
    const out = await sandbox.succeed(`mkdir made
      ctinstall build made/my.sif --definition my.def --build-arg BASE="$CT_IMAGES/tiny.sif" --build-arg WHO=you 2>said
      singularity run made/my.sif
      singularity exec made/my.sif sh -c 'cat /opt/copied /opt/uid /opt/from-here; echo $FROM_DEF'
      singularity inspect made/my.sif | grep who
      ls -A made; cat said`);
    expect(out).toMatch(/\/my\.sif\nhello you\nmade\n0\nof here\nyes\nwho: you\nmy\.sif\n/);
    expect(out).toMatch(/builds it (with user ids of your own|in a user namespace)/);
  });

  it('shows what a failing %post said, keeps all of it, and leaves the old image', async () => {
    const sandbox = makeSandbox();
    sandbox.write('bad.def', 'Bootstrap: localimage\nFrom: base.sif\n%post\n  echo so far\n  false\n');
    const { status, stderr, stdout } = await sandbox.run(`cp "$CT_IMAGES/tiny.sif" base.sif; echo old > my.sif
      ctinstall build my.sif --force --definition bad.def; code=$?; cat my.sif; grep -c '+ false' my.sif.log
      ls -A | grep part; exit $code`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'old\n1\n' });
    expect(stderr).toMatch(/error: building with `singularity` failed with exit status 255\n/);
    expect(stderr).toMatch(/hint: all that it said is in `.*\/my\.sif\.log`/);
    expect(
      await sandbox.succeed(`sed -i s/false/true/ bad.def; ctinstall build my.sif --force --definition bad.def
      ls *.log || echo none`),
    ).toMatch(/\nnone\n$/);
  });

  it('without user namespaces says what the site could offer, and starts nothing', async () => {
    const sandbox = makeSandbox();
    sandbox.write('my.def', 'Bootstrap: localimage\nFrom: base.sif\n%post\n  true\n');
    const { status, stderr } = await sandbox.run(`cp "$CT_IMAGES/tiny.sif" base.sif
      unshare --user --map-current-user --keep-caps sh -c 'echo 0 > /proc/sys/user/max_user_namespaces && exec ctinstall build my.sif --definition my.def'
      code=$?; ls -A | grep my.sif; exit $code`);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: `singularity` cannot build a definition file here: user namespaces are not allowed.*\n\nhint: ask your support team for user namespaces/m,
    );
  });

  it('--packages says where the image has no package manager; a faulty file is not built', async () => {
    const sandbox = makeSandbox();
    sandbox.write('bad.def', 'Bootstrap: localimage\nFrom: x.sif\n%pst\n');
    const { stdout, stderr } =
      await sandbox.run(`ctinstall build my.sif --base "$CT_IMAGES/tiny.sif" --packages a,b; echo $?
      ctinstall build other.sif --definition bad.def; echo $?; ls *.sif`);
    expect(stdout).toBe('1\n2\n');
    expect(stderr).toMatch(/error: `.*\/tiny\.sif` has none of apt-get, dnf, microdnf, zypper\n/);
    expect(stderr).not.toContain('builds it');
    expect(stderr).toContain(
      'bad.def:3:1: there is no section `%pst`\n  | %pst\n  | ^^^^\n  hint: did you mean `%post`?\n',
    );
  });
});
