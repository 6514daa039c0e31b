import { formatCommand } from '../lib/format.ts';

/** A file that is for another program. */
export interface Foreign {
  /** What it is, after "is": `an easyconfig of EasyBuild`. */
  readonly what: string;
  readonly hint: string;
}

/** Says by its name what a file is that ctinstall does not read; undefined for all others. */
export function recogniseName(argument: string): Foreign | undefined {
  const file = argument.replace(/^.*\//, '');
  if (/\.def$|^(Apptainer|Singularity)(file)?$/i.test(file))
    return {
      what: 'a definition file, from which an image is built',
      hint: `build it, then install the image: ${formatCommand(['apptainer', 'build', 'my.sif', argument])}; ctinstall new my.sif`,
    };
  if (/^(Docker|Container)file$/i.test(file))
    return {
      what: 'a recipe of Docker or Podman, from which an image is built',
      hint: 'build it and push it to a registry, then: `ctinstall new docker://<registry>/<image>:<tag>`',
    };
  if (/^requirements.*\.txt$/i.test(file)) return packages('pip', 'a list of Python packages', argument);
  return undefined;
}

/** The same by what is in it: its text, and its value if it is YAML. */
export function recogniseContent(argument: string, text: string, value: unknown): Foreign | undefined {
  const map = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  if (map === undefined)
    return /^ *(easyblock|name) *= *['"]/m.test(text) && /^ *version *= *['"]/m.test(text)
      ? easyBuild(argument)
      : undefined;
  if ('docker' in map && ('latest' in map || 'tags' in map)) return singularityHpc(argument);
  if ('dependencies' in map && !('image' in map) && Array.isArray(map.dependencies))
    return packages('conda', 'a list of conda packages', argument);
  return undefined;
}

function easyBuild(argument: string): Foreign {
  const command = formatCommand(['ctinstall', 'import', 'eb', argument]);
  return {
    what: 'an easyconfig of EasyBuild, and ctinstall reads its own, in YAML',
    hint: `make one of it, if it is for a container: \`${command}\``,
  };
}

/** https://singularity-hpc.readthedocs.io: `docker` names the image, `latest` its newest tag with a digest. */
function singularityHpc(argument: string): Foreign {
  return {
    what: 'a container.yaml of singularity-hpc (shpc), and ctinstall reads easyconfigs of its own',
    hint: `make one of it: \`${formatCommand(['ctinstall', 'import', 'shpc', argument])}\``,
  };
}

function packages(kind: 'pip' | 'conda', what: string, argument: string): Foreign {
  const command = formatCommand(['ctinstall', 'wrap', kind, argument, '--name']);
  return { what, hint: `make a module of it: \`${command} <name> --base <image>\`` };
}
