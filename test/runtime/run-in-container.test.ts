import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerPath, hostPath } from '../../src/lib/paths.ts';
import type { RunInContainerStep } from '../../src/plan/steps/run-in-container.ts';
import type { Bind } from '../../src/resolve/types.ts';
import { runInContainer } from '../../src/runtime/run-in-container.ts';
import { makeSite, type Site } from '../apply/install-support.ts';
import { failure } from '../image/failure.ts';

let site: Site;
beforeEach(() => {
  site = makeSite();
});
afterEach(() => site.remove());

const at = (path: string) => hostPath(join(site.root, path));

function bind(path: string, more: Partial<Bind> = {}): Bind {
  return {
    host: at(path),
    container: containerPath(`/${path}`),
    access: 'rw',
    optional: false,
    origin: 'easyconfig',
    ...more,
  };
}

function run(
  changed: Partial<RunInContainerStep> = {},
  environment: Record<string, string> = {},
): { done: Promise<string>; lines: string[] } {
  const lines: string[] = [];
  const step: RunInContainerStep = {
    kind: 'run-in-container',
    purpose: 'sanity check: it',
    runtime: join(site.root, 'runtime'),
    image: at('demo.sif'),
    binds: [],
    work: at('work'),
    userSoftware: { directory: at('user-software'), container: containerPath('/user-software'), access: 'rw' },
    staged: [],
    mountPoints: [],
    environment: {},
    argv: ['sh', '-c', 'it'],
    ...changed,
  };
  const context = { environment: { ...site.environment, ...environment }, log: (line: string) => lines.push(line) };
  return { done: runInContainer(step, context), lines };
}

/** What the fake runtime was asked: its arguments, its binds, and its other variables by name. */
function asked(): { argv: string; binds: string; variables: Record<string, string> } {
  const [argv = '', binds = '', ...rest] = readFileSync(site.log, 'utf8').trimEnd().split('\n');
  const variables = rest.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return { argv, binds: binds.replace('BIND=', ''), variables: Object.fromEntries(variables) };
}

