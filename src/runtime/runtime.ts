import { coerce } from 'semver';
import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';
import { type Found, found, missing } from '../lib/found.ts';

export interface Runtime {
  /** As the scripts of an install call it: found anew on `PATH` on each node, unless a path was asked for. */
  readonly name: string;
  readonly path: string;
  readonly flavour: 'apptainer' | 'singularity-ce' | 'singularity';
  /** Such as 1.4.5; undefined where the program's answer holds none. */
  readonly version: string | undefined;
}

/** A program on a file server that does not answer must not hold up everything. */
const mostSeconds = 30;

/**
 * Looks for the container runtime: the one asked for, else `singularity`, else `apptainer` on `PATH`; and asks it what it
 * is. (A `singularity` may be Apptainer under its old name.)
 */
export async function discoverRuntime(
  asked: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Found<Runtime>> {
  const names = asked === undefined ? ['singularity', 'apptainer'] : [asked];
  const tried: string[] = [];
  for (const name of names) {
    const label = name.includes('/') ? `\`${name}\`` : `\`${name}\` on PATH`;
    const path = await lookUpProgram(name, environment.PATH);
    const answer =
      path === undefined
        ? undefined
        : await run([path, '--version'], { env: environment, signal: AbortSignal.timeout(mostSeconds * 1000) }).catch(
            () => undefined,
          );
    if (path !== undefined && answer?.exitCode === 0)
      return found(
        { name, path, ...parseRuntimeVersion(answer.stdout) },
        name.includes('/') ? 'as asked for' : 'on PATH',
      );
    tried.push(path === undefined ? label : `\`${path}\`, which does not start`);
  }
  return missing(tried);
}

/** Reads `apptainer version 1.4.5`, `singularity-ce version 4.1.3-1.el9`, `singularity version 3.8.7`. */
export function parseRuntimeVersion(answer: string): Pick<Runtime, 'flavour' | 'version'> {
  const flavour = /apptainer/i.test(answer)
    ? 'apptainer'
    : /singularity-ce/i.test(answer)
      ? 'singularity-ce'
      : 'singularity';
  return { flavour, version: coerce(answer)?.version };
}
