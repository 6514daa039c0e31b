import { escapeForRuntime } from './container-environment.ts';
import { command } from './tcl-text.ts';
import type { Modulefile } from './types.ts';

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
export function renderTclEnvironment({ containerVariables, containerPath }: Modulefile): string[] {
  return [
    '# Inside the container. Apptainer reads APPTAINERENV_ first and warns where the two differ.',
    command('set', 'path', containerPath.map(escapeForRuntime).join(':')),
    ...joinContainerPath.trim().split('\n'),
    ...containerVariables.map(({ name, value }) => command('set_both', `ENV_${name}`, escapeForRuntime(value))),
  ];
}
