import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';

// In a thread of its own: a panic of the solver ends the thread and not ctinstall, and an interruption ends it too.
// V8 would compile the WebAssembly anew, to run quicker, while it runs: that takes 70 MB, and longer than the solving.
setFlagsFromString('--liftoff-only');
const { simpleSolve } = await import('@conda-org/rattler');
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
