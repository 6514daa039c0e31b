import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Machine } from '../../src/discover/machine.ts';
import { hostPath } from '../../src/lib/paths.ts';

export interface FakeMachine extends Machine {
  /** A directory of its own, gone when the test is done; the machine's `/`, too. */
  readonly dir: string;
  /** A file of this machine, directories above it included. */
  readonly write: (path: string, text?: string) => string;
  /** A program on its PATH: bash. */
  readonly program: (name: string, script: string) => string;
}

/** A machine that has nothing but what a test gives it; programs of this one are found after its own. */
export function makeMachine(environment: Readonly<Record<string, string>> = {}): FakeMachine {
  const dir = mkdtempSync(join(tmpdir(), 'ctinstall-machine-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  mkdirSync(join(dir, 'tmp'));
  const write = (path: string, text = ''): string => {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  return {
    dir,
    root: hostPath(dir),
    environment: { PATH: bin, TMPDIR: join(dir, 'tmp'), ...environment },
    write,
    program: (name, script) => {
      const file = write(join('bin', name), `#!/bin/bash\n${script}\n`);
      chmodSync(file, 0o755);
      return file;
    },
  };
}

/** This very machine, with the programs that the test bed added. */
export function thisMachine(): Machine {
  return { environment: { ...process.env }, root: hostPath('/') };
}
