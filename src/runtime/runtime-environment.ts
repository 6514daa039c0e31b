type Environment = Readonly<Record<string, string | undefined>>;

const prefixes = ['APPTAINER', 'SINGULARITY'] as const;

/**
 * The environment without the runtime's own variables, except those named: each of its options has one, so those of a
 * loaded module (`…_BIND`, `…_SANDBOX`, `…_PULLFOLDER`) would change what it does.
 */
export function runtimeEnvironment(environment: Environment, kept: readonly string[]): Record<string, string> {
  const own = new RegExp(`^(?:${prefixes.join('|')})(?:ENV)?_(.*)$`);
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const [, option] = own.exec(name) ?? [];
    // `SINGULARITYENV_TMPDIR` is the container's.
    const isKept =
      option === undefined || (kept.includes(option) && prefixes.some((prefix) => name === `${prefix}_${option}`));
    if (isKept && value !== undefined) found[name] = value;
  }
  return found;
}

/** The value that the user has given an option, under the one name or the other; empty counts as not given. */
export function runtimeVariable(environment: Environment, option: string): string | undefined {
  for (const prefix of prefixes) {
    const value = environment[`${prefix}_${option}`];
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** The option under both names: SingularityCE knows only one, Apptainer says a word about it where the other is missing. */
export function bothNames(option: string, value: string): Record<string, string> {
  return Object.fromEntries(prefixes.map((prefix) => [`${prefix}_${option}`, value]));
}

/** What a user may have set for the way to the image; all else of the runtime's variables is about running it. */
export const sourceVariables = [
  'CACHEDIR',
  'TMPDIR',
  'CONFIGDIR',
  'LIBRARY',
  'KEYSDIR',
  'AUTH_FILE',
  'DOCKER_USERNAME',
  'DOCKER_PASSWORD',
  'NOHTTPS',
  'NO_HTTPS',
];
