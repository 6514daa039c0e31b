import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

const recipes = fileURLToPath(new URL('../formats/eb/recipes', import.meta.url));
const names = readdirSync(recipes).flatMap((name) => (name.endsWith('.eb') ? [name.slice(0, -'.eb'.length)] : []));

/** What LUMI's hook does for a modulefile that calls it. */
const hook = `
function create_container_vars(sif, name, root, binds)
  local path = pathJoin(root, sif)
  setenv("SIF", path)
  setenv("SIF" .. name:gsub("-", "min"):upper(), path)
  if binds ~= nil then
    if isFile(pathJoin(root, "user-software.squashfs")) then
      binds = binds .. "," .. pathJoin(root, "user-software.squashfs") .. ":/user-software:image-src=/"
    elseif isDir(pathJoin(root, "user-software")) then
      binds = binds .. "," .. pathJoin(root, "user-software") .. ":/user-software"
    end
    setenv("SINGULARITY_BIND", binds)
  end
end
`;

/** What these recipes bind, which is not on every machine. */
const ofHost =
  /\/(scratch|project|pfs|flash|appl\/data|appl\/models\.squashfs|opt\/cray(?:\/pe)?|opt\/x|var\/spool(?:\/slurmd)?|var\/run\/munge|usr\/lib64\/[\w.]+|etc\/x\.conf|etc\/slurm|tmp\/\.X11-unix)(?![\w/])/g;

/** What the module of ctinstall sets beside, or in a way of its own; and what no container needs. */
const apart =
  /^(APPTAINER.*|SINGULARITY_BIND|EBDEVEL.*|CMAKE_PREFIX_PATH|SINGULARITYENV_(PYTHONNOUSERSITE|PIP_\w+|PREPEND_PATH)|RUNSCRIPTS\w*|CONTAINERROOT)$/;

test.each(names)('%s: the module sets what EasyBuild’s sets', async (name) => {
  const { dir, prefix, succeed, write } = makeSandbox();
  const moved = (text: string): string => text.replace(ofHost, (path) => join(dir, 'h', path));
  const recipe = moved(readFileSync(join(recipes, `${name}.eb`), 'utf8'));
  const expected = moved(readFileSync(join(recipes, `${name}.lua`), 'utf8'));
  for (const [path] of recipe.matchAll(new RegExp(`${dir}/h[\\w./-]+`, 'g'))) await succeed(`mkdir -p '${path}'`);
  write(`${name}.eb`, recipe);
  await succeed(`ctinstall import eb '${name}.eb' 2>/dev/null`);
  const [, software = '', version = ''] =
    /^name: "?([^"\n]+?)"?\nversion: "?([^"\n]+?)"?\n/m.exec(readFileSync(join(dir, `${name}.yaml`), 'utf8')) ?? [];
  const full = name.slice(software.length + 1);
  expect(full.startsWith(version)).toBe(true);
  const root = join(prefix, 'software', software, full);
  const [, sif = ''] = /^ {2}file: "?([^"\n]+?)"?$/m.exec(readFileSync(join(dir, `${name}.yaml`), 'utf8')) ?? [];
  write(`eb/${software}/${full}.lua`, `${hook}${expected.replace(ofSeveralLines, '').replaceAll('@ROOT@', root)}`);
  for (const other of ['gnuplot/6.0', 'cray-python/3.11.7-x']) write(`eb/${other}.lua`, '');
  write(`ours/gnuplot/6.0.lua`, '');
  write(`ours/cray-python/3.11.7-x.lua`, '');
  const image = sif === '' ? '' : `touch '${root}/${sif}'`;
  await succeed(`mkdir -p '${root}'/{bin,runscripts,user-software/venv/{pytorch,tensorflow}/bin}
    ${image}
    ctinstall show --modulefile '${name}.yaml' > modulefile && mkdir -p 'ours/${software}' && mv modulefile 'ours/${software}/${full}.lua'`);
  const load = async (where: string): Promise<Record<string, string>> => {
    const text = await succeed(`module use "$PWD/${where}"; module load '${software}/${full}' >&2; env -0`);
    return Object.fromEntries(
      text
        .split('\0')
        .filter((line) => line !== '')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  };
  const before = await load('none').catch(() => ({}));
  expect(before).toEqual({});
  const [theirs, ours] = [await load('eb'), await load('ours')];
  const bookkeeping = /^(__LMOD|_LMFILES_|_ModuleTable|LMOD_|LOADEDMODULES$|MODULEPATH$|_$|SHLVL$|BASH_FUNC_)/;
  const shown = (env: Record<string, string>) =>
    Object.fromEntries(Object.entries(env).filter(([key]) => !bookkeeping.test(key) && !apart.test(key)));
  expect(shown(ours)).toEqual({ ...shown(theirs), ...differencesOf[name] });

  // All that EasyBuild’s binds, and what is of the install itself.
  const bindsOf = ({ SINGULARITY_BIND: binds = '' }: Record<string, string>): string[] =>
    binds
      .split(',')
      .filter((bind) => bind !== '' && !bind.startsWith(root) && !bind.startsWith('image-src'))
      // Ours are read-only.
      .map((bind) => bind.replace(/(?<=\.squashfs:[^:]+):(ro|image-src=\/)$/, ''))
      .map((bind) => bind.replace(/^([^:]+):\1(?=:|$)/, '$1'))
      .toSorted();
  expect(bindsOf(ours)).toEqual(bindsOf(theirs));
  const pathOf = ({ SINGULARITYENV_PREPEND_PATH: path = '/runscripts' }: Record<string, string>): string[] =>
    path.split(':').toSorted();
  expect(pathOf(ours)).toEqual(pathOf(theirs));
  expect([ours.RUNSCRIPTS, ours.CONTAINERROOT]).toEqual(
    sif === '' ? [undefined, undefined] : [join(root, 'runscripts'), root],
  );
});

/** What the list of each import says; undefined stands for a variable that is not set. */
const differencesOf: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  'ccpe-24.11-B-LUMI': {
    SWITCHTOCCPE:
      'module --force purge; if [[ -n "$LMOD_SYSTEM_NAME" ]]; then unset LMOD_SYSTEM_NAME; fi; for var in $(compgen -v | grep ^CRAY); do unset $var; done',
  },
  'messages-1.0': { LAST: undefined, LD_LIBRARY_PATH: undefined, ONLY_AT_LOAD: undefined },
};

/** Lmod 8.6 hands such a value to the shell without quotes, and the module does not load: with all others it is compared. */
const ofSeveralLines = /^setenv\( '\w+', \[==\[\n[\s\S]*?\]==\] \)$/m;
