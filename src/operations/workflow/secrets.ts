import type { Workflow } from '../../formats/fuzzfile/types.ts';
import { makeDirectory, readText, readTextIfThere, statIfThere, writeFileWhole } from '../../host/files.ts';
import { changeMode } from '../../host/permissions.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

export interface Secrets {
  /** @throws CtinstallError `usage` where there is none of that name */
  readonly read: (name: string) => Promise<string>;
}

/**
 * Where secrets come from: `--secret NAME=@file`, the variable `CT_SECRET_NAME`, or a file in `~/.config/ctinstall/secrets`
 * that only the user can read.
 */
export function makeSecrets(given: readonly string[], { environment, cwd }: Context): Secrets {
  const files = new Map(
    given.map((text) => {
      const [, name = '', file = ''] = /^([\w.-]+)=@(.+)$/.exec(text) ?? [];
      if (name === '')
        throw new CtinstallError('usage', '`--secret` takes `NAME=@file`', {
          hint: 'a value on the command line could be seen by others: write it to a file',
        });
      return [name, hostPath(file, cwd)] as const;
    }),
  );
  return {
    read: async (name) => {
      const file = files.get(name);
      if (file !== undefined) return withoutNewline(await readText(file));
      const variable = environment[`CT_SECRET_${name.replace(/[.-]/g, '_')}`];
      if (variable !== undefined) return variable;
      const stored = storedPath(name, environment);
      const text = stored === undefined ? undefined : await readTextIfThere(stored);
      if (stored === undefined || text === undefined)
        throw new CtinstallError('usage', `there is no secret \`${name}\``, {
          hint: `give it with \`--secret ${name}=@file\`, or put it into ${stored ?? '~/.config/ctinstall/secrets'} with mode 0600`,
        });
      if (((await statIfThere(stored))?.mode ?? 0) & 0o077)
        throw new CtinstallError('usage', `others can read \`${stored}\``, { hint: `chmod 600 ${stored}` });
      return withoutNewline(text);
    },
  };
}

function storedPath(name: string, { XDG_CONFIG_HOME, HOME }: Context['environment']): HostPath | undefined {
  const config = XDG_CONFIG_HOME || (HOME ? `${HOME}/.config` : undefined);
  return config === undefined ? undefined : joinHost(hostPath(config), 'ctinstall', 'secrets', name);
}

function withoutNewline(text: string): string {
  return text.replace(/\n$/, '');
}

/** Those that jobs read while they run; a login of a registry is not among them. */
export function secretsOfJobs({ tasks, volumes }: Workflow): string[] {
  const ofTasks = tasks.flatMap(({ env }) => env.flatMap(({ value }) => ('secret' in value ? [value.secret] : [])));
  const ofVolumes = volumes.flatMap(({ ingress, egress }) =>
    [...ingress, ...egress].flatMap(({ secret }) => (secret === undefined ? [] : [secret])),
  );
  return [...new Set([...ofTasks, ...ofVolumes])];
}

/** Puts secrets where the jobs of a run read them, and nobody else. */
export async function writeSecrets(directory: HostPath, names: readonly string[], secrets: Secrets): Promise<void> {
  if (names.length === 0) return;
  const place = joinHost(directory, 'secrets');
  await makeDirectory(place);
  await changeMode(place, () => 0o700);
  for (const name of names) await writeFileWhole(joinHost(place, name), `${await secrets.read(name)}\n`, 0o600);
}
