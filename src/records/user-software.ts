import { isDirectory, listDirectory, lstatIfThere } from '../host/files.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';

/** Whether a path below an install dir is, or lies in, what the user put there. */
export function isUserSoftware(path: string): boolean {
  return path.split('/')[0]?.startsWith('user-software') ?? false;
}

/** Whether an install dir holds user software, in either form. */
export async function hasUserSoftware(installDir: HostPath): Promise<boolean> {
  return (await isThere(installDir, 'user-software')) || isPacked(installDir);
}

/** Whether the user software has its venv, or must be taken to have it. */
export function hasVenv(installDir: HostPath, name: string): Promise<boolean> {
  return hasInUserSoftware(installDir, `venv/${name}`);
}

/** Whether the user software has a path, or must be taken to have it: what is packed is not looked into. */
export async function hasInUserSoftware(installDir: HostPath, path: string): Promise<boolean> {
  return (await isPacked(installDir)) || isThere(installDir, `user-software/${path}`);
}

/** Whether the user software is a directory that nobody has put anything in. */
export async function hasEmptyUserSoftware(installDir: HostPath): Promise<boolean> {
  const directory = joinHost(installDir, 'user-software');
  return (
    !(await isPacked(installDir)) && (await isDirectory(directory)) && (await listDirectory(directory)).length === 0
  );
}

function isPacked(installDir: HostPath): Promise<boolean> {
  return isThere(installDir, 'user-software.squashfs');
}

async function isThere(installDir: HostPath, path: string): Promise<boolean> {
  return (await lstatIfThere(joinHost(installDir, path))) !== undefined;
}
