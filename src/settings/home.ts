import { type HostPath, hostPath } from '../lib/paths.ts';

/** The home directory that `HOME` names; undefined where it names none by a full path. */
export function homeOf({ HOME }: Readonly<Record<string, string | undefined>>): HostPath | undefined {
  return HOME?.startsWith('/') === true ? hostPath(HOME) : undefined;
}
