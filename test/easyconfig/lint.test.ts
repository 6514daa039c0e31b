import { describe, expect, it } from 'vitest';
import { lintEasyconfig } from '../../src/easyconfig/lint.ts';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { findSitePath } from '../../src/easyconfig/site-paths.ts';

const digest = 'a'.repeat(64);
const good = `name: app
version: "1.0"
homepage: https://example.org
whatis: ["Description: an app"]
description: app %(version)s is 100%% good
image:
  file: app.sif
  sha256: ${digest}
  source: docker://example.org/app@sha256:${digest}
binds:
  - site: filesystems
  - { host: /opt/app, container: /opt/app, optional: true }
  - /etc/localtime
sanity_check_commands: [app --version]
`;

/** Each warning as `key: message`. */
function warningsOf(text: string, fileName = 'app-1.0.yaml'): string[] {
  const { easyconfig, issues } = parseEasyconfig(text);
  if (easyconfig === undefined) throw new Error(JSON.stringify(issues));
  return lintEasyconfig(easyconfig, fileName).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** The warnings that are there once `from` is replaced by `to`. */
const change = (from: string, to: string): string[] => warningsOf(good.replace(from, to));

describe('an easyconfig that others can use', () => {
  it('has no warning', () => {
    expect(warningsOf(good)).toEqual([]);
  });
});

describe('a warning is given for', () => {
  it('a file that is called otherwise', () => {
    expect(warningsOf(good, 'app.yaml')).toEqual(['name: the file should be called `app-1.0.yaml`, not `app.yaml`']);
    expect(change('version: "1.0"', 'version: "1.0"\nversionsuffix: -gpu')).toEqual([
      'name: the file should be called `app-1.0-gpu.yaml`, not `app-1.0.yaml`',
    ]);
  });

  it.each(['homepage', 'whatis', 'description'])('no %s', (key) => {
    expect(warningsOf(good.replace(new RegExp(`^${key}:.*\n`, 'm'), ''))).toEqual([`name: there is no \`${key}\``]);
  });

  it('an image that nothing pins', () => {
    expect(change(`  sha256: ${digest}\n`, '')).toEqual([
      'image.file: nothing says which image this is: no `sha256`, and no signature is asked for',
    ]);
    expect(change(`  sha256: ${digest}\n`, '  verify: signed\n')).toEqual([]);
    expect(change(`app@sha256:${digest}`, 'app:1.0')).toEqual([
      'image.source: `docker://example.org/app:1.0` may be another image tomorrow',
    ]);
    expect(change(`docker://example.org/app@sha256:${digest}`, 'http://example.org/app.sif')).toEqual([
      'image.source: anyone on the way can change what comes by `http://`',
    ]);
  });

  it('an image that nobody else has', () => {
    expect(warningsOf(good.replace(/ {2}source:.*\n/, ''))).toEqual([
      'image.file: there is no `source`: who has not got the image cannot install it',
    ]);
  });

  it('a path of one site', () => {
    expect(change('- /etc/localtime', '- /scratch/project_1')).toEqual([
      'binds.2: `/scratch/project_1` is a path of some sites only',
    ]);
    expect(change('host: /opt/app', 'host: /opt/cray/pe')).toEqual([
      'binds.1.host: `/opt/cray/pe` is a path of some sites only',
    ]);
    expect(change('binds:', 'env: { module: { CACHE: "x:/lustre/c" } }\nbinds:')).toEqual([
      'env.module.CACHE: `x:/lustre/c` holds a path of some sites only',
    ]);
    expect([findSitePath('/scratch2/x'), findSitePath('/run/munge/s'), findSitePath('/etc')]).toEqual([
      undefined,
      'slurm',
      undefined,
    ]);
  });

  it('a required bind of what a machine may not have', () => {
    expect(change(', optional: true', '')).toEqual([
      'binds.1.host: where `/opt/app` is missing, the module does not load',
    ]);
  });

  it('no sanity check', () => {
    expect(change('sanity_check_commands: [app --version]\n', '')).toEqual([
      'name: no command of a sanity check: an image that does not work would be installed',
    ]);
  });

  it('a command outside the container', () => {
    expect(change('[app --version]', '[app --version, { command: make, host: true }]')).toEqual([
      'sanity_check_commands.1.host: a command outside the container needs each user to pass `--allow-host-commands`',
    ]);
  });

  it.each(['%(version)', '%{version}s', '%version', '{{ version }}', '%(name)'])(
    'the template that %s is not',
    (wrong) => {
      expect(change('app %(version)s is', `app ${wrong} is`)).toEqual([
        `description: \`${wrong}\` is no template and stays as it is`,
      ]);
    },
  );
});
