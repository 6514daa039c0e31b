import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Kills this process before the nth change of the file system, $KILL_AT. To be imported before all that uses files: then
 * each moment at which a machine may fail can be tried, one after the other.
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
let count = 0;

function patch(functions: Record<string, unknown>): void {
  for (const name of names) {
    const real = functions[name];
    if (typeof real !== 'function') continue;
    functions[name] = (...args: unknown[]): unknown => {
      if (name === 'open' && (args[1] === undefined || args[1] === 'r')) return real.apply(functions, args);
      count += 1;
      if (count === killAt) process.kill(process.pid, 'SIGKILL');
      return real.apply(functions, args);
    };
  }
}

if (killAt > 0) {
  patch(fs as unknown as Record<string, unknown>);
  patch(fs.promises as unknown as Record<string, unknown>);
  syncBuiltinESMExports();
}
