import type { Bind } from '../resolve/types.ts';
import { command, quoteTcl } from './tcl-text.ts';
import type { Modulefile } from './types.ts';

const usersBinds = `
# Binds. Yours stay, and win where several name one place in the container (the runtimes warn of a second).
# Apptainer takes APPTAINER_BIND for SINGULARITY_BIND; both get the same value, so that each runtime sees all.
set taken [list]
set users [join_users _BIND]
set users_paths [join_users _BINDPATH]
set binds ""
`;

const joinBinds = `
if {$binds eq ""} {
  set binds $users
} elseif {$users ne ""} {
  append binds , $users
}
set_both _BIND $binds
set_bind_paths $users_paths
`;

/** The part of a modulefile that joins the install's binds with the user's. */
export function renderTclBinds({ binds, userSoftware }: Modulefile): string[] {
  const { squashfs, directory, container } = userSoftware;
  return [
    ...usersBinds.trim().split('\n'),
    ...binds.map(renderBind),
    '# Your software: packed if it is packed, else the directory.',
    `set is_packed [file isfile ${quoteTcl(squashfs)}]`,
    'if {$is_packed} {',
    `  ${command('add_bind', squashfs, container, ':ro,image-src=/', '0')}`,
    '} else {',
    `  ${command('add_bind', directory, container, '', '0')}`,
    '}',
    ...joinBinds.trim().split('\n'),
  ];
}

function renderBind({ host, container, access, optional }: Bind): string {
  return command('add_bind', host, container, access === 'ro' ? ':ro' : '', optional ? '0' : '1');
}
