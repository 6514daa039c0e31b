import { bindOptionsOf } from '../resolve/bind-options.ts';
import type { Bind } from '../resolve/types.ts';
import { describeMissingBind } from './messages.ts';
import { command, quoteTcl } from './tcl-text.ts';
import type { ModuleContainer, Modulefile, ModuleUserSoftware } from './types.ts';

/** The part of a modulefile that joins the install's binds with the user's. */
export function renderTclBinds({ binds, userSoftware }: ModuleContainer, { moduleName }: Modulefile): string[] {
  const [before, behind] = describeMissingBind(moduleName);
  return [
    '# Binds. Yours stay, and win where they name the same place in the container.',
    'set binds [list]',
    'set yours [list]',
    'set taken [list]',
    command('set', 'before', before),
    command('set', 'behind', behind),
    'find_users_binds',
    ...binds.map(renderBind),
    ...(userSoftware === undefined ? [] : bindUserSoftware(userSoftware)),
    'set_binds',
  ];
}

function bindUserSoftware({ squashfs, directory, container }: ModuleUserSoftware): string[] {
  return [
    `set is_packed [file isfile ${quoteTcl(squashfs)}]`,
    'if {$is_packed} {',
    `  ${command('add_bind', squashfs, container, ':ro,image-src=/', '0')}`,
    '} else {',
    `  ${command('add_bind', directory, container, '', '0')}`,
    '}',
  ];
}

function renderBind(bind: Bind): string {
  return command('add_bind', bind.host, bind.container, bindOptionsOf(bind), bind.optional ? '0' : '1');
}
