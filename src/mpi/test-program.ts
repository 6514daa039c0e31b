import type { ImageMpi } from './types.ts';

/** What measures in an image. */
export type TestProgram =
  | { readonly kind: 'python'; readonly python: string }
  | { readonly kind: 'osu'; readonly latency: string; readonly bandwidth: string }
  | { readonly kind: 'c'; readonly compiler: string };

/** What {@link chooseTestProgram} looks for, for people. */
export const testPrograms = 'mpi4py, osu_latency with osu_bw, a python3 beside an MPI of the MPICH ABI, mpicc';

/**
 * Python with mpi4py, then OSU's programs, which take two ranks and no more, then Python with the library itself, whose numbers
 * only the MPICH ABI tells, then a program that the image's compiler makes. Undefined where an image has none of them.
 */
export function chooseTestProgram(image: ImageMpi, ranks: number): TestProgram | undefined {
  const prefixes = image.users.flatMap(({ path }) => /^(.*)\/lib\/python3[^/]*\/.*\/mpi4py\//.exec(path)?.[1] ?? []);
  const own = prefixes.map((prefix) => `${prefix}/bin/python3`).find((path) => image.programs.includes(path));
  const python = own ?? (image.programs.some((path) => path.endsWith('/python3')) ? 'python3' : undefined);
  if (prefixes.length > 0 && python !== undefined) return { kind: 'python', python };
  const osu = (name: string): string | undefined => image.users.find(({ path }) => path.endsWith(`/${name}`))?.path;
  const [latency, bandwidth] = [osu('osu_latency'), osu('osu_bw')];
  if (latency !== undefined && bandwidth !== undefined && ranks === 2) return { kind: 'osu', latency, bandwidth };
  if (python !== undefined && image.mpis[0]?.mpi.family === 'mpich') return { kind: 'python', python };
  const compiler = image.programs.find((path) => /\/mpicc(\.mpich|\.openmpi)?$/.test(path));
  return compiler === undefined ? undefined : { kind: 'c', compiler };
}
