import { type Command, parseCommands, type Word } from '../shell.ts';
import type { Made } from './made.ts';

interface InstallPlace {
  readonly made: Made;
  /** Files that the recipe has beside it. */
  readonly beside: readonly string[];
}

/** What a recipe runs in the container: how a virtual environment is made is understood, and all else carried along. */
export function takeContainerCommand(words: readonly Word[], written: string, place: InstallPlace): string | undefined {
  const { made } = place;
  const [first, ...rest] = words;
  if (first === undefined) return 'a container that runs nothing';
  const isShell = /^(\/bin\/)?(ba)?sh$/.test(first.text);
  const script = isShell ? rest.find(({ text }) => !/^-\w+$/.test(text)) : undefined;
  if (isShell && (script === undefined || !rest.some(({ text }) => /^-\w*c$/.test(text)))) return `\`${written}\``;
  if (script === undefined) {
    if (words.some(({ isExpanded }) => isExpanded)) return `\`${written}\``;
    if (!takeVenv([{ words, output: undefined, input: undefined, written, line: 0 }], place))
      made.inContainer.push(words.map(({ text }) => quote(text)).join(' '));
    return undefined;
  }
  // In double quotes the host's shell would put its own values in.
  if (script.isExpanded) return `\`${written}\``;
  const commands = parseCommands(script.text);
  if (commands === undefined || !takeVenv(commands, place)) made.inContainer.push(script.text.trim());
  return undefined;
}

/** Whether the commands make a virtual environment, and install into it, and do nothing else. */
function takeVenv(commands: readonly Command[], { made, beside }: InstallPlace): boolean {
  let name: string | undefined;
  let directory = '';
  const packages: string[] = [];
  let file: string | undefined;
  for (const { words, output, input } of commands) {
    const texts = words.map(({ text }) => text);
    const line = texts.join(' ');
    if (output !== undefined || input !== undefined) return false;
    if (/^(source |\. )?\$\{?WITH_CONDA\}?$/.test(line) || /^eval \$\{?WITH_CONDA\}?$/.test(line)) continue;
    if (/^(source|\.) \S*\/activate( [\w.-]+)?$/.test(line)) continue;
    if (/^set -[eux]+$/.test(line) || /^mkdir (-p )?\/user-software(\/venv)?$/.test(line)) continue;
    const [, to] = /^cd (\/\S+)$/.exec(line) ?? [];
    if (to !== undefined) {
      directory = to;
      continue;
    }
    const [, path] = /^python3? -m venv (?:--system-site-packages |--symlinks |--copies )*(\S+)$/.exec(line) ?? [];
    if (path !== undefined) {
      const [, venv] =
        /^\/user-software\/venv\/([\w.+-]+)\/?$/.exec(path.startsWith('/') ? path : `${directory}/${path}`) ?? [];
      if (venv === undefined || name !== undefined) return false;
      name = venv;
      continue;
    }
    const installed =
      /^(?:(?:\S*\/)?python3? -m )?(?:\S*\/)?pip3? install (.+)$/.exec(line) === null
        ? undefined
        : texts.slice(texts.indexOf('install') + 1);
    if (installed === undefined) return false;
    const [option, listed, ...more] = installed;
    if ((option === '-r' || option === '--requirement') && listed !== undefined && more.length === 0) {
      const lines = linesOf(listed, made);
      if (lines !== undefined) packages.push(...lines);
      // One that is elsewhere is for a command.
      else if (file === undefined && (beside.includes(listed) || /^(%%?\(builddir\)s\/)?[^/]+$/.test(listed)))
        file = listed;
      else return false;
    } else if (installed.every((text) => isPackage(text) || text === '--no-cache-dir' || text === '--upgrade'))
      packages.push(...installed.filter((text) => !text.startsWith('-')));
    else return false;
  }
  if (name === undefined && made.venv === undefined) return false;
  if (file !== undefined && packages.length > 0) return false;
  const given = file === undefined ? packages : file.replace(/^.*\//, '');
  const before = made.venv?.requirements;
  if (typeof before === 'string' && given.length > 0) return false;
  const requirements = typeof given === 'string' ? given : [...(before ?? []), ...given];
  made.venv = {
    name: name ?? made.venv?.name ?? '',
    requirements: requirements.length === 0 ? before : requirements,
  };
  return true;
}

function isPackage(text: string): boolean {
  return /^[A-Za-z0-9]/.test(text);
}

/** The packages in a file that the recipe itself writes; undefined where it is none, or has more in it. */
function linesOf(path: string, { files }: Made): string[] | undefined {
  const content = files.get(path.replace(/^%\(installdir\)s\//, '').replace(/^\/(?=runscripts\/)/, ''))?.content;
  if (content?.kind !== 'text') return undefined;
  const lines = content.text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  return lines.every((line) => isPackage(line) && !line.endsWith('\\')) ? lines : undefined;
}

function quote(text: string): string {
  return /^[\w@%+=:,./()-]+$/.test(text) && !/[()]/.test(text.replace(/%\(\w+\)s/g, ''))
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}
