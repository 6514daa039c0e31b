/*
 * What to do about a path of a bind that will not do. Each hint is for the mistake that was made: the same rule is broken by
 * one who writes `/a:/b`, as the runtimes take it, and by one whose directory has a colon in its name.
 */

/** The form of `-B`: `/a:/b` or `/a:/b:ro`. */
const runtimeForm = /^(\/[^:,]*):(\/[^:,]*)(?::(ro|rw))?$/;

/** For a host path, or one that stands for both sides. */
export function hintForBindPath(path: string): string {
  const [, host, container, access] = runtimeForm.exec(path) ?? [];
  if (host !== undefined && container !== undefined)
    return `write \`{ host: ${host}, container: ${container}${access === undefined ? '' : `, access: ${access}`} }\``;
  if (/^[~$]/.test(path))
    return 'neither `~` nor variables are replaced in a bind: write the full path, or the group of the settings that has it';
  if (/^[A-Za-z][\w-]*$/.test(path))
    return `a group of the site is written \`{ site: ${path} }\`, a path begins with \`/\``;
  if (!path.startsWith('/')) return 'write the full path, beginning with `/`';
  return hintForAnyPath(path) ?? 'rename the path on the host, or bind the directory above it';
}

/** For a path in the container, which anyone may choose. */
export function hintForContainerPath(path: string): string {
  if (/:r[ow]$/.test(path)) return 'what may be written to is said beside it: `access: ro`';
  if (!path.startsWith('/')) return 'write the full path in the container, beginning with `/`';
  return hintForAnyPath(path) ?? 'choose another path in the container: it may differ from the one on the host';
}

function hintForAnyPath(path: string): string | undefined {
  if (path.split('/').includes('..')) return 'write the path without `..`';
  return path === path.trim() ? undefined : 'take the blank away';
}
