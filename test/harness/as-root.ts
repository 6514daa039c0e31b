import { execFileSync } from 'node:child_process';

export const isRoot = process.getuid?.() === 0;

/** The command as root runs it: mounting and other users' files take root, or sudo without a password. */
export function rootCommand(argv: readonly [string, ...string[]]): [string, ...string[]] {
  return isRoot ? [...argv] : ['sudo', '-n', ...argv];
}

/** Runs a command as root and gives back what it prints; one that fails is an error that shows what it said. */
export function asRoot(...argv: [string, ...string[]]): string {
  const [program, ...rest] = rootCommand(argv);
  return execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Option of a file system in memory: what its mount point belongs to. */
export const ofThisUser = `uid=${process.getuid?.()},gid=${process.getgid?.()}`;
