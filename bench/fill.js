import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { run } from './measure.js';
import { mpi4pyImage, work } from './work.js';

/**
 * Fills a directory with copies of the Python packages of the stand-in for LUMI's image: sources, compiled files and a few
 * libraries, as pip leaves them. Each copy gets a line of its own, so that no two are the same file.
 */
export function fillLikeVenv(directory, fileCount) {
  const packages = `${work}/packages`;
  mkdirSync(packages);
  const copyOut = ['sh', '-c', 'cp -R /usr/lib/python3* /mnt'];
  run(['singularity', 'exec', '--bind', `${packages}:/mnt`, mpi4pyImage, ...copyOut]);
  const files = readdirSync(packages, { recursive: true })
    .filter((name) => lstatSync(`${packages}/${name}`).isFile())
    .sort()
    .map((name) => ({ name, content: readFileSync(`${packages}/${name}`) }));
  for (let made = 0; made < fileCount; made++) {
    const copy = Math.floor(made / files.length);
    const { name, content } = files[made % files.length];
    const path = `${directory}/copy-${copy}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.concat([content, Buffer.from(`\n# copy ${copy} of ${name}\n`)]));
  }
  rmSync(packages, { recursive: true });
}
