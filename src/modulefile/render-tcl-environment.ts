import { escapeForRuntime } from './container-environment.ts';
import { describeMissingVenv } from './messages.ts';
import { command, quoteTcl } from './tcl-text.ts';
import type { ModuleContainer, Modulefile } from './types.ts';

/** The part of a modulefile that says what is set inside the container. `is_packed` comes before it. */
export function renderTclEnvironment(container: ModuleContainer, { moduleName }: Modulefile): string[] {
  const { variables, path, venv, packedVariables } = container;
  const [first = '', ...rest] = path.map(escapeForRuntime);
  const [before, behind] = describeMissingVenv(moduleName, venv.directory);
  return [
    "# The virtual environment: the one that you name, or else the easyconfig's.",
    'set venv [value_of CTINSTALL_VENV]',
    'if {$venv eq ""} {',
    `  ${command('set', 'venv', venv.name ?? '')}`,
    `} elseif {[module-info mode load] && ![is_venv ${quoteTcl(venv.directory)} $venv]} {`,
    `  ${command('refuse_value', before, { source: '$venv' }, behind)}`,
    '}',
    'set venv_place ""',
    command('set', 'path', first),
    'if {$venv ne ""} {',
    `  ${command('append', 'venv_place', `${escapeForRuntime(venv.container)}/`, { source: '$venv' })}`,
    '  append path : $venv_place /bin',
    '}',
    ...(rest.length === 0 ? [] : [command('append', 'path', `:${rest.join(':')}`)]),
    'add_users_path',
    '# Inside of the container.',
    'set_inside PREPEND_PATH $path',
    ...variables.map(({ name, value, isDefault }) =>
      command(isDefault === true ? 'set_default' : 'set_inside', name, escapeForRuntime(value)),
    ),
    'set_inside VIRTUAL_ENV $venv_place [expr {$venv ne ""}]',
    ...packedVariables.map(({ name, value }) =>
      command('set_inside', name, escapeForRuntime(value), { source: '$is_packed' }),
    ),
  ];
}