describe('runInContainer', () => {
  it('binds what is on this node, as the module would', async () => {
    for (const path of ['data', 'ro', 'user-software']) mkdirSync(at(path));
    await run({
      binds: [
        bind('data'),
        bind('ro', { access: 'ro', container: containerPath('/opt/ro') }),
        bind('missing', { optional: true }),
      ],
      userSoftware: { directory: at('user-software'), container: containerPath('/user-software'), access: 'ro' },
    }).done;
    const paths = ['data:/data', 'ro:/opt/ro:ro', 'user-software:/user-software:ro'].map((path) =>
      join(site.root, path),
    );
    expect(asked().binds).toBe(paths.join(','));
    expect(asked().variables).toMatchObject({ SINGULARITY_BIND: paths.join(','), APPTAINER_BIND: paths.join(',') });
  });

  it('binds packed user software where it is packed, and none where there is none', async () => {
    await run().done;
    expect(asked().binds).toBe('');
    rmSync(site.log);
    mkdirSync(at('user-software'));
    writeFileSync(at('user-software.squashfs'), '');
    await run().done;
    expect(asked().binds).toBe(`${at('user-software.squashfs')}:/user-software:ro,image-src=/`);
  });

  it('hands over the command and the environment of the step, and none of this shell’s', async () => {
    await run(
      { environment: { PREPEND_PATH: '/runscripts', A: '\\$x' }, argv: ['sh', '-c', "it's $HOME"] },
      {
        SINGULARITY_BIND: '/mine',
        APPTAINER_BINDPATH: '/mine',
        SINGULARITYENV_PYTHONPATH: '/mine',
        APPTAINERENV_LD_PRELOAD: '/mine',
        SINGULARITY_CACHEDIR: '/cache',
      },
    ).done;
    expect(asked().argv).toBe(
      `exec --cleanenv --contain --workdir ${at('work')} ${at('demo.sif')} sh -c it\\'s\\ \\$HOME `,
    );
    expect(asked().variables).toEqual({
      SINGULARITYENV_PREPEND_PATH: '/runscripts',
      APPTAINERENV_PREPEND_PATH: '/runscripts',
      SINGULARITYENV_A: '\\$x',
      APPTAINERENV_A: '\\$x',
      SINGULARITYENV_LANG: 'C.UTF-8',
      APPTAINERENV_LANG: 'C.UTF-8',
      SINGULARITY_CACHEDIR: '/cache',
    });
  });

  it('shows what is staged where it will lie, binds it from where it is now, and leaves no mount point', async () => {
    for (const path of ['staging/runscripts', 'install/mine', 'user-software'])
      mkdirSync(at(path), { recursive: true });
    writeFileSync(
      at('looks'),
      `#!/bin/sh\nls ${at('user-software/venv/x')} >${at('seen')}\nexec ${at('runtime')} "$@"\n`,
      {
        mode: 0o755,
      },
    );
    await run({
      binds: [
        bind('install/runscripts', { container: containerPath('/runscripts') }),
        bind('install/mine', { container: containerPath('/mine') }),
      ],
      staged: [
        { host: at('staging'), container: containerPath(at('install')), access: 'ro' },
        { host: at('none'), container: containerPath('/none'), access: 'rw' },
      ],
      mountPoints: [at('install'), at('user-software/venv'), at('user-software/venv/x')],
      runtime: at('looks'),
    }).done;
    expect(asked().binds.split(',')).toEqual([
      `${at('staging/runscripts')}:/runscripts`,
      `${at('install/mine')}:/mine`,
      `${at('user-software')}:/user-software`,
      `${at('staging')}:${at('install')}:ro`,
    ]);
    expect(readFileSync(join(site.root, 'seen'), 'utf8')).toBe('');
    expect(existsSync(at('user-software/venv'))).toBe(false);
    expect(existsSync(at('install/mine'))).toBe(true);
  });

  it('names a required bind that is not here', async () => {
    expect(await failure(run({ binds: [bind('none')] }).done)).toMatchObject({
      code: 'sanity-check-failed',
      message: `\`${at('none')}\` is not on this machine, but the easyconfig needs it bound`,
    });
    symlinkSync('/nowhere', at('dangling'));
    expect((await failure(run({ binds: [bind('dangling')] }).done)).message).toContain('a link to nothing');
  });

  it('shows the words of a command that failed before the command, and keeps what it said', async () => {
    mkdirSync(at('data'));
    const { done, lines } = run({ binds: [bind('data')], argv: ['python', '-c', 'import x'] }, { FAIL_ON: 'import x' });
    const error = await failure(done);
    expect(error).toMatchObject({
      code: 'sanity-check-failed',
      message: '`sanity check: it` failed with exit status 5',
    });
    expect(error.details).toEqual(['  | it does not work', "command: python -c 'import x'"]);
    expect(lines).toEqual(['  | it does not work']);
    const other = await failure(run({ purpose: 'create the virtual environment', argv: ['x'] }, { FAIL_ON: 'x' }).done);
    expect(other.code).toBe('command-failed');
  });

  it.each([
    ['fuse: device not found, try modprobe fuse first: /dev/fuse: no such file or directory', '/dev/fuse'],
    ['Failed to create user namespace: not allowed', 'unprivileged containers'],
    ['something else', undefined],
  ])('knows what helps against: %s', async (said, hint) => {
    writeFileSync(join(site.root, 'runtime'), `#!/bin/sh\necho '${said}' >&2\nexit 255\n`);
    mkdirSync(at('data'), { recursive: true });
    const error = await failure(run({ binds: [bind('data')] }).done);
    // How it was started, binds included: that is what failed.
    expect(error.details[0]).toMatch(/^command: .*runtime exec --cleanenv --contain /);
    expect(error.details.at(-1)).toBe(`SINGULARITY_BIND=${at('data')}:/data`);
    if (hint === undefined) expect(error.hint).toBeUndefined();
    else expect(error.hint).toContain(hint);
  });
});
