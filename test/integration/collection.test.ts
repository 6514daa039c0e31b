import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fullVersionOf } from '../../src/easyconfig/normalize.ts';
import type { Easyconfig } from '../../src/easyconfig/types.ts';
import { normalFormOf } from '../easyconfig/support.ts';
import { parseEnvironment } from '../harness/environment.ts';
import { makeSandbox, type Sandbox, standInImage } from '../harness/sandbox.ts';

/*
 * Each easyconfig that is shipped installs, loads and runs. Their images are gigabytes: one stands in for all, the small
 * one with Python, with a program and a conda environment of each name that they ask for.
 */

const root = fileURLToPath(new URL('../../easyconfigs', import.meta.url));
const shipped = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry): [string, Easyconfig] => [
    entry.name,
    normalFormOf(readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8')),
  ])
  .filter(([, { name, image }]) => name !== 'mpi4py' && image !== undefined);

const ofCtinstall = new Set(['start-shell', 'start-vnc', 'vnc-status', 'stop-vnc']);
const commandsOf = ({ wrappers }: Easyconfig): { name: string; command: string; args: readonly string[] }[] =>
  wrappers.flatMap((wrapper) => (wrapper.kind === 'command' && !ofCtinstall.has(wrapper.name) ? [wrapper] : []));

let sandbox: Sandbox;
const removals: (() => void)[] = [];

describe('the collection', () => {
  beforeAll(async () => {
    sandbox = makeSandbox((remove) => removals.push(remove));
    const programs = shipped.flatMap(([, easyconfig]) => commandsOf(easyconfig).map(({ command }) => command));
    const read = shipped.flatMap(([, easyconfig]) => commandsOf(easyconfig).flatMap(({ args }) => args));
    const environments = shipped.flatMap(([, { conda }]) => conda?.name ?? []);
    sandbox.write('programs', [...new Set(programs)].map((each) => `${each}\n`).join(''));
    sandbox.write(
      'scripts',
      read
        .filter((each) => each.startsWith('/'))
        .map((each) => `${each}\n`)
        .join(''),
    );
    sandbox.write('environments', [...new Set(environments)].map((each) => `${each}\n`).join(''));
    await sandbox.succeed(`
      part=$(singularity sif list "$CT_IMAGES/${standInImage}" | awk -F'|' '/FS/ { print $1 + 0; exit }')
      singularity sif dump "$part" "$CT_IMAGES/${standInImage}" > root.squashfs
      # Devices are not for users to make.
      unsquashfs -no-exit-code -no-xattrs -quiet -no-progress -d root root.squashfs 2> devices
      while read -r program; do
        case $program in /*) path=root$program ;; *) path=root/usr/local/bin/$program ;; esac
        if [ ! -e "$path" ] && [ ! -e "root/usr/bin/$program" ]; then
          mkdir -p "$(dirname "$path")"
          printf '#!/bin/sh\\necho "%s stands in: $*"\\n' "$program" > "$path"; chmod 755 "$path"
        fi
      done < programs
      while read -r script; do mkdir -p "$(dirname "root$script")"; echo 'print("python stands in: ")' > "root$script"; done < scripts
      printf '#!/bin/sh\\nexec python3 "$@"\\n' > root/usr/local/bin/python; chmod 755 root/usr/local/bin/python
      while read -r environment; do ln -s mpi4py "root/opt/miniconda3/envs/$environment"; done < environments
      # A virtual environment for each takes long: theirs have no setuptools, as with newer Pythons, and nothing is compiled.
      sed -i -e "s/^_PACKAGE_NAMES = .*/_PACKAGE_NAMES = ('pip',)/" -e 's/"--no-index"/"--no-compile", &/' root/usr/lib/python3.*/ensurepip/__init__.py
      for module in torch tensorflow jax; do : > "root/usr/lib/python3/dist-packages/$module.py"; done
      mksquashfs root every.sqsh -quiet -no-progress -comp gzip -Xcompression-level 1 > out; rm -rf root root.squashfs`);
  });

  afterAll(() => {
    for (const remove of removals) remove();
  });

  test.each(shipped)('%s installs, loads and runs', async (file, easyconfig) => {
    const module = `${easyconfig.name}/${fullVersionOf(easyconfig)}`;
    // There is nothing to download from: what the image has is asked for in place of it.
    const requirements = easyconfig.venv?.requirements === undefined ? '' : "--set 'python.venv.requirements=[mpi4py]'";
    const installed = await sandbox.succeed(`ctinstall --image every.sqsh --image-mode link ${requirements} ${file}`);
    expect(installed).toBe(`module load ${module}\n`);
    const commands = commandsOf(easyconfig).map(({ name }) => name);
    // Each start takes its time: of many wrappers the first and the last.
    const tried = commandsOf(easyconfig).filter((_, at) => at === 0 || at === commands.length - 1);
    const said = await sandbox.succeed(`
      env -0 > before
      module load ${module} 2> said
      for each in ${commands.join(' ')}; do [[ $(command -v "$each") = "$CTINSTALL_PREFIX"/* ]] || echo "$each is not ours"; done
      ${tried.map(({ name }) => `"${name}" --version </dev/null`).join('\n')}
      module help ${module} 2>&1
      module unload ${module}
      env -0 > after`);
    const environment = (name: string) => parseEnvironment(readFileSync(join(sandbox.dir, name), 'utf8'));
    expect(environment('after')).toEqual(environment('before'));
    expect(said).not.toContain('is not ours');
    for (const { command, name } of tried)
      if (!/^(python3?|pip)$/.test(name)) expect(said).toContain(`${command} stands in: `);
    expect(said).toContain(easyconfig.homepage);
  });

  test('check finds no fault in any; all are as installed, and go', async () => {
    const files = shipped.map(([file]) => `--easyconfig ${file}`).join(' ');
    const out = await sandbox.succeed(
      `ctinstall check ${files} > checked || { cat checked >&2; exit 1; }
      ctinstall verify | grep -c ': as installed$'
      ctinstall uninstall --yes --with-user-software $(ctinstall list --json | sed -n 's/.*"module": "\\(.*\\)".*/\\1/p') >/dev/null
      find "$CTINSTALL_PREFIX/software" "$CTINSTALL_PREFIX/modules" -mindepth 1 -name '*[0-9]*'`,
    );
    expect(out).toBe(`${shipped.length}\n`);
  });

  test('singularity-AI-bindings loads, and binds into any container', async () => {
    const said = await sandbox.succeed(
      `ctinstall check --easyconfig singularity-AI-bindings-24.03.yaml singularity-bindings-system.yaml
      mkdir data; touch data/here
      ctinstall singularity-AI-bindings-24.03.yaml
      module load singularity-AI-bindings; module help singularity-AI-bindings 2>&1
      singularity exec --contain "$CT_IMAGES/tiny.sif" ls "$PWD/data"`,
      { CTINSTALL_BIND_GROUPS: `{ slurm: [], interconnect: [], filesystems: ["${sandbox.dir}/data"] }` },
    );
    expect(said).toMatch(/module load singularity-AI-bindings\/24\.03\n[\s\S]*srun -n 8[\s\S]*\nhere\n$/);
  });
});
