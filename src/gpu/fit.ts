import { driversForRocm, isInRange, leastDriverForCuda, rocmOfDriver } from './drivers.ts';
import type { DriverRange, GpuNeeds, ImageGpu, Maker, NodeGpus } from './types.ts';

/** For each maker that an image is for; none where it has nothing for GPUs. */
export function needsOf(image: ImageGpu): GpuNeeds[] {
  const { cuda, rocm } = image;
  return [
    ...(cuda === undefined ? [] : [needsOfCuda(cuda, image)]),
    ...(rocm === undefined ? [] : [needsOfRocm(rocm)]),
  ];
}

function needsOfCuda(cuda: string, { hasForwardCompatibility }: ImageGpu): GpuNeeds {
  const least = leastDriverForCuda(cuda);
  const compatible =
    hasForwardCompatibility === true
      ? ". On GPUs of data centres the image's own libraries for older drivers do: SINGULARITYENV_LD_LIBRARY_PATH=/usr/local/cuda/compat"
      : '. Take an image with an older CUDA, or ask your support team for a newer driver';
  return {
    maker: 'NVIDIA',
    range: { least, below: undefined },
    otherMaker: otherMaker(`CUDA ${cuda}`, 'NVIDIA'),
    badDriver: [
      `CUDA ${cuda} of the image needs NVIDIA's driver ${least ?? ''} or newer, and the node's is `,
      compatible,
    ],
  };
}

function needsOfRocm(rocm: string): GpuNeeds {
  const range = driversForRocm(rocm) ?? { least: undefined, below: undefined };
  return {
    maker: 'AMD',
    range,
    otherMaker: otherMaker(`ROCm ${rocm}`, 'AMD'),
    badDriver: [
      `AMD supports ROCm ${rocm} of the image with drivers ${describeRange(range)}, and the node's amdgpu is `,
      '. Programs may fail, or compute wrongly: take an image with a ROCm nearer to it',
    ],
  };
}

/** By the versions of ROCm that they come with. */
function describeRange({ least, below }: DriverRange): string {
  const first = least === undefined ? undefined : `${least} (ROCm ${rocmOfDriver(least)})`;
  const last = below === undefined ? undefined : `before ${below} (ROCm ${rocmOfDriver(below)})`;
  if (first === undefined) return last ?? '';
  return last === undefined ? `from ${first} on` : `from ${first} on and ${last}`;
}

function otherMaker(what: string, maker: Maker): string {
  const other = otherMakerOf(maker);
  return `the image has ${what}, for GPUs of ${maker}, and the node's are of ${other}: its programs will find none`;
}

/**
 * What stands against an image on a node; nothing where the node has no GPUs, as login nodes. Said in a modulefile too
 * (`render-gpu-needs.ts`).
 */
export function describeMisfits(image: ImageGpu, node: NodeGpus): string[] {
  const needs = needsOf(image);
  const here = needs.filter(({ maker }) => gpusOf(node, maker) !== undefined);
  if (here.length === 0) {
    const hasGpus = node.nvidia !== undefined || node.amd !== undefined;
    return hasGpus ? needs.map(({ otherMaker: said }) => said) : [];
  }
  return here.flatMap(({ maker, range, badDriver: [before, behind] }) => {
    const driver = gpusOf(node, maker)?.driver;
    return driver === undefined || isInRange(driver, range) ? [] : [`${before}${driver}${behind}`];
  });
}

export function otherMakerOf(maker: Maker): Maker {
  return maker === 'NVIDIA' ? 'AMD' : 'NVIDIA';
}

function gpusOf({ nvidia, amd }: NodeGpus, maker: Maker): NodeGpus['nvidia'] {
  return maker === 'NVIDIA' ? nvidia : amd;
}

/** One line: `CUDA 12.4.1`, `ROCm 6.2.4`. */
export function describeImageGpu({ cuda, rocm }: ImageGpu): string {
  return [cuda === undefined ? '' : `CUDA ${cuda}`, rocm === undefined ? '' : `ROCm ${rocm}`]
    .filter(Boolean)
    .join(', ');
}
