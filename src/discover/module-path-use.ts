import { isFile, listDirectory, readTextIfThere } from '../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether `module load` finds what is in a module path: now, and in the sessions to come. */
export interface ModulePathUse {
  readonly isInUse: boolean;
  /** Whether a file that is read when a session starts names it; what else the site may do is not known. */
  readonly isInUseLater: boolean;
  /** The user's file that a line for it belongs into, with the home directory as `~`. */
  readonly startFile: string;
}

/** The files that a shell reads when it starts, below the home directory; the first is the one to write into. */
const startFiles: Readonly<Record<string, readonly string[]>> = {
  bash: ['.bashrc', '.bash_profile', '.bash_login', '.profile'],
  zsh: ['.zshrc', '.zshenv', '.zprofile', '.zlogin'],
  fish: ['.config/fish/config.fish'],
  tcsh: ['.tcshrc', '.cshrc', '.login'],
  csh: ['.cshrc', '.login'],
};

/** Where the modules tools keep what `module save` has saved and a site may restore at login. */
const collections = ['.config/lmod/default', '.lmod.d/default', '.module/default'];

const siteFiles = ['/etc/profile', '/etc/bashrc', '/etc/bash.bashrc', '/etc/zshrc', '/etc/zsh/zshrc', '/etc/csh.cshrc'];

export async function discoverModulePathUse(
  modulePath: HostPath,
  environment: Environment,
  root = hostPath('/'),
): Promise<ModulePathUse> {
  const { HOME = '', SHELL = '', MODULEPATH = '', LMOD_SYSTEM_DEFAULT_MODULES: defaults = '' } = environment;
  const own = startFiles[SHELL.split('/').at(-1) ?? ''] ?? ['.profile'];
  const profiles = joinHost(root, 'etc', 'profile.d');
  const files = [
    ...[...own, ...collections].map((name) => `${HOME}/${name}`),
    ...siteFiles.map((path) => joinHost(root, path)),
    ...(await listDirectory(profiles).catch(() => [])).map(({ name }) => joinHost(profiles, name)),
  ];
  const texts = await Promise.all(files.map((path) => readTextIfThere(path).catch(() => undefined)));
  const isNamed = texts.some((text) => text !== undefined && names(text, modulePath, HOME));
  return {
    isInUse: directoriesOf(MODULEPATH).includes(modulePath),
    isInUseLater: isNamed || /(^|:)ctinstall(\/|:|$)/.test(defaults),
    startFile: `~/${own[0]}`,
  };
}

/** A line that says more than a comment, with the path as people write it, or with the module that knows it. */
function names(text: string, modulePath: HostPath, home: string): boolean {
  const isBelowHome = home !== '' && modulePath.startsWith(`${home}/`);
  const below = modulePath.slice(home.length);
  const forms = [modulePath, ...(isBelowHome ? [`~${below}`, `$HOME${below}`, `\${HOME}${below}`] : [])];
  return text
    .split('\n')
    .filter((line) => !/^\s*(#|--)/.test(line))
    .some(
      (line) =>
        forms.some((form) => line.includes(form)) ||
        /\bctinstall-module-path\b|\b(module|ml)\b.*\bctinstall(\/\S*)?(\s|;|$)/.test(line),
    );
}

/** The directory before the module path on `MODULEPATH` that has a module of the same name, which is loaded in its place. */
export async function findShadowing(
  moduleName: string,
  modulePath: HostPath,
  { MODULEPATH = '' }: Environment,
): Promise<string | undefined> {
  const directories = directoriesOf(MODULEPATH);
  const at = directories.indexOf(modulePath);
  for (const directory of directories.slice(0, Math.max(at, 0)))
    for (const file of [`${directory}/${moduleName}.lua`, `${directory}/${moduleName}`])
      if (await isFile(file)) return directory;
  return undefined;
}

function directoriesOf(modulePath: string): string[] {
  return modulePath.split(':').map((path) => path.replace(/(?<=.)\/+$/, ''));
}
