import { CtinstallError } from '../lib/errors.ts';
import type { ImageDescription } from './types.ts';

/** Node's `process.arch` → Go's name, where the two differ. */
const goNames: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['ia32', '386'],
  ['mipsel', 'mipsle'],
]);

/** 32-bit architectures that a 64-bit processor runs as well. Source: Apptainer `internal/pkg/util/machine/machine.go`. */
const runsAlso: ReadonlyMap<string, string> = new Map([
  ['amd64', '386'],
  ['arm64', 'arm'],
  ['mips64', 'mips'],
  ['mips64le', 'mipsle'],
]);

/**
 * Go's name, which images carry, of a `process.arch`: x64 → amd64, ppc64 → ppc64le. `endianness` is that of
 * `node:os`: Node gives both ppc64 the one name. A name that neither knows comes back as it is.
 */
export function goArchitecture(nodeArch: string, endianness: 'LE' | 'BE' = 'LE'): string {
  if (nodeArch === 'ppc64') return endianness === 'LE' ? 'ppc64le' : 'ppc64';
  return goNames.get(nodeArch) ?? nodeArch;
}

/**
 * Throws `image-architecture` where the image is for another processor than `hostArch` (Go's name). An image that does
 * not say (a bare squashfs, a SIF with `unknown`) passes, as it does in the runtimes. Emulation through binfmt_misc is
 * not looked for.
 */
export function checkArchitecture(image: ImageDescription, hostArch: string, displayPath: string): void {
  const imageArch = image.kind === 'sif' ? image.rootFileSystem.architecture : 'unknown';
  if (imageArch === 'unknown' || imageArch === hostArch || runsAlso.get(hostArch) === imageArch) return;
  throw new CtinstallError(
    'image-architecture',
    `\`${displayPath}\` is for ${imageArch}, and this machine is ${hostArch}`,
    {
      hint: `take the image that was built for ${hostArch}, or install on a machine of ${imageArch}`,
    },
  );
}
