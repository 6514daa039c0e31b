import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './measure.js';

/** The temporary directory that all of it happens in. */
export const work = process.cwd();
export const ctinstallProgram = fileURLToPath(new URL('../bin/ctinstall', import.meta.url));
export const prefix = `${work}/prefix`;
/** Has an easyconfig that ships with ctinstall. */
export const mpi4pyImage = `${process.env.CT_IMAGES}/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif`;
const imageDirs = `${process.env.CT_IMAGES}:${work}/images`;

/** Removes all that a row has left there, but for images, which take long to make. */
export function clearWork() {
  for (const entry of readdirSync(work))
    if (entry !== 'images') rmSync(`${work}/${entry}`, { recursive: true, force: true });
}

/** A command line that installs into {@link prefix}. */
export function installCommand(easyconfig) {
  return [ctinstallProgram, '--prefix', prefix, '--image-dir', imageDirs, easyconfig];
}

/** Writes `<name>-1.yaml`, an easyconfig with no more in it than what is given, and returns its path. */
export function writeEasyconfig(name, rest) {
  const path = `${work}/${name}-1.yaml`;
  writeFileSync(path, JSON.stringify({ name, version: '1', ...rest }));
  return path;
}

/** Installs tiny.sif with a wrapper, unless that is done, and returns the install dir. */
export function installTiny() {
  const rest = { image: { file: 'tiny.sif' }, wrappers: ['start-shell'] };
  run(installCommand(writeEasyconfig('tiny', rest)));
  return `${prefix}/software/tiny/1`;
}
