import { variableNameOf } from '../../easyconfig/rules.ts';

/** What a script of a recipe does, if that is something that ctinstall has its own way for. */
export type KnownScript =
  /** A script of ctinstall's does the same. `asked`: it is in the install only where the easyconfig asks for it. */
  | {
      readonly kind: 'ours';
      readonly name: string;
      readonly asked: 'wrappers' | 'runscripts' | undefined;
      readonly remark?: string;
    }
  /** It runs a program in the container. */
  | { readonly kind: 'wrapper'; readonly command: string; readonly args: readonly string[] };

/**
 * Recognises a script by what its lines do, whatever its comments say; undefined for one that is of the recipe's own kind.
 * `software`: name of the software, whose image the script starts: one of another module is none of ours.
 */
export function recogniseScript(path: string, text: string, software: string): KnownScript | undefined {
  const lines = linesOf(text).map((line) => withPlainImage(line, software));
  const [directory, name = ''] = path.split('/');
  if (directory === 'runscripts' && name === 'conda-python-simple' && isPythonInConda(lines))
    return { kind: 'ours', name, asked: 'runscripts' };
  if (directory === 'runscripts' && name === 'get-master' && /nodelist|hostnames/i.test(lines.join('\n')))
    return { kind: 'ours', name, asked: 'runscripts' };
  if (directory === 'runscripts' && /^(conda-)?python-distributed$/.test(name) && startsTask(name, lines))
    return { kind: 'ours', name, asked: 'runscripts', remark: otherTask };
  if (directory !== 'bin') return undefined;
  if (packs(name, lines)) return { kind: 'ours', name, asked: undefined };
  const program = programOf(lines);
  if (program === undefined) return name === 'start-shell' && opensShell(lines) ? startShell(lines) : undefined;
  const [command = '', ...args] = program;
  // Its own has neither the user's start-up files nor needs an option to be interactive.
  if (command === 'bash' && args.every((option) => ['--norc', '--noprofile', '-i'].includes(option)))
    return name === 'start-shell' ? { kind: 'ours', name, asked: 'wrappers' } : undefined;
  if (name === 'start-shell') return undefined;
  return { kind: 'wrapper', command, args };
}

/** The same, with the image of the software named by the plain variable. */
export function withPlainImage(line: string, software: string): string {
  return line.replace(
    new RegExp(`\\$(\\{?)SIF${variableNameOf(software)}(?!\\w)`, 'g'),
    (_whole, brace) => `$${brace}SIF`,
  );
}

/** Without comments, blank lines and blanks around. */
function linesOf(text: string): string[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '' && !line.startsWith('#') && !/^set -[eu]+$/.test(line));
}

function isPythonInConda(lines: readonly string[]): boolean {
  const [activate, python, ...more] = lines;
  return (
    more.length === 0 &&
    /^(eval )?"?\$\{?WITH_CONDA\}?"?$/.test(activate ?? '') &&
    /^(exec )?python3? "?\$\{?@\}?"?$/.test(python ?? '')
  );
}

/** What the script of ctinstall sets too. */
const setForTask =
  /^((LOCAL_)?(RANK|WORLD_SIZE)|MASTER_(ADDR|PORT)|(ROCR|HIP|CUDA)_VISIBLE_DEVICES|MIOPEN_(USER_DB_PATH|CUSTOM_CACHE_DIR)|(TRITON|TORCHINDUCTOR)_CACHE_DIR)$/;

