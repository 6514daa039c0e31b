import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';

/* Modules of tools, as they are used: several at once, in pipes, beside one that a person works in. */

/** Each a program of the tiny image under a name of its own. */
const programs = {
  lower: '{ name: lower, command: tr, args: [A-Z, a-z] }',
  upper: '{ name: upper, command: tr, args: [a-z, A-Z] }',
  sorted: '{ name: sorted, command: sort }',
  first: '{ name: first, command: head, args: [-n, "1"] }',
  fails: '{ name: fails, command: sh, args: [-c, "exit 9"] }',
  says: `{ name: says, command: sh, args: [-c, 'echo "$OF_SAYS"'] }`,
  inner: '{ name: inner, command: sh }',
  lines: '{ name: lines, command: wc, args: [-l] }',
} as const;

function recipeOf(name: string, more: string): string {
  return `name: ${name}\nversion: "1.0"\nimage: { file: tiny.sif }\n${more}`;
}

async function installTools(sandbox: Sandbox): Promise<void> {
  for (const [name, wrapper] of Object.entries(programs)) {
    const more = name === 'says' ? 'env: { container: { OF_SAYS: "what says says" } }\n' : '';
    sandbox.write(`${name}-1.0.yaml`, recipeOf(name, `wrappers: [${wrapper}]\n${more}`));
  }
  sandbox.write('work-1.0.yaml', recipeOf('work', 'wrappers: [start-shell]\n'));
  await sandbox.succeed('ctinstall --jobs 2 --image-dir "$CT_IMAGES" *-1.0.yaml');
}

const names = Object.keys(programs).join(' ');

describe('modules of tools', () => {
  let sandbox: Sandbox;
  let remove = (): void => {};
  beforeAll(async () => {
    sandbox = makeSandbox((removing) => {
      remove = removing;
    });
    await installTools(sandbox);
  });
  afterAll(() => remove());

  test('eight at once, in pipes of four, beside one of an environment in either order', async () => {
    const pipe = `printf 'b\\nA\\nC\\n' | lower | sorted | first | upper`;
    const out = await sandbox.succeed(`set -o pipefail
      module load ${names}
      ${pipe}
      fails | lines || echo "status $?"
      says; echo "[\${SIF-}\${CONTAINERROOT-}\${RUNSCRIPTS-}\${SINGULARITY_BIND-}]"; echo "\${SIFSAYS##*/} \${EBVERSIONSAYS-}"
      type in-container start-shell >/dev/null 2>&1 || echo 'no script of an install is on PATH'
      module load work; ${pipe}; echo "\${CONTAINERROOT##*/software/}"; start-shell -c 'echo inside'
      module purge; module load work ${names}; ${pipe}; start-shell -c 'echo inside'
      module unload says work; ${pipe}; type says >/dev/null 2>&1 || echo 'unloaded'`);
    expect(out.split('\n').slice(0, -1)).toEqual([
      'A',
      '0',
      'status 9',
      'what says says',
      '[]',
      'tiny.sif 1.0',
      'no script of an install is on PATH',
      'A',
      'work/1.0',
      'inside',
      'A',
      'inside',
      'A',
      'unloaded',
    ]);
  });

  test('work moved, by a link, where another tool has set $SINGULARITY_CONTAINER, and are told from the inside', async () => {
    const out = await sandbox.succeed(`export SINGULARITY_CONTAINER=/another/tool.sif SINGULARITY_SHELL=/bin/sh
      module load lower work
      echo A | lower
      start-shell -c 'echo "is inside"; test -d /.singularity.d && echo yes'
      cp -a "$CTINSTALL_PREFIX/software/lower/1.0" moved; echo B | moved/wrappers/lower
      ln -s "$CTINSTALL_PREFIX/software/lower/1.0/wrappers/lower" .; echo C | ./lower`);
    expect(out.split('\n').slice(0, -1)).toEqual(['a', 'is inside', 'yes', 'b', 'c']);
  });

  test('a recipe may choose; regenerate follows it', async () => {
    const recipe = (kind: string) =>
      recipeOf('both', `module_kind: ${kind}\nwrappers: [start-shell, { from: /bin }]\n`);
    sandbox.write('both-1.0.yaml', recipe('tool'));
    const asTool = `module load both; echo "[\${SIF-}]"; type -p both-start-shell tr | sed "s|.*/software/||"; both-start-shell -c 'echo in'; module purge`;
    const asEnvironment = `module load both; echo "\${SIF##*/}"; type -p start-shell tr | sed "s|.*/software/||"; module purge`;
    const out = await sandbox.succeed(`ctinstall --image-dir "$CT_IMAGES" both-1.0.yaml >&2
      ${asTool}
      ctinstall verify both >&2
      sed -i s/tool/environment/ "$CTINSTALL_PREFIX/software/both/1.0/.ctinstall/easyconfig.yaml"; ctinstall regenerate both >&2; ctinstall verify both >&2
      ${asEnvironment}
      sed -i s/environment/tool/ "$CTINSTALL_PREFIX/software/both/1.0/.ctinstall/easyconfig.yaml"; ctinstall regenerate both >&2; ctinstall verify both >&2
      ${asTool}
      ctinstall uninstall --yes both >&2; ls "$CTINSTALL_PREFIX/software" | grep both || true`);
    const tool = ['[]', 'both/1.0/wrappers/both-start-shell', 'both/1.0/wrappers/tr', 'in'];
    expect(out.split('\n').slice(0, -1)).toEqual([
      ...tool,
      'tiny.sif',
      'both/1.0/bin/start-shell',
      'both/1.0/bin/tr',
      ...tool,
    ]);
  });
});
