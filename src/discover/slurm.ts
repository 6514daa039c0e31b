import { lookUpProgram } from '../host/look-up.ts';
import { type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import { ask, type Machine, textOf } from './machine.ts';

/** Slurm's version, and the ways in which `srun` starts MPI. */
export async function checkSlurm(machine: Machine): Promise<Finding> {
  const what = 'Slurm';
  const path = await lookUpProgram('srun', machine.environment.PATH);
  if (path === undefined) return missingThing(what, ['`srun` on PATH']);
  const [answer, list] = (
    await Promise.all([ask([path, '--version'], machine), ask([path, '--mpi=list'], machine)])
  ).map(textOf);
  const [, version] = /^slurm(?:-wlm)? (\d[\w.-]*)/m.exec(answer ?? '') ?? [];
  if (version === undefined)
    return unusableThing(what, '`srun` does not say its version', [`\`${path} --version\``], {
      hint: 'see what it says: it may not reach the settings of Slurm from here',
    });
  const types = parseMpiTypes(list ?? '');
  const value = types.length === 0 ? version : `${version}, starts MPI by ${types.join(', ')}`;
  return foundThing(what, value, [`\`${path}\``]);
}

/** Reads the answer to `srun --mpi=list`, one type a line; up to Slurm 20 each line begins with `srun: `. */
export function parseMpiTypes(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const plain = line.replace(/^srun: /, '').trim();
    const [, versions] = /^specific pmix plugin versions available: (.*)$/.exec(plain) ?? [];
    if (versions !== undefined) return versions.split(',').map((version) => version.trim());
    return /^[a-z][a-z0-9_]*$/.test(plain) && plain !== 'none' ? [plain] : [];
  });
}
