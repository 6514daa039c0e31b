import * as z from 'zod';
import { type HostPath, joinHost } from '../lib/paths.ts';

export interface KernelChoice {
  readonly installDir: HostPath;
  readonly moduleName: string;
  /** What notebooks show. */
  readonly displayName: string;
  /** A name on the container's `PATH`, or a path in the container. */
  readonly python: string;
}

/**
 * The text of a `kernel.json` (Jupyter client, "Kernel specs") whose kernel runs in the container of an install. It needs no
 * module: the wrapper sets up what a module would.
 */
export function renderKernelSpec({ installDir, moduleName, displayName, python }: KernelChoice): string {
  const spec = {
    argv: [joinHost(installDir, 'bin', 'in-container'), python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    display_name: displayName,
    language: 'python',
    metadata: { debugger: true, ctinstall: { module: moduleName, install_dir: installDir } },
  };
  return `${JSON.stringify(spec, undefined, 1)}\n`;
}

const writtenSpec = z.looseObject({ metadata: z.looseObject({ ctinstall: z.object({ install_dir: z.string() }) }) });

/** The install dir of the kernel that a `kernel.json` describes; undefined where ctinstall did not write it. */
export function parseKernelInstall(text: string): string | undefined {
  try {
    return writtenSpec.safeParse(JSON.parse(text)).data?.metadata.ctinstall.install_dir;
  } catch {
    return undefined;
  }
}

/** A name that Jupyter takes for a kernel: letters, digits, `.`, `_` and `-`. */
export function kernelNameOf(moduleName: string): string {
  return moduleName
    .toLowerCase()
    .replaceAll('+', 'plus')
    .replaceAll(/[^a-z0-9._-]/g, '-');
}
