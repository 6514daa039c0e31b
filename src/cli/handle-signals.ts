const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** `timeout` and batch systems send one signal to the process and to its group: what comes twice so soon was meant once. */
const onceMilliseconds = 100;

export interface HandledSignals {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit status of the first signal; undefined before. */
  readonly status: () => number | undefined;
  /** What is said at the first signal. */
  readonly onStop: { message: string };
}

/**
 * The first signal asks all work to stop and put everything back; a second one ends the process, whatever it is at. It is left
 * to the system then: leaving in an orderly way would wait for file operations that may hang.
 */
export function handleSignals(restoreTerminal: () => void): HandledSignals {
  const stop = new AbortController();
  // A command that has nothing to put back says something else.
  const onStop = { message: 'stopping, and putting everything back … (once more to stop at once)' };
  let first: { readonly status: number; readonly at: number } | undefined;
  for (const [name, status] of Object.entries(statuses))
    process.on(name, () => {
      if (first === undefined) {
        first = { status, at: performance.now() };
        stop.abort();
        restoreTerminal();
        process.stderr.write(`\n${onStop.message}\n`);
      } else if (performance.now() - first.at > onceMilliseconds) {
        restoreTerminal();
        process.removeAllListeners(name);
        process.kill(process.pid, name);
      }
    });
  return { signal: stop.signal, status: () => first?.status, onStop };
}
