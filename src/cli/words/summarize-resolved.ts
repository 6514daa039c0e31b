import type { EasyconfigCommand } from '../../easyconfig/types.ts';
import { formatScript } from '../../lib/format.ts';
import { containerVariablesOf } from '../../modulefile/container-environment.ts';
import type { Modulefile } from '../../modulefile/types.ts';
import type { Bind, ResolvedInstall } from '../../resolve/types.ts';
import { describeMpi } from './describe-mpi.ts';
import { kindOf, placeOf, type ResolvedFacts } from './describe-resolved.ts';
import { labelled, type Row } from './wrap-list.ts';

/** What an easyconfig becomes on this machine, as a person wants to know it first: alike things on one line. */
export function summarizeResolved(install: ResolvedInstall, modulefile: Modulefile, facts: ResolvedFacts): string[] {
  const { installDir, image, userSoftware } = install;
  const imageVariable = modulefile.image?.variables.slice(0, 1) ?? [];
  const { own, given } = variablesOf(install, modulefile);
  const kind = `${kindOf(install)}: ${install.moduleKind === 'tool' ? 'any number' : 'one'}`;
  const rows: Row[] = [
    ['install dir', [installDir]],
    ['modulefile', [install.modulefile]],
    ['image', [image?.file ?? 'none', ...(image === undefined ? [] : [wordsOfPlace(facts.image, install)])]],
    ['module', [`${kind} is loaded at a time`]],
    ['never with', modulefile.conflicts.slice(1)],
    ['loads first', modulefile.dependsOn],
    ['to install', install.buildDependencies.map((other) => `loads ${other}`)],
    ['wrappers', wrappersOf(install)],
    ['run scripts', scriptsIn(install, 'runscripts')],
    ['python', pythonOf(install)],
    [
      'packages',
      image === undefined
        ? []
        : [`those you add are seen in ${userSoftware.path}`, ...(userSoftware.isPacked ? ['packed'] : [])],
    ],
    ...describeMpi(install.mpi, facts.mpi).map(([label, text]): Row => [label, [text]]),
    ...bindRows(install.binds, facts),
    ['sets outside', [...imageVariable, ...own, ...given]],
    ['sets inside', insideOf(install)],
    ['on PATH', modulefile.path],
    ...install.postInstall.map((command): Row => ['runs', [commandOf(command)]]),
    ...install.sanityCheckCommands.map((command): Row => ['is proved by', [commandOf(command)]]),
    ['site text', siteTextOf(modulefile)],
  ];
  return [
    `${install.moduleName}, from ${facts.easyconfig}`,
    ...labelled(rows),
    '  --trace shows each script, bind and variable with where it comes from,',
    '  --modulefile the text of the modulefile',
  ];
}

function wordsOfPlace(image: string | undefined, install: ResolvedInstall): string {
  return image === undefined ? placeOf(install) : `from ${image.slice(0, image.lastIndexOf('/'))}`;
}

function commandOf({ command, host }: EasyconfigCommand): string {
  return `${formatScript(command)}${host ? ' (on the host)' : ''}`;
}

/** Those of ctinstall by their names, those of the easyconfig and the site with their values. */
function variablesOf({ env }: ResolvedInstall, { variables }: Modulefile): { own: string[]; given: string[] } {
  const isGiven = (name: string): boolean => Object.hasOwn(env.origins, name);
  return {
    own: variables.filter(({ name }) => !isGiven(name)).map(({ name }) => name),
    given: [
      ...variables.filter(({ name }) => isGiven(name)).map(({ name, value }) => `${name}=${value}`),
      ...Object.keys(env.modulePaths),
    ],
  };
}

function insideOf(install: ResolvedInstall): string[] {
  const { container, containerPaths } = install.env;
  const variables = containerVariablesOf({ ...install, venv: undefined }).map(({ name, value }) =>
    Object.hasOwn(container, name) ? `${name}=${value}` : name,
  );
  return [...new Set([...variables, ...Object.keys(containerPaths)])];
}

/** Scripts that users call: what those need besides is of no interest. */
function wrappersOf(install: ResolvedInstall): string[] {
  const { commands, directories } = install.wrappers;
  const own = scriptsIn(install, 'bin').filter((name) => name === 'start-shell');
  return [...own, ...commands.map(({ name }) => name), ...directories.map(({ from }) => `the programs in ${from}`)];
}

function scriptsIn({ scripts }: ResolvedInstall, directory: 'bin' | 'runscripts'): string[] {
  return scripts.filter((script) => script.directory === directory).map(({ name }) => name);
}

function pythonOf({ conda, venv, condaPackages }: ResolvedInstall): string[] {
  return [
    ...(conda === undefined ? [] : [`conda environment ${conda.name} in ${conda.root}`]),
    ...(venv === undefined ? [] : [`virtual environment ${venv.name}`]),
    ...(condaPackages === undefined
      ? []
      : [`conda environment ${condaPackages.name}, made from ${condaPackages.file}`]),
  ];
}

function siteTextOf({ siteHeader, siteFooter }: Modulefile): string[] {
  return [
    ...(siteHeader === undefined ? [] : ['modulefile_header']),
    ...(siteFooter === undefined ? [] : ['modulefile_footer']),
  ];
}

/** Binds that come from one place and are alike in all else are told of together. */
function bindRows(binds: readonly Bind[], { isHere }: ResolvedFacts): Row[] {
  const groups = new Map<string, string[]>();
  for (const [at, bind] of binds.entries()) {
    const { host, container, access, imageSource, origin, optional } = bind;
    const state = `${origin}${optional ? ', optional' : ''}${isHere(at) ? '' : '; not here'}`;
    const from = imageSource === undefined ? '' : `${imageSource} of `;
    const text = `${from}${host}${host === `${container}` ? '' : ` → ${container}`}${access === 'ro' ? ' read-only' : ''}`;
    groups.set(state, [...(groups.get(state) ?? []), text]);
  }
  return [...groups].map(([state, texts]) => ['binds', texts.with(-1, `${texts.at(-1)} (${state})`)]);
}
