import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fileNameOf } from '../../src/easyconfig/normalize.ts';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { resolveInstall } from '../../src/resolve/resolve-install.ts';
import { namesOfScripts } from '../../src/scripts/names.ts';
import { foldSettings } from '../../src/settings/fold.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import { faultsOf, normalFormOf } from './support.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shipped = readdirSync(`${root}easyconfigs`, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(`${root}easyconfigs/`.length));
const presets = readdirSync(`${root}sites`);

const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const scripts = { runscripts: namesOfScripts('runscripts'), wrappers: namesOfScripts('bin') };

function settingsOf(preset: string) {
  const { values, issues } = parseSettings(read(`sites/${preset}`), 'preset');
  expect(issues).toEqual([]);
  const layer = { origin: preset, base: hostPath('/sites'), values };
  const settings = foldSettings([layer], { HOME: '/home/user' });
  return { ...settings, prefix: asPrefix(hostPath('/home/user/ctinstall')) };
}

describe('the easyconfigs that are shipped', () => {
  it('are there', () => {
    expect(shipped).toContain('m/mpi4py/mpi4py-3.1.6-rocm-6.2.0.yaml');
    expect(presets).toContain('generic.yaml');
  });

  it.each(shipped)('%s is in order and lies where it belongs', (path) => {
    const text = read(`easyconfigs/${path}`);
    expect(faultsOf(text)).toBe('');
    const easyconfig = normalFormOf(text);
    const letter = easyconfig.name[0]?.toLowerCase();
    expect(path).toBe(`${letter}/${easyconfig.name}/${fileNameOf(easyconfig)}`);
    expect(easyconfig.description).not.toBe('');
    for (const preset of presets)
      expect(resolveInstall(easyconfig, settingsOf(preset), { runtime: 'r', scripts }).issues).toEqual([]);
  });
});

describe('mpi4py 3.1.6 on ROCm 6.2.0, with LUMI’s preset', () => {
  const easyconfig = normalFormOf(read('easyconfigs/m/mpi4py/mpi4py-3.1.6-rocm-6.2.0.yaml'));
  const { install } = resolveInstall(easyconfig, settingsOf('lumi.yaml'), {
    runtime: 'singularity',
    scripts,
  });

  it('has LUMI’s image', () => {
    const file = 'lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif';
    expect(install?.moduleName).toBe('mpi4py/3.1.6-rocm-6.2.0');
    expect(install?.image).toMatchObject({ file, sha256: undefined, mode: 'copy' });
    expect(install?.centralImages).toEqual([`/appl/local/containers/easybuild-sif-images/${file}`]);
  });

  it('has LUMI’s binds, each optional', () => {
    expect(install?.binds.map(({ host, container }) => [host, container])).toEqual(
      [
        '/pfs',
        '/scratch',
        '/projappl',
        '/project',
        '/flash',
        '/appl',
        '/opt/cray',
        '/var/spool/slurmd',
        '/usr/lib64/libcxi.so.1',
      ].map((path) => [path, path]),
    );
    expect(new Set(install?.binds.map(({ optional, access }) => `${optional} ${access}`))).toEqual(
      new Set(['true rw']),
    );
  });

  it('has LUMI’s scripts and conda environment', () => {
    expect(install?.scripts.slice(0, 2)).toEqual([
      { name: 'conda-python-simple', directory: 'runscripts' },
      { name: 'start-shell', directory: 'bin' },
    ]);
    expect(install?.conda).toEqual({ name: 'mpi4py', root: '/opt/miniconda3' });
  });
});
