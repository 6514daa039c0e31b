import { CtinstallError } from '../lib/errors.ts';
import { formatCommand, formatValue } from '../lib/format.ts';

/*
 * Words and flags of other programs that people have in their fingers: EasyBuild, singularity-hpc, Apptainer, conda, pip,
 * Spack, modules tools. Those that mean just what a command of ours does are taken for it; others are answered.
 */

const sameAs: Readonly<Record<string, string>> = {
  ls: 'list',
  rm: 'uninstall',
  remove: 'uninstall',
  delete: 'uninstall',
  info: 'show',
  inspect: 'show',
  config: 'settings',
  doctor: 'check',
};

/** The command that a word stands for: itself where it is no word of a habit. */
export function commandOf(word: string): string {
  return Object.hasOwn(sameAs, word) ? (sameAs[word] ?? word) : word;
}

/** What follows the word is put behind the command. */
interface Answer {
  readonly command: string;
  readonly takesRest?: true;
  /** What else there is to say. */
  readonly about?: string;
}

const words: Readonly<Record<string, Answer>> = {
  pack: { command: 'ctinstall squashfs make', takesRest: true },
  unpack: { command: 'ctinstall squashfs unmake', takesRest: true },
  prune: { command: 'ctinstall clean' },
  autoremove: { command: 'ctinstall clean' },
  freeze: { command: 'ctinstall list' },
  reinstall: { command: 'ctinstall install --rebuild', takesRest: true },
  spec: { command: 'ctinstall show', takesRest: true },
  version: { command: 'ctinstall --version' },
  update: { command: 'ctinstall upgrade', takesRest: true },
  create: { command: 'ctinstall venv create', about: 'for one more virtual environment of a module' },
  pull: { command: 'ctinstall install --fetch <dir> <easyconfig>' },
  run: { command: 'module load <module>', about: 'its wrappers are commands then' },
  exec: { command: 'module load <module>; in-container <command>' },
  shell: { command: 'module load <module>; start-shell' },
  load: { command: 'module load', takesRest: true },
  unload: { command: 'module unload', takesRest: true },
  avail: { command: 'module avail', takesRest: true },
  spider: { command: 'module spider', takesRest: true },
};

const flags: Readonly<Record<string, Answer>> = {
  '--search': { command: 'ctinstall search', takesRest: true },
  '-S': { command: 'ctinstall search', takesRest: true },
  '--list': { command: 'ctinstall list' },
  '--list-installed-software': { command: 'ctinstall list' },
  '--list-software': { command: 'ctinstall search' },
  '--missing-modules': { command: 'ctinstall missing', takesRest: true },
  '--missing': { command: 'ctinstall missing', takesRest: true },
  '-M': { command: 'ctinstall missing', takesRest: true },
  '--show-config': { command: 'ctinstall settings' },
  '--show-full-config': { command: 'ctinstall settings' },
  '--check-eb-deps': { command: 'ctinstall check' },
  '--show-ec': { command: 'ctinstall show', takesRest: true },
  '--copy-ec': { command: 'ctinstall show --copy', takesRest: true },
  '--avail-easyconfig-params': { command: 'ctinstall schema' },
  '--sanity-check-only': { command: 'ctinstall verify' },
  '--extended-dry-run': { command: 'ctinstall --dry-run', takesRest: true },
  '-x': { command: 'ctinstall --dry-run', takesRest: true },
  '-D': { command: 'ctinstall --dry-run', takesRest: true },
  '--dry-run-short': { command: 'ctinstall --dry-run', takesRest: true },
  '--try-software-version': { command: 'ctinstall --try-version', takesRest: true },
  '--installpath': { command: 'ctinstall --prefix', takesRest: true },
  '--sourcepath': { command: 'ctinstall --image-dir', takesRest: true },
  '--robot-paths': { command: 'ctinstall --easyconfigs', takesRest: true },
  '--parallel': { command: 'ctinstall --jobs', takesRest: true },
  '--robot': { command: 'ctinstall', takesRest: true, about: 'an image holds all that it needs: leave the flag out' },
  '-r': { command: 'ctinstall', takesRest: true, about: 'an image holds all that it needs: leave the flag out' },
};

/** Words and flags that are answered, for a test: none of them may be ours. */
export const answeredWords: readonly string[] = Object.keys(words);
export const answeredFlags: readonly string[] = Object.keys(flags);

/** @throws CtinstallError `usage` with the right command, where a line begins with a word, or has a flag, of another program */
export function answerHabits(argv: readonly string[]): void {
  const [first = '', ...rest] = argv;
  if (Object.hasOwn(words, first)) throw answer(`there is no command \`${first}\``, words[first], rest);
  const end = argv.indexOf('--');
  const at = argv.findIndex((word, index) => (end < 0 || index < end) && Object.hasOwn(flags, flagOf(word)));
  const flag = argv[at];
  if (flag === undefined) return;
  const [, value] = /^-[^=]*=(.*)$/s.exec(flag) ?? [];
  const others = [...argv.slice(0, at), ...(value === undefined ? [] : [value]), ...argv.slice(at + 1)];
  throw answer(`there is no option \`${formatValue(flagOf(flag))}\``, flags[flagOf(flag)], others);
}

function flagOf(word: string): string {
  return word.startsWith('-') ? (word.split('=')[0] ?? word) : '';
}

function answer(message: string, given: Answer | undefined, rest: readonly string[]): CtinstallError {
  const { command = 'ctinstall --help', takesRest = false, about } = given ?? {};
  const line = takesRest && rest.length > 0 ? `${command} ${formatCommand(rest)}` : command;
  return new CtinstallError('usage', message, { hint: `${about === undefined ? 'use' : `${about}:`} \`${line}\`` });
}
