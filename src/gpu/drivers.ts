import { compareNatural } from '../lib/natural-order.ts';
import type { DriverRange } from './types.ts';

/**
 * CUDA and the oldest driver for it: within 11, 12 and 13 the driver of the first minor version runs all of them ("CUDA Toolkit
 * and Minimum Required Driver Version" in NVIDIA's release notes).
 */
const leastNvidia: readonly (readonly [cuda: string, driver: string])[] = [
  ['8.0', '375.26'],
  ['9.0', '384.81'],
  ['9.1', '390.46'],
  ['9.2', '396.26'],
  ['10.0', '410.48'],
  ['10.1', '418.39'],
  ['10.2', '440.33'],
  ['11.0', '450.36.06'],
  ['11.1', '450.80.02'],
  ['12.0', '525.60.13'],
  ['13.0', '580.65.06'],
];

/** Undefined for what is older than the table. What is newer needs at least the newest in it. */
export function leastDriverForCuda(cuda: string): string | undefined {
  return leastNvidia.findLast(([version]) => compareNatural(version, cuda) <= 0)?.[1];
}

/** ROCm and the version that its kernel driver says in /sys/module/amdgpu/version (AMD's "User and kernel-space support matrix"). */
const amdDrivers: readonly (readonly [rocm: string, driver: string])[] = [
  ['5.0', '5.13.11'],
  ['5.1', '5.13.20'],
  ['5.2', '5.16.9'],
  ['5.3', '5.18.2'],
  ['5.4', '5.18.13'],
  ['5.5', '6.0.5'],
  ['5.6', '6.1.5'],
  ['5.7', '6.2.4'],
  ['6.0', '6.3.6'],
  ['6.1', '6.7.0'],
  ['6.2', '6.8.5'],
  ['6.3', '6.10.5'],
  ['6.4', '6.12.12'],
  ['7.0', '6.14.14'],
  ['7.1', '6.16.6'],
];

/** Minor versions before and after its own with which AMD supports a ROCm. */
const span = 2;

/** Open at an end of the table; undefined for a version that is not in it. */
export function driversForRocm(rocm: string): DriverRange | undefined {
  const at = amdDrivers.findIndex(([version]) => rocm === version || rocm.startsWith(`${version}.`));
  if (at === -1) return undefined;
  return { least: amdDrivers[at - span]?.[1], below: amdDrivers[at + span + 1]?.[1] };
}

/** The ROCm whose driver that is. */
export function rocmOfDriver(driver: string): string | undefined {
  return amdDrivers.findLast(([, version]) => compareNatural(version, driver) <= 0)?.[0];
}

export function isInRange(driver: string, { least, below }: DriverRange): boolean {
  return (
    (least === undefined || compareNatural(driver, least) >= 0) &&
    (below === undefined || compareNatural(driver, below) < 0)
  );
}
