import { escapeForRuntime } from './container-environment.ts';
import { command } from './tcl-text.ts';
import type { Modulefile } from './types.ts';
import { describeBadVenv, describeMissingVenv } from './venv-messages.ts';

const joinContainerPath = `
set seen ""
foreach variable {APPTAINERENV_PREPEND_PATH SINGULARITYENV_PREPEND_PATH} {
  set users [value_of $variable]
  if {$users ne "" && $users ne $seen} {
    append path : $users
    set seen $users
  }
}
set_both ENV_PREPEND_PATH $path
`;

/** The part of a modulefile that says what is set inside the container. */
export function renderTclEnvironment(modulefile: Modulefile): string[] {
  const { containerVariables, containerPath, venv, packedVariables, moduleName } = modulefile;
  const [first = '', ...rest] = containerPath.map(escapeForRuntime);
  const [before, behind] = describeMissingVenv(moduleName);
  return [
    '# The virtual environment: the one that you name, or else that of the easyconfig.',
    'set venv [value_of CTINSTALL_VENV]',
    'if {$venv eq ""} {',
    `  ${command('set', 'venv', venv.name ?? '')}`,
    '} elseif {[module-info mode load]} {',
    `  ${command('check_venv', venv.directory, describeBadVenv(moduleName), before, behind)}`,
    '}',
    command('set', 'venv_place', `${escapeForRuntime(venv.container)}/`),
    'append venv_place $venv',
    '# Inside the container. Apptainer reads APPTAINERENV_ first and warns where the two differ.',
    command('set', 'path', first),
    'if {$venv ne ""} {',
    '  append path : $venv_place /bin',
    '}',
    ...(rest.length === 0 ? [] : [command('append', 'path', `:${rest.join(':')}`)]),
    ...joinContainerPath.trim().split('\n'),
    ...containerVariables.map(({ name, value }) => command('set_both', `ENV_${name}`, escapeForRuntime(value))),
    'set_where [expr {$venv ne ""}] VIRTUAL_ENV $venv_place',
    ...packedVariables.map(({ name, value }) =>
      command('set_where', { source: '$is_packed' }, name, escapeForRuntime(value)),
    ),
  ];
}
