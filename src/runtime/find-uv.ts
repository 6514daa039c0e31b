import { realPath } from '../host/files.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';

/** uv of the host, for images that have none. */
export async function findUv({
  environment,
}: {
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<HostPath | undefined> {
  const found = await lookUpProgram('uv', environment.PATH);
  return found?.startsWith('/') ? hostPath(await realPath(found)) : undefined;
}
