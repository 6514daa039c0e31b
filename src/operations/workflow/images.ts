import { createHash } from 'node:crypto';
import { checkImage } from '../../discover/image.ts';
import type { Login, Task, Value } from '../../formats/fuzzfile/types.ts';
import { isFile, makeDirectory, removeFile, rename } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import { fetchChecked } from '../../runtime/fetch-checked.ts';
import type { Context } from '../context.ts';
import type { Secrets } from './secrets.ts';

/** Where the image of a URI lies, or will: the store of the prefix. A path is itself. */
export function imagePlace(uri: string, prefix: Prefix): HostPath {
  if (uri.startsWith('/')) return hostPath(uri);
  const readable = uri
    .replace(/^[a-z-]+:\/*/, '')
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .slice(-60)
    .replace(/^[-.]+/, '');
  return joinHost(prefix, 'images', `${readable}-${createHash('sha256').update(uri).digest('hex').slice(0, 12)}.sif`);
}

interface BringOptions {
  readonly prefix: Prefix;
  readonly runtime: string;
  readonly secrets: Secrets;
  readonly isAnew: boolean;
  /** For which they are brought. */
  readonly run: { readonly id: string; readonly directory: HostPath };
}

/** How the name of an image ends that a run is still bringing. */
export function partOf(id: string): string {
  return `.${id}.new`;
}

/**
 * Brings the images of the jobs that are not here yet, each once, and checks those that are. Only the pull sees the login.
 * @throws CtinstallError
 */
export async function bringImages(
  tasks: readonly Task[],
  { prefix, runtime, secrets, isAnew, run }: BringOptions,
  context: Context,
): Promise<void> {
  const logins = new Map<string, Login | undefined>();
  for (const { image } of tasks) if ('uri' in image) logins.set(image.uri, logins.get(image.uri) ?? image.login);
  for (const [uri, login] of logins) {
    const place = imagePlace(uri, prefix);
    if ((await isFile(place)) && !(isAnew && !uri.startsWith('/'))) await checkImage(place);
    else if (uri.startsWith('/'))
      throw new CtinstallError('image-not-found', `there is no image \`${uri}\``, {
        hint: 'correct the path in the Fuzzfile',
      });
    else
      await bringImage(
        uri,
        place,
        { prefix, runtime, run, environment: await loginEnvironment(login, secrets, context) },
        context,
      );
  }
}

/** Paths of images that are not on this machine, as said of them: a job may run on another. */
export async function missingImages(tasks: readonly Task[]): Promise<string[]> {
  const paths = tasks.flatMap(({ name, image }) =>
    'uri' in image && image.uri.startsWith('/') ? [[name, hostPath(image.uri)] as const] : [],
  );
  const there = await Promise.all(paths.map(([, path]) => isFile(path)));
  return paths.flatMap(([name, path], at) =>
    there[at] === true ? [] : `\`${name}\`: there is no image \`${path}\` on this machine`,
  );
}

async function bringImage(
  uri: string,
  place: HostPath,
  {
    prefix,
    runtime,
    run,
    environment,
  }: Pick<BringOptions, 'prefix' | 'runtime' | 'run'> & { environment: Context['environment'] },
  { reporter, cwd, signal }: Context,
): Promise<void> {
  reporter.report({ event: 'note', message: `brings ${uri}` });
  await makeDirectory(joinHost(prefix, 'images'));
  // Of two runs that bring it at once, each brings its own, whole.
  const mine = hostPath(`${place}${partOf(run.id)}`);
  const work = joinHost(run.directory, 'fetch');
  try {
    await fetchChecked({
      source: uri,
      base: cwd,
      runtime,
      to: mine,
      work,
      environment,
      signal,
      log: () => undefined,
      sha256: undefined,
    });
    await rename(mine, place);
  } catch (error) {
    await removeFile(mine).catch(() => undefined);
    throw error;
  }
}

async function loginEnvironment(
  login: Login | undefined,
  secrets: Secrets,
  { environment }: Context,
): Promise<Context['environment']> {
  if (login === undefined) return environment;
  const text = async (value: Value): Promise<string> => ('text' in value ? value.text : secrets.read(value.secret));
  const fields = 'secret' in login ? parseFields(await secrets.read(login.secret)) : undefined;
  const username = 'secret' in login ? (fields?.get('username') ?? '') : await text(login.username);
  const password = 'secret' in login ? (fields?.get('password') ?? '') : await text(login.password);
  return {
    ...environment,
    ...{ APPTAINER_DOCKER_USERNAME: username, APPTAINER_DOCKER_PASSWORD: password },
    ...{ SINGULARITY_DOCKER_USERNAME: username, SINGULARITY_DOCKER_PASSWORD: password },
  };
}

/** A secret of several values: lines of `name=value`. */
function parseFields(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, value] as const];
    }),
  );
}
