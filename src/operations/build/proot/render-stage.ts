import { parseLabels } from '../../../formats/definition/sections.ts';
import type { Script, Stage } from '../../../formats/definition/types.ts';
import type { Labels } from '../labels.ts';

/** A file of the directory `/.singularity.d`, from which runtimes read how to start an image. */
export interface StageFile {
  /** Below that directory. */
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** What the sections of a stage become. Source: the images that Apptainer 1.4 makes. A section that is not there leaves the base's. */
export function renderStageFiles({ scripts }: Stage, definition: string): StageFile[] {
  const { environment, runscript, startscript, test, help } = scripts;
  const files: StageFile[] = [{ path: 'Singularity', content: definition, mode: 0o644 }];
  const add = (path: string, content: string, mode: number): void => {
    files.push({ path, content, mode });
  };
  if (environment !== undefined)
    add(
      'env/90-environment.sh',
      `#!/bin/sh\n# Of %environment in the definition file.\n\n${environment.text}\n`,
      0o755,
    );
  if (runscript !== undefined) add('runscript', renderScript(runscript), 0o755);
  if (startscript !== undefined) add('startscript', renderScript(startscript), 0o755);
  if (test !== undefined) add('test', renderScript(test), 0o755);
  if (help !== undefined) add('runscript.help', `${help.text}\n`, 0o644);
  return files;
}

/** A script that names its interpreter in its first line keeps it; what follows the name of the section are its options. */
export function renderScript({ args, text }: Script): string {
  const [, interpreter = '#!/bin/sh', rest = text] = /^\s*(#!.*)\n([\s\S]*)$/.exec(text) ?? [];
  return `${[interpreter.trim(), withoutComment(args)].filter((part) => part !== '').join(' ')}\n\n${rest}\n`;
}

/** How `%post` is run: options of the section go to the shell, and `-c` names another program that does it. */
export function postCommand({ args }: Script, script: string): [string, ...string[]] {
  const words = withoutComment(args)
    .split(/\s+/)
    .filter((word) => word !== '');
  const at = words.indexOf('-c');
  if (at === -1) return ['/bin/sh', '-ex', ...words, script];
  return ['/bin/sh', '-ex', ...words.slice(0, at + 1), [...words.slice(at + 1), script].join(' ')];
}

export interface LabelFacts {
  /** What `%post` wrote into `$APPTAINER_LABELS`. */
  readonly written: string;
  /** Go's name. */
  readonly architecture: string;
  /** Seconds since 1970 UTC. */
  readonly time: number;
}

/** Labels that are added to the base's: those of label-schema.org as the runtimes set them, then the definition's. */
export function stageLabels({ base, labels, scripts }: Stage, { written, architecture, time }: LabelFacts): Labels {
  const schema = 'org.label-schema';
  const help = '/.singularity.d/runscript.help';
  return {
    [`${schema}.schema-version`]: '1.0',
    [`${schema}.build-arch`]: architecture,
    [`${schema}.build-date`]: new Date(time * 1000).toISOString(),
    [`${schema}.usage.singularity.deffile.bootstrap`]: base.bootstrap,
    [`${schema}.usage.singularity.deffile.from`]: base.from,
    ...(scripts.help === undefined ? {} : { [`${schema}.usage`]: help }),
    ...Object.fromEntries([...labels, ...parseLabels(written)]),
  };
}

function withoutComment(args: string): string {
  return (args.split('#')[0] ?? '').trim();
}
