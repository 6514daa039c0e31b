import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';

function easyconfig(name: string, version: string, more = ''): string {
  return `name: ${name}\nversion: "${version}"\nimage: { file: tiny.sif }\n${more}`;
}

/** A site's directory with a few good easyconfigs. */
function makeSite(sandbox: Sandbox): string {
  sandbox.write(
    'site/a/aleph/aleph-1.0-x.yaml',
    easyconfig('aleph', '1.0', 'versionsuffix: -x\nwhatis: ["Description: The first"]\n'),
  );
  sandbox.write('site/beta-2.yaml', easyconfig('beta', '2', 'description: |\n  Second of\n  them all\n'));
  return join(sandbox.dir, 'site');
}

const indexFiles = (sandbox: Sandbox): string[] =>
  readdirSync(join(sandbox.dir, '.cache/ctinstall')).map((name) => join(sandbox.dir, '.cache/ctinstall', name));

describe('search', () => {
  test('shows module name, description and path of what has the word in its name, version or description', async () => {
    const sandbox = makeSandbox();
    const site = makeSite(sandbox);
    const environment = { CTINSTALL_EASYCONFIGS: site };
    const aleph = `aleph/1.0-x  The first\n  ${site}/a/aleph/aleph-1.0-x.yaml\n`;
    const beta = `beta/2  Second of\n  ${site}/beta-2.yaml\n`;
    for (const [word, output] of [
      ['ALEPH', aleph],
      ['1.0-x', aleph],
      ['aleph-1.0-x.yaml', aleph],
      ["'the first'", aleph],
      ["'second of them'", beta],
    ] as const) {
      const ran = await sandbox.run(`ctinstall search ${word}`, environment);
      expect([word, ran.stdout.slice(0, output.length), ran.stderr, ran.status]).toEqual([word, output, '', 0]);
    }
    const all = (await sandbox.succeed('ctinstall search', environment)).split(/^(?=\S)/m);
    expect(all).toEqual(
      expect.arrayContaining([aleph, beta, expect.stringMatching(/^mpi4py\/3\.1\.6-rocm-6\.2\.0 {2}MPI for Python/)]),
    );
    const none = await sandbox.run('ctinstall search zzz', environment);
    expect(none).toMatchObject({
      status: 0,
      stdout: '',
      stderr: 'no easyconfig has `zzz` in its name or description\n',
    });
    // What it prints can be given to ctinstall as it is.
    await sandbox.succeed(
      'ctinstall --image-dir "$CT_IMAGES" --dry-run $(ctinstall search aleph | sed -n 2p) | grep aleph/1.0-x',
      environment,
    );
  });

  test('prints JSON', async () => {
    const sandbox = makeSandbox();
    const site = makeSite(sandbox);
    sandbox.write('site/bad-aleph-1.yaml', 'name: [');
    expect(JSON.parse(await sandbox.succeed(`ctinstall search --easyconfigs '${site}' --json aleph`))).toEqual([
      {
        module: 'aleph/1.0-x',
        name: 'aleph',
        version: '1.0',
        versionsuffix: '-x',
        description: 'The first',
        file: 'aleph-1.0-x.yaml',
        path: `${site}/a/aleph/aleph-1.0-x.yaml`,
      },
      {
        file: 'bad-aleph-1.yaml',
        path: `${site}/bad-aleph-1.yaml`,
        fault: expect.stringContaining(`${site}/bad-aleph-1.yaml:1:8: `),
      },
    ]);
    expect(JSON.parse(await sandbox.succeed('ctinstall search --json zzz'))).toEqual([]);
  });

  test('names each easyconfig that cannot be used, with why and where, and shows the others', async () => {
    const sandbox = makeSandbox();
    const site = makeSite(sandbox);
    sandbox.write('site/yaml-1.yaml', 'name: yaml\nversion: "1"\nimage: { file: [ }\n');
    sandbox.write('site/nameless-1.yaml', 'version: "1"\nimage: { file: tiny.sif }\n');
    sandbox.write('site/typed-1.yaml', 'name: typed\nversion: 1.10\nimage: tiny.sif\n');
    sandbox.write('site/moved-1.yaml', easyconfig('moved', '2'));
    sandbox.write('site/secret-1.yaml', easyconfig('secret', '1'));
    sandbox.write('site/closed/inner-1.yaml', easyconfig('inner', '1'));
    await sandbox.succeed('chmod 000 site/secret-1.yaml site/closed; ln -s nowhere site/link-1.yaml');
    sandbox.write(`site/control\u001b[31m-1.yaml`, '');
    for (const round of ['cold', 'indexed']) {
      const { status, stdout, stderr } = await sandbox.run(`ctinstall search --easyconfigs '${site}'`);
      expect([round, status]).toEqual([round, 0]);
      expect(stdout).toMatch(/^aleph\/1\.0-x {2}The first\n.*\nbeta\/2 {2}Second of\n[\s\S]*\nmoved\/2\n.*\nmpi4py\//m);
      expect(stderr.split('\n')).toEqual([
        `warning: cannot list \`${site}/closed\`: permission denied`,
        expect.stringMatching(`^warning: ${site}/control\\\\u001b\\[31m-1\\.yaml:1:1: the file must be a map`),
        `warning: ${site}/link-1.yaml: is a link to nothing`,
        `warning: ${site}/moved-1.yaml: describes moved; by its name and version it should be called \`moved-2.yaml\``,
        `warning: ${site}/nameless-1.yaml:1:1: \`name\` is missing`,
        expect.stringMatching(`^warning: ${site}/typed-1\\.yaml:2:10: .*1\\.1 \\(and 1 more fault\\)$`),
        expect.stringMatching(`^warning: ${site}/yaml-1\\.yaml:3:`),
        `warning: cannot read \`${site}/secret-1.yaml\`: permission denied`,
        '',
      ]);
    }
    // As soon as it may be read it is, though the file is no other.
    await sandbox.succeed('chmod 755 site/closed; chmod 644 site/secret-1.yaml');
    expect(await sandbox.succeed(`ctinstall search --easyconfigs '${site}' secret`)).toContain('/secret-1.yaml\n');
  });

  test('names no more broken ones than fit on a screen', async () => {
    const sandbox = makeSandbox();
    const site = makeSite(sandbox);
    await sandbox.succeed('for i in $(seq 30); do echo "a: $i" > site/n-$i.yaml; done');
    const { stdout, stderr } = await sandbox.run(`ctinstall search --easyconfigs '${site}' aleph`);
    expect(stdout).toContain('aleph/1.0-x');
    expect(stderr.match(/^warning: .*site\/n-/gm)).toHaveLength(20);
    expect(stderr).toMatch(/warning: 10 more easyconfigs have faults\nhint: .*`ctinstall search --json`\n$/);
  });
});

describe('the index of search', () => {
  test('is kept in the user’s cache, and is nothing that a search depends on', async () => {
    const sandbox = makeSandbox();
    const environment = { CTINSTALL_EASYCONFIGS: makeSite(sandbox) };
    // A file goes into the index once a further change to it must show in its times.
    const search = 'until [ -s .cache/ctinstall/*.json ]; do ctinstall search aleph; done | sort -u';
    const shown = await sandbox.succeed(search, environment);
    expect(shown).toContain('aleph/1.0-x  The first\n');
    const [file = '', ...others] = indexFiles(sandbox);
    expect(others).toEqual([]);
    expect(file).toMatch(/\/easyconfigs-[0-9a-f]{16}\.json$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const whole = readFileSync(file);
    for (const damaged of ['', '{"sha256":"', whole.subarray(0, whole.length / 2), Buffer.alloc(1000, 0xff)]) {
      writeFileSync(file, damaged);
      const ran = await sandbox.run('ctinstall search aleph | sort', environment);
      expect(ran).toMatchObject({ status: 0, stdout: shown, stderr: '' });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
        paths: expect.arrayContaining([expect.any(String)]),
      });
    }
    for (const hindrance of [
      'rm .cache/ctinstall/*; chmod 500 .cache/ctinstall',
      'chmod 700 .cache/ctinstall; rm -rf .cache; touch .cache',
      `rm .cache; mkdir -p .cache/ctinstall; mkfifo ${file}`,
      'export XDG_CACHE_HOME=/proc/none',
      'export XDG_CACHE_HOME=relative',
      'unset HOME',
    ]) {
      const ran = await sandbox.run(`${hindrance}; ctinstall search aleph | sort`, environment);
      expect([hindrance, ran]).toEqual([hindrance, { status: 0, signal: null, stdout: shown, stderr: '' }]);
    }
    expect(readdirSync(sandbox.dir)).not.toContain('relative');
  });

  test('is safe with searches at the same time, and knows of each change at once', async () => {
    const sandbox = makeSandbox();
    const environment = { CTINSTALL_EASYCONFIGS: makeSite(sandbox) };
    const all = await sandbox.succeed('for i in $(seq 6); do ctinstall search aleph & done; wait', environment);
    expect(all.match(/^aleph\/1\.0-x {2}The first$/gm)).toHaveLength(6);
    expect((await sandbox.run('ls -A .cache/ctinstall | grep part')).stdout).toBe('');
    const changed = await sandbox.succeed(
      `ctinstall search first > /dev/null
       sed -i 's/The first/The other/' site/a/aleph/aleph-1.0-x.yaml; ctinstall search aleph
       touch -r /etc/passwd site/beta-2.yaml; sed -i 's/Second/Zweite/' site/beta-2.yaml; touch -r /etc/passwd site/beta-2.yaml
       ctinstall search zweite
       rm site/beta-2.yaml; ctinstall search beta
       mkdir site/new; mv site/a/aleph/aleph-1.0-x.yaml site/new; ctinstall search aleph`,
      environment,
    );
    const site = join(sandbox.dir, 'site');
    expect(changed).toBe(
      `aleph/1.0-x  The other\n  ${site}/a/aleph/aleph-1.0-x.yaml\nbeta/2  Zweite of\n  ${site}/beta-2.yaml\naleph/1.0-x  The other\n  ${site}/new/aleph-1.0-x.yaml\n`,
    );
  });
});
