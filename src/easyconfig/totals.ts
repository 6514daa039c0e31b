import type * as z from 'zod';

/*
 * What no single value shows: how long the names of files become that are made of several values, and how much a module
 * would put into the environment. One variable of more than 131,071 bytes, or some 2 MB in all, and the user's shell
 * starts no program any more, not even the one that unloads the module.
 */

/** The staging directory, the lock and temporary files beside them are called after the whole. */
const mostNameBytes = 200;
/** Of `SINGULARITY_BIND`; the site's and the user's own binds are to fit beside them. */
const mostBindBytes = 60_000;
/** Of `env.module`. */
const mostModuleBytes = 200_000;
/** Of `env.container`: each is set under two names, and may be twice as long when it is escaped. */
const mostContainerBytes = 100_000;

/** Most entries of one list: Lua knows some 200,000 constants, and people far fewer. */
export const mostEntries = 1000;

interface Written {
  readonly name: string;
  readonly version: string;
  readonly versionsuffix?: string | undefined;
  readonly binds?: readonly (string | object)[] | undefined;
  readonly env?:
    | {
        readonly module?: Readonly<Record<string, string | object>> | undefined;
        readonly container?: Readonly<Record<string, string | object>> | undefined;
      }
    | undefined;
}

/** Adds an issue for each total of an easyconfig that is too much, where its values themselves are in order. */
export function checkTotals(
  { name, version, versionsuffix = '', binds, env }: Written,
  context: z.RefinementCtx,
): void {
  if (context.issues.length > 0) return;
  const refuse = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message });
  const length = `${name}-${version}${versionsuffix}`.length;
  if (length > mostNameBytes)
    refuse(
      ['version'],
      `makes \`<name>-<version><versionsuffix>\` ${length} characters long: file names can hold ${mostNameBytes} of it`,
    );
  if (bytesOf(binds ?? []) > mostBindBytes) refuse(['binds'], `must be less: ${formatMost(mostBindBytes)}`);
  if (bytesOf(env?.module ?? {}) > mostModuleBytes)
    refuse(['env', 'module'], `must be less: ${formatMost(mostModuleBytes)}`);
  if (bytesOf(env?.container ?? {}) > mostContainerBytes)
    refuse(['env', 'container'], `must be less: ${formatMost(mostContainerBytes)}`);
}

/** About as many bytes as they take in the environment. */
function bytesOf(values: object): number {
  return Buffer.byteLength(JSON.stringify(values));
}

function formatMost(bytes: number): string {
  return `with more than about ${bytes.toLocaleString('en')} bytes no program could be started any more`;
}
