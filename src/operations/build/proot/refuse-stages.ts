import type { Stage } from '../../../formats/definition/types.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import type { HostPath } from '../../../lib/paths.ts';
import { requireFiles } from './copy-files.ts';
import { addressOf } from './unpack-base.ts';

/** Whether anything of a definition file is to be run in the image. */
export function runsScripts(stages: readonly Stage[]): boolean {
  return stages.some(({ scripts }) => scripts.post !== undefined || scripts.test !== undefined);
}

/** What only the runtime's own build can do. @throws CtinstallError `build-impossible`, `definition-invalid` */
export async function refuseStages(stages: readonly Stage[], cwd: HostPath): Promise<void> {
  for (const stage of stages) {
    const { base, scripts, header, hasApps } = stage;
    const refuse = (line: number, what: string, hint: string): never => {
      throw new CtinstallError('build-impossible', `line ${line}: ${what}`, { hint });
    };
    const elsewhere = 'build it on a machine where the runtime can';
    for (const name of ['pre', 'setup'] as const) {
      const script = scripts[name];
      if (script !== undefined)
        refuse(
          script.place.line,
          `\`%${name}\` would run on this machine, and is not run without the runtime`,
          `do it in \`%files\` and \`%post\`, or ${elsewhere}`,
        );
    }
    if (base.bootstrap !== 'localimage' && addressOf(base) === undefined)
      refuse(
        base.place.line,
        `\`Bootstrap: ${base.bootstrap}\` needs the runtime's own build`,
        'begin with an image: `Bootstrap: localimage`',
      );
    if (header.fingerprints !== undefined)
      refuse(base.place.line, '`Fingerprints` are verified only by the runtime’s own build', elsewhere);
    if (hasApps) refuse(base.place.line, 'sections `%app…` are built only by the runtime', elsewhere);
  }
  await requireFiles(
    stages.flatMap(({ files }) => files),
    cwd,
  );
}
