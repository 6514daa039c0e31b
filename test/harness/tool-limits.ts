import type { Environment, Seen } from './module-matrix.ts';
import type { ModulesTool } from './modules-tools.ts';
import type { Shell } from './shells.ts';

/** What a modules tool does wrong by itself, whatever a modulefile says. One that does better is right too. */
interface Limit {
  /** For who reads this. */
  readonly why: string;
  readonly isOf: (tool: ModulesTool) => boolean;
  /** What a variable may have instead of a value. */
  readonly instead: (value: string | undefined, name: string, seen: Seen) => (string | undefined)[];
}

const limits: readonly Limit[] = [
  {
    why: "Lmod's pushenv keeps, for as long as the shell lives, the first value that it ever saw; 8.7.60 no more",
    isOf: ({ name }) => name.startsWith('Lmod 8.6.'),
    instead: (value, name, { step, session, nothing }) =>
      step.history.includes('change') && step.history[0] !== 'change' && value === nothing[name]
        ? [bytesOf(session.earlier)[name] ?? value]
        : [],
  },
  {
    why: 'Lmod keeps values in base64, and in decoding loses the two highest bits, where both are set, of each third byte',
    isOf: ({ setting }) => setting === 'lmod',
    instead: (value, _, { session, shell }) => {
      const kept = Object.values(bytesOf(session.earlier)).filter((earlier) => value?.includes(earlier));
      return waysThroughLmod(shell).map((come) =>
        kept.reduce((result, earlier) => result?.replaceAll(earlier, come(earlier)), value),
      );
    },
  },
  {
    why: 'Lmod 8.6.19 unloads nothing at `module restore`: it only resets the path variables',
    isOf: ({ name }) => name.startsWith('Lmod 8.6.'),
    instead: (value, name, { beforeRestore, nothing }) =>
      beforeRestore !== undefined && value === nothing[name] ? [beforeRestore[name]] : [],
  },
];

/** Whether a variable is as it should be, or as only the tool can make it. */
export function isAllowed(name: string, seen: Seen): boolean {
  const { environment, wanted, tool } = seen;
  if (environment[name] === wanted[name]) return true;
  const values = [wanted[name]];
  for (const { isOf, instead } of limits)
    if (isOf(tool)) values.push(...values.flatMap((value) => instead(value, name, seen)));
  return values.includes(environment[name]);
}

/** As environments are read: a character for each byte. */
export function bytesOf(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  );
}

type Way = (bytes: string) => string;

/** How often and by what a value goes until it is seen: what has come back is kept again by the next load. */
function waysThroughLmod(shell: Shell): readonly Way[] {
  const once: Way[] =
    shell.name === 'tcsh'
      ? [throughBase64OfLmod, (bytes) => throughTcsh(throughBase64OfLmod(bytes))]
      : [throughBase64OfLmod];
  const again = (ways: readonly Way[]): Way[] =>
    ways.flatMap((first) => once.map((second) => (bytes: string) => second(first(bytes))));
  const twice = again(once);
  return [...once, ...twice, ...again(twice)];
}

function throughBase64OfLmod(bytes: string): string {
  return bytes.replace(/(..)([\xc0-\xff])|.../gs, (group, start?: string, last?: string) =>
    start === undefined || last === undefined ? group : start + String.fromCharCode(last.charCodeAt(0) - 0xc0),
  );
}

/** Bytes that are no character are given on as if they were one far beyond Unicode, which tcsh can read again. */
function throughTcsh(bytes: string): string {
  return bytes.replace(
    /([\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|\xfd[\x80-\xbf]{5})|./gs,
    (byte, character?: string) => {
      const code = byte.charCodeAt(0);
      return character ?? String.fromCharCode(0xfd, 0xb0, 0x80, 0x80, 0x80 + (code >> 6), 0x80 + (code & 0x3f));
    },
  );
}
