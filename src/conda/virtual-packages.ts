import type { CondaPlatform } from './types.ts';

/** What the machine or the image has, told to the solver as packages that are there (conda's virtual packages). */
export interface VirtualPackage {
  readonly name: string;
  readonly version: string;
  readonly build: string;
}

export interface MachineFacts {
  readonly platform: CondaPlatform;
  /** The version of the image's libc. */
  readonly glibc: string;
  /** That of CUDA which the driver has. */
  readonly cuda?: string | undefined;
}

/** What is said of a libc that nobody looked at: that of RHEL 8 and SLES 15. */
export const oldestGlibc = '2.28';

export function virtualPackages({ platform, glibc, cuda }: MachineFacts): VirtualPackage[] {
  return [
    { name: '__unix', version: '0', build: '0' },
    // Of all kernels that images still meet.
    { name: '__linux', version: '4.18', build: '0' },
    { name: '__glibc', version: glibc, build: '0' },
    { name: '__archspec', version: '1', build: platform === 'linux-64' ? 'x86_64' : 'aarch64' },
    ...(cuda === undefined ? [] : [{ name: '__cuda', version: cuda, build: '0' }]),
  ];
}