/** Whether a script starts Python as one task of distributed learning, and sets nothing beyond what ctinstall's sets. */
function startsTask(name: string, lines: readonly string[]): boolean {
  const variables = lines.flatMap((line) => /^(?:export )?(\w+)=/.exec(line)?.[1] ?? []);
  const all = lines.join('\n');
  return (
    variables.includes('MASTER_ADDR') &&
    variables.includes('RANK') &&
    variables.every((variable) => setForTask.test(variable)) &&
    /\$\{?WITH_CONDA\b/.test(all) === name.startsWith('conda-') &&
    /^(exec )?python3? (-u )?"?\$\{?@\}?"?$/.test(lines.at(-1) ?? '')
  );
}

const otherTask =
  'the script of ctinstall takes its place: it takes `MASTER_PORT` from the number of the job, and gives each task one GPU';

const quotedSif = '"?\\$\\{?SIF\\}?"?';
const condaFirst = `["'][^"']*\\$\\{?WITH_CONDA\\}?[^"']*\\bbash\\b[^"']*["']`;
/** Lines that a start-shell may have: bash in the container, for people with the conda environment activated, and in its checks. */
const ofShell = [
  new RegExp(
    `^(exec )?((singularity|apptainer) exec ${quotedSif} )?(/bin/)?bash( (--norc|-i|--(rcfile|init-file) \\S+))*( -c ${condaFirst})?( "?\\$\\{?@\\}?"?)?$`,
  ),
  /^(el)?if \[\[? .*\]\]?( ?; ?then)?$/,
  /^(then|else|fi)$/,
  /^(echo|printf) ([^$`|>]|\$\{?(SIF\w*|0)\}?)*( ?(1?>&2))?$/,
  /^exit( \d+)?$/,
];

/** A file that its bash reads first may do more than ctinstall's does. */
function startShell(lines: readonly string[]): KnownScript {
  const [, file] = /--(?:rcfile|init-file) (\S+)/.exec(lines.join('\n')) ?? [];
  const remark = `an interactive \`start-shell\` does not read \`${file}\`: it activates the conda environment itself`;
  return {
    kind: 'ours',
    name: 'start-shell',
    asked: 'wrappers',
    ...(file === undefined || file === '/dev/null' ? {} : { remark }),
  };
}

/** Whether all that a script does is to open a shell in the container, as ctinstall's start-shell does. */
function opensShell(lines: readonly string[]): boolean {
  const enters = lines.some((line) => /^(exec )?(singularity|apptainer) exec /.test(line));
  return enters && lines.every((line) => ofShell.some((pattern) => pattern.test(line)));
}

/** The pack and unpack scripts: in all their variants they come down to one program and the user software. */
function packs(name: string, lines: readonly string[]): boolean {
  const all = lines.join('\n');
  if (!/user-software/.test(all)) return false;
  if (name === 'make-squashfs') return /\bmksquashfs\b/.test(all) && !/\bunsquashfs\b/.test(all);
  return name === 'unmake-squashfs' && /\bunsquashfs\b/.test(all) && !/\bmksquashfs\b/.test(all);
}

const plainWords = '((?:[\\w./+=:@-]+ )*[\\w./+=:@-]+)';
const onHost = new RegExp(
  `^(?:exec )?(?:singularity|apptainer) exec "?\\$\\{?SIF\\}?"? ${plainWords}(?: "?\\$\\{?@\\}?"?)?$`,
);
const inside = new RegExp(`^(?:exec )?${plainWords}(?: "?\\$\\{?@\\}?"?)?$`);
const asksWhere = /^if \[\[? (-[fde] )"?\/\.singularity\.d(\/\w+)?\/?"? \]\]?( ?; ?then)?$/;

/** The program that a script starts in the container with its arguments, where it does nothing else. */
function programOf(lines: readonly string[]): string[] | undefined {
  const work = lines.filter((line) => !asksWhere.test(line) && !/^(then|else|fi)$/.test(line));
  const isConditional = lines.some((line) => asksWhere.test(line));
  const outside = work.flatMap((line) => onHost.exec(line)?.[1] ?? []);
  const within = work.filter((line) => !onHost.test(line)).flatMap((line) => inside.exec(line)?.[1] ?? []);
  if (
    outside.length !== 1 ||
    outside.length + within.length !== work.length ||
    within.length !== (isConditional ? 1 : 0)
  )
    return undefined;
  return within.every((program) => program === outside[0]) ? outside[0]?.split(' ') : undefined;
}
