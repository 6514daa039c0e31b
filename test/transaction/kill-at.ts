import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Kills this process before the nth change of the file system, $KILL_AT; or copies $COPY_FROM before each, to directories
 * in $COPY_TO that have its number. To be imported before all that uses files: then each moment at which a machine may
 * fail can be tried, one after the other.
 */

const names = [
  'rename',
  'link',
  'symlink',
  'unlink',
  'rmdir',
  'rm',
  'mkdir',
  'open',
  'writeFile',
  'copyFile',
  'cp',
  'chmod',
];
const killAt = Number(process.env.KILL_AT ?? 0);
const { COPY_FROM: from = '', COPY_TO: to } = process.env;
let count = 0;

function copy(tries = 20): void {
  try {
    if (fs.existsSync(from))
      fs.cpSync(from, `${to}/${count}`, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  } catch (error) {
    // What other threads do goes on meanwhile, and may take away what was about to be copied.
    fs.rmSync(`${to}/${count}`, { recursive: true, force: true });
    if (tries === 0) throw error;
    copy(tries - 1);
  }
}

function patch(functions: Record<string, unknown>): void {
  for (const name of names) {
    const real = functions[name];
    if (typeof real !== 'function') continue;
    functions[name] = (...args: unknown[]): unknown => {
      if (name === 'open' && (args[1] === undefined || args[1] === 'r')) return real.apply(functions, args);
      count += 1;
      if (to !== undefined) copy();
      if (count === killAt) process.kill(process.pid, 'SIGKILL');
      return real.apply(functions, args);
    };
  }
}

if (killAt > 0 || to !== undefined) {
  patch(fs as unknown as Record<string, unknown>);
  patch(fs.promises as unknown as Record<string, unknown>);
  syncBuiltinESMExports();
}
