import { escapeForRuntime } from './container-environment.ts';
import { describeMissingVenv } from './messages.ts';
import { extendProcedure, unlessProcedure } from './render-tcl-procedures.ts';
import { command, quoteTcl } from './tcl-text.ts';
import type { ModuleContainer, Modulefile, ModuleVenv } from './types.ts';

/** Where the easyconfig has none, a name that is meant for other modules is nothing to this one. */
function findVenv({ name, directory }: ModuleVenv): string[] {
  const isAny = `$is_packed || [file isdirectory ${quoteTcl(directory)}]`;
  return [
    `# The virtual environment: the one that you name, ${name === undefined ? 'if there are any' : "or else the easyconfig's"}.`,
    'set venv [value_of CTINSTALL_VENV]',
    name === undefined ? `if {$venv eq "" || !(${isAny})} {` : 'if {$venv eq ""} {',
    `  ${command('set', 'venv', name ?? '')}`,
  ];
}

/** The part of a modulefile that says what is set inside the container. `is_packed` comes before it. */
export function renderTclEnvironment(container: ModuleContainer, { moduleName }: Modulefile): string[] {
  const { variables, path, paths, venv, packedVariables } = container;
  return [
    ...(venv === undefined ? [] : renderVenv(venv, moduleName)),
    ...renderPath(path, venv),
    ...(variables.some(({ unless }) => unless !== undefined) ? unlessProcedure : []),
    ...variables.map(({ name, value, isDefault, unless }) =>
      unless === undefined
        ? command(isDefault === true ? 'set_default' : 'set_inside', name, escapeForRuntime(value))
        : command('set_unless', name, escapeForRuntime(value), ...unless),
    ),
    ...(paths.length === 0 ? [] : extendProcedure),
    ...paths.map(({ name, value, before, behind }) => command('extend_inside', name, value, before, behind)),
    ...(venv === undefined ? [] : ['set_inside VIRTUAL_ENV $venv_place [expr {$venv ne ""}]']),
    ...packedVariables.map(({ name, value }) =>
      command('set_inside', name, escapeForRuntime(value), { source: '$is_packed' }),
    ),
  ];
}

function renderVenv(venv: ModuleVenv, moduleName: string): string[] {
  const [before, behind] = describeMissingVenv(moduleName, venv.directory);
  return [
    ...findVenv(venv),
    `} elseif {[module-info mode load] && ![is_venv ${quoteTcl(venv.directory)} $venv]} {`,
    `  ${command('refuse_value', before, { source: '$venv' }, behind)}`,
    '}',
    'set venv_place ""',
  ];
}

/** In front of the container's `PATH`, if anything is. */
function renderPath(path: ModuleContainer['path'], venv: ModuleVenv | undefined): string[] {
  const [first, ...rest] = path.map(escapeForRuntime);
  if (first === undefined) return ['# Inside of the container.'];
  return [
    command('set', 'path', first),
    ...(venv === undefined
      ? []
      : [
          'if {$venv ne ""} {',
          `  ${command('append', 'venv_place', `${escapeForRuntime(venv.container)}/`, { source: '$venv' })}`,
          '  append path : $venv_place /bin',
          '}',
        ]),
    ...(rest.length === 0 ? [] : [command('append', 'path', `:${rest.join(':')}`)]),
    'add_users_path',
    '# Inside of the container.',
    'set_inside PREPEND_PATH $path',
  ];
}
