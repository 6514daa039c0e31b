import { isFile, makeDirectory, removeTree, rename } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { broughtImagesOf, type HostPath, hostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import { sha256Of } from '../../records/record.ts';
import { fetchChecked } from '../../runtime/fetch-checked.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import type { Settings } from '../../settings/types.ts';
import { takeLock } from '../../transaction/lock.ts';
import type { Context } from '../context.ts';

/** Where an image is that was brought for a draft; the install of the source takes it from there. */
export function broughtImageOf(prefix: Prefix, source: string): HostPath {
  return joinHost(broughtImagesOf(prefix), `${sha256Of(source).slice(0, 16)}.sif`);
}

/**
 * Brings the image of a source, so that it can be looked into; once for a draft and its install.
 * @throws CtinstallError `fetch-failed`, `image-…`, `runtime-missing`
 */
export async function bringImage(
  source: string,
  { settings, context }: { settings: Settings; context: Context },
): Promise<HostPath> {
  const { environment, signal, reporter } = context;
  const to = broughtImageOf(settings.prefix, source);
  if (await isFile(to)) return to;
  const runtime = await discoverRuntime(settings.runtime, environment);
  if (runtime.kind === 'missing')
    throw new CtinstallError('runtime-missing', `no container runtime: tried ${runtime.tried.join(' and ')}`, {
      hint: 'load its module (`module spider singularity`), or name it with `--runtime <program>`',
    });
  const directory = hostPath('..', to);
  await makeDirectory(directory);
  const onWait = (holder: string): void => reporter.report({ event: 'note', message: `waiting for ${holder}` });
  const unlock = await takeLock(hostPath(`${to}.lock`), { ...context, waits: true, onWait });
  const work = hostPath(`${to}.work`);
  try {
    if (await isFile(to)) return to;
    // Of a run that was killed.
    await removeTree(work);
    await makeDirectory(work);
    const part = joinHost(work, 'image.sif');
    reporter.report({ event: 'note', message: `fetching ${maskSecrets(source)}` });
    const log = (): void => undefined;
    const places = { base: context.cwd, to: part, work: joinHost(work, 'fetch') };
    await fetchChecked({ environment, signal, source, ...places, runtime: runtime.value.path, sha256: undefined, log });
    await rename(part, to);
    return to;
  } finally {
    await removeTree(work);
    await unlock();
  }
}
