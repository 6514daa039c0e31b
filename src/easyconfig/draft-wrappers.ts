import type { ImageFacts, InsideFacts } from './image-facts.ts';
import { neverWrapped } from './never-wrapped.ts';
import { namePattern } from './rules.ts';

/** Languages whose interpreter is what an image is for, and what comes with it. */
const languages: readonly (readonly string[])[] = [['python'], ['python3'], ['R', 'Rscript'], ['julia'], ['perl']];

/** What images run that is none of their software. */
const noSoftware = /^(ash|exec|tini|dumb-init|su-exec|gosu|sleep|true|.*\.sh|.*entrypoint.*)$/;

/**
 * Names of programs to look for in an image: the languages, what it is called (`samtools`, `r-base`, `bwa-mem2`), and what
 * its run script starts.
 */
export function mainProgramsOf(names: readonly string[], runscript = ''): string[] {
  const called = names.flatMap((name) => [name, name.toLowerCase(), ...(/^r[-_]/i.test(name) ? ['R'] : [])]);
  const programs = [...started(runscript), ...called].filter(mayBeWrapped);
  return [...new Set([...programs, ...languages.flat()])];
}

/** What the run script starts: as Docker images say it, or on its last line. */
function started(runscript: string): string[] {
  const [, entrypoint] = /^OCI_ENTRYPOINT='"?([^\s"']+)/m.exec(runscript) ?? [];
  const [, command] = /^OCI_CMD='"?([^\s"']+)/m.exec(runscript) ?? [];
  const [, executed] = /^\s*exec\s+([^\s"'$]+)/m.exec(runscript) ?? [];
  return [entrypoint, command, executed].flatMap((path) => path?.split('/').at(-1) ?? []);
}

/**
 * The programs that a draft gives wrappers: what the image is for, and the languages that somebody put into it; Python or Perl
 * of the distribution only where there is nothing else.
 */
export function wrappersOf({ inside }: Pick<ImageFacts, 'inside'>): string[] {
  if (inside === undefined) return [];
  // All that was looked for and is no language: by the image's name, or its run script.
  const main = inside.programs.map(nameOf).filter((name) => mayBeWrapped(name) && !isLanguage(name));
  const own = languages.flatMap((names) => namesIn(names, inside).filter((name) => !isOfSystem(name, inside)));
  const python = inside.conda === undefined ? own : ['python', ...own.filter((name) => !name.startsWith('python'))];
  // `python` brings python3 along.
  const chosen = python.filter((name) => name !== 'python3' || !python.includes('python'));
  const all = [...new Set([...main, ...chosen])];
  if (all.length > 0) return all;
  const [fallback] = ['python', 'python3', 'perl'].filter((name) => namesIn([name], inside).length > 0);
  return fallback === undefined ? [] : [fallback];
}

function mayBeWrapped(name: string): boolean {
  return namePattern.test(name) && !noSoftware.test(name) && !neverWrapped.includes(name);
}

function isLanguage(name: string): boolean {
  return languages.some((names) => names.includes(name));
}

function namesIn(names: readonly string[], { programs }: InsideFacts): string[] {
  return names.filter((name) => programs.some((path) => nameOf(path) === name));
}

/** Distributions bring Python and Perl along for their own use. */
function isOfSystem(name: string, { programs }: InsideFacts): boolean {
  return (
    /^(python3?|perl)$/.test(name) && programs.some((path) => path === `/usr/bin/${name}` || path === `/bin/${name}`)
  );
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}
