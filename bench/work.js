import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './measure.js';

/** The temporary directory that all of it happens in. */
export const work = process.cwd();
export const ctinstallProgram = fileURLToPath(new URL('../bin/ctinstall', import.meta.url));
export const prefix = `${work}/prefix`;
const imageDirs = `${process.env.CT_IMAGES}:${work}/images`;

/** A command line that installs into {@link prefix}. */
export function installCommand(easyconfig) {
  return [ctinstallProgram, '--prefix', prefix, '--image-dir', imageDirs, easyconfig];
}

/** Writes `<name>-1.yaml`, an easyconfig with no more in it than an image, and returns its path. */
export function writeEasyconfig(name, image) {
  const path = `${work}/${name}-1.yaml`;
  writeFileSync(path, `name: ${name}\nversion: '1'\nimage: ${JSON.stringify(image)}\n`);
  return path;
}

/** Installs tiny.sif, unless that is done, and returns the install dir. */
export function installTiny() {
  run(installCommand(writeEasyconfig('tiny', { file: 'tiny.sif' })));
  return `${prefix}/software/tiny/1`;
}
