import { readFileSync, writeFileSync } from 'node:fs';

// Loaded into a program by `node --import`: writes what it had in memory at most, in KiB, to $CT_BENCH_PEAK when it ends.
process.on('exit', () => {
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  writeFileSync(process.env.CT_BENCH_PEAK, peak);
});
