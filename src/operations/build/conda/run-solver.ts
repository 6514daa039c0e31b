import { Worker } from 'node:worker_threads';
import type { CondaPackage } from '../../../conda/types.ts';
import { CtinstallError } from '../../../lib/errors.ts';

export interface SolverInput {
  readonly specs: readonly string[];
  readonly channels: readonly string[];
  readonly platforms: readonly string[];
  readonly locked: readonly unknown[];
}

type Solved = Omit<CondaPackage, 'channel'>;
type Answer = { readonly packages: readonly Solved[] } | { readonly failure: string };

/** What the solver answers. @throws CtinstallError `interrupted`, or `conda-unsolvable` where the solver itself breaks */
export function runSolver(input: SolverInput, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new CtinstallError('interrupted', 'interrupted'));
    const worker = new Worker(new URL('solve-worker.mjs', import.meta.url), {
      workerData: input,
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    const stop = (): void => {
      reject(new CtinstallError('interrupted', 'interrupted'));
      void worker.terminate();
    };
    const finish = (): void => {
      signal.removeEventListener('abort', stop);
      void worker.terminate();
    };
    signal.addEventListener('abort', stop, { once: true });
    const said: string[] = [];
    worker.stderr.on('data', (piece: Buffer) => said.push(piece.toString()));
    worker.once('message', (answer: Answer) => {
      finish();
      resolve(answer);
    });
    worker.once('error', (error) => {
      finish();
      const [first = error.message] = said.join('').split('\n');
      reject(new CtinstallError('conda-unsolvable', 'the solver of conda packages failed', { details: [first] }));
    });
  });
}
