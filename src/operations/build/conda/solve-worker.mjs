import { parentPort, workerData } from 'node:worker_threads';
import { simpleSolve } from '@conda-org/rattler';

// In a thread of its own: a panic of the solver ends the thread and not ctinstall, and an interruption ends it too.
const { specs, channels, platforms, locked } = workerData;
try {
  const solved = await simpleSolve(specs, channels, platforms, locked);
  parentPort.postMessage({
    packages: solved.map(({ packageName, version, build, subdir, url, filename, sha256, md5, size }) => ({
      name: packageName,
      version,
      build,
      subdir,
      url,
      fileName: filename,
      sha256,
      md5,
      size: size === undefined ? undefined : Number(size),
    })),
  });
} catch (error) {
  parentPort.postMessage({ failure: error instanceof Error ? error.message : String(error) });
}
