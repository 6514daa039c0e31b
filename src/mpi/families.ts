/** MPIs of a family have one ABI: a program that is linked with one of them runs with any other. */
export type MpiFamily = 'mpich' | 'openmpi' | 'abi';

export const familyNames: Readonly<Record<MpiFamily, string>> = {
  mpich: 'MPICH ABI',
  openmpi: 'Open MPI',
  abi: 'MPI ABI',
};

export interface MpiName {
  readonly family: MpiFamily;
  /** Whose name it is, where the name tells: that of the MPICH ABI is MPICH's and Intel's too. */
  readonly product: string;
  /** Number of the interface: libraries of a family with another one do not stand in for each other. */
  readonly abi: number;
  /** Whether programs ask for it by this name, whoever made it. */
  readonly isCommon: boolean;
}

/** What the name of a library says of the MPI that it is; undefined for all others, such as those for Fortran. */
export function mpiOfName(name: string): MpiName | undefined {
  const [, stem = '', number = ''] = /^(libmpi\w*)\.so\.(\d+)(?:\.[\d.]+)?$/.exec(name) ?? [];
  const abi = Number(number);
  const make = (family: MpiFamily, product: string, isCommon = false): MpiName => ({ family, product, abi, isCommon });
  if (stem === 'libmpi_abi') return make('abi', 'MPI ABI', true);
  if (stem === 'libmpi' && abi >= 20) return make('openmpi', abi >= 40 ? 'Open MPI' : 'Open MPI before 4', true);
  if ((stem === 'libmpi' || stem === 'libmpich') && abi === 12) return make('mpich', 'MPICH', true);
  // Cray has a library for each compiler: `libmpi_gnu_123.so.12` for GCC from 12.3 on, `libmpi_cray.so.12`.
  if (/^libmpi_(cray|gnu|aocc|amd|intel|nvidia|pgi)(_\d+)?$/.test(stem) && abi === 12)
    return make('mpich', 'Cray MPICH');
  return undefined;
}

/** Whose interface a family has. */
export const abiNames: Readonly<Record<MpiFamily, string>> = {
  mpich: 'the ABI of MPICH',
  openmpi: 'the ABI of Open MPI',
  abi: "the MPI standard's ABI",
};

/** The names under which programs of a family ask for it. */
export const commonNames: Readonly<Record<MpiFamily, readonly string[]>> = {
  mpich: ['libmpi.so.12', 'libmpich.so.12'],
  openmpi: [],
  abi: [],
};

/** Whether programs linked with the one run with the other. */
export function isSameAbi(one: MpiName, other: MpiName): boolean {
  return one.family === other.family && one.abi === other.abi;
}

/**
 * The major version of an Open MPI, by the name of its file: `libmpi.so.40.30.4` is of 4.1, `libmpi.so.40.40.7` of 5.0. Their
 * soname is the same.
 */
export function openMpiMajor(file: string): number | undefined {
  const [, number] = /(?:^|\/)libmpi\.so\.40\.(\d+)\.\d+$/.exec(file) ?? [];
  if (number === undefined) return undefined;
  return Number(number) >= 40 ? 5 : Number(number) >= 20 ? 4 : 3;
}
