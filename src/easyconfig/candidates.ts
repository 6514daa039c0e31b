import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';

/**
 * The paths at which an easyconfig of this name may lie in a directory: beside others, or in EasyBuild's tree,
 * `<first letter>/<Name>/<file>`. The name may itself hold dashes, so each split of the file name is tried.
 */
export function easyconfigCandidates(argument: string, directory: HostPath): HostPath[] {
  const file = /\.(ya?ml|eb)$/.test(argument) ? argument : `${argument}.yaml`;
  const stem = file.replace(/\.(ya?ml|eb)$/, '');
  const names = [...stem.matchAll(/-/g)].map(({ index }) => stem.slice(0, index)).filter((name) => name !== '');
  const letter = stem[0]?.toLowerCase() ?? '';
  return [
    joinHost(directory, file),
    ...[...names, stem].flatMap((name) => [joinHost(directory, letter, name, file), joinHost(directory, name, file)]),
  ];
}

/** Whether an argument is a path rather than the bare name of an easyconfig. */
export function isPath(argument: string): boolean {
  return argument.includes('/') || argument === '.' || argument === '..';
}

export function resolvePath(argument: string, cwd: HostPath, home: string | undefined): HostPath {
  return hostPath(home === undefined ? argument : argument.replace(/^~(?=\/)/, () => home), cwd);
}
