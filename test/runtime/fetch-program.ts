import { CtinstallError } from '../../src/lib/errors.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { fetchImage } from '../../src/runtime/fetch-image.ts';

/** Brings one image, in a process and as a user of its own; says first that it has begun, and at last how it went. */

const { environment, umask, ...asked } = JSON.parse(process.argv[2] ?? '{}');
process.umask(umask);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const log: string[] = [];
const say = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);
try {
  await fetchImage({
    source: asked.source,
    runtime: asked.runtime,
    base: hostPath(asked.base),
    to: hostPath(asked.to),
    work: hostPath(asked.work),
    environment,
    signal: stop.signal,
    log: (line) => log.push(line),
  });
  say({ kind: 'done', log });
} catch (error) {
  if (!(error instanceof CtinstallError)) throw error;
  const { code, message, hint, details } = error;
  say({ kind: 'failed', code, message, hint, details, log });
}
