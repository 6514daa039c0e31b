import { compareNatural } from '../lib/natural-order.ts';
import type { ImageGpu } from './types.ts';

/** Files of an image that say what it has for GPUs, as patterns of `unsquashfs`; links are not followed. */
export const factFiles = [
  'usr/local/cuda*/version.json',
  'usr/local/cuda*/version.txt',
  'opt/rocm*/.info/version',
  '.singularity.d/env/10-docker2singularity.sh',
  '.singularity.d/env/10-docker.sh',
] as const;

/** Reads those files, by their paths; and the labels. Anyone may have written them: only numbers come out. */
export function parseImageGpu(files: ReadonlyMap<string, string>, labels: Readonly<Record<string, string>>): ImageGpu {
  const texts = [...files];
  const cudas = texts.flatMap(([path, text]) => (path.includes('/cuda') ? cudaOfFile(path, text) : []));
  const rocms = texts.flatMap(([path, text]) => (path.includes('/rocm') ? numbers(text.trim().split('-')[0]) : []));
  const variables = texts.filter(([path]) => path.includes('/env/')).map(([, text]) => text);
  const [required] = variables.flatMap((text) => variableOf(text, 'NVIDIA_REQUIRE_CUDA') ?? []);
  const [said] = variables.flatMap((text) => numbers(variableOf(text, 'CUDA_VERSION')));
  const labelled = (pattern: RegExp): string[] =>
    Object.entries(labels).flatMap(([name, value]) => (pattern.test(name) ? numbers(value) : []));
  const [requires] = numbers(/\bcuda>=(\d+\.\d+)/.exec(required ?? '')?.[1]);
  const cuda = newest(cudas) ?? said ?? requires ?? newest(labelled(/(^|[._-])cuda[._-]version$/i));
  const rocm = newest(rocms) ?? newest(labelled(/(^|[._-])rocm[._-]version$/i));
  return {
    ...(cuda === undefined ? {} : { cuda }),
    ...(rocm === undefined ? {} : { rocm }),
    // `cuda>=12.4 brand=tesla,driver>=470,driver<471`: drivers that only the compatibility libraries make do.
    ...(cuda !== undefined && /\bdriver>=\d/.test(required ?? '') ? { hasForwardCompatibility: true } : {}),
  };
}

/** `version.json` from CUDA 11.1 on, `CUDA Version 10.2.89` before. */
function cudaOfFile(path: string, text: string): string[] {
  if (path.endsWith('.txt')) return numbers(/CUDA Version (\S+)/.exec(text)?.[1]);
  return numbers(/"cuda"\s*:\s*\{[^}]*"version"\s*:\s*"([^"]*)"/.exec(text)?.[1]);
}

/** `export NAME="${NAME:-"value"}"`, as Apptainer and SingularityCE write what a Docker image sets. */
function variableOf(text: string, name: string): string | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`export ${name}=`));
  return line?.slice(`export ${name}=`.length).replaceAll(new RegExp(`["'{}$]|${name}:-`, 'g'), '');
}

function numbers(text: string | undefined): string[] {
  return text !== undefined && /^\d{1,4}(\.\d{1,6}){1,3}$/.test(text) ? [text] : [];
}

function newest(versions: readonly string[]): string | undefined {
  return versions.toSorted(compareNatural).at(-1);
}
