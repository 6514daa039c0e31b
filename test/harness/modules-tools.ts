import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { machine } from './sandbox.ts';
import type { Shell } from './shells.ts';

/** A modules tool of the test bed. */
export interface ModulesTool {
  /** With its version. */
  readonly name: string;
  /** What ctinstall writes modulefiles for. */
  readonly setting: 'lmod' | 'environment-modules';
  readonly init: (shell: Shell) => string;
}

/** Each in the version of Debian 12 and in that of sid, which do not keep what they replace in the same way. */
export const modulesTools: readonly ModulesTool[] = [
  tool('lmod', machine.lmodInit),
  tool('lmod', machine.environment.CT_LMOD_SID_INIT),
  tool('environment-modules', machine.environment.CT_ENVMODULES_INIT),
  tool('environment-modules', machine.environment.CT_ENVMODULES_SID_INIT),
];

function tool(setting: ModulesTool['setting'], bashInit = ''): ModulesTool {
  const said = execFileSync(
    'bash',
    ['--norc', '--noprofile', '-c', '. "$1"; module --version 2>&1', 'init', bashInit],
    {
      encoding: 'utf8',
    },
  );
  const version = /(?:Version|Release) +([\d.]+)/.exec(said)?.[1];
  if (version === undefined) throw new Error(`${bashInit} gives no modules tool: ${said}`);
  return {
    name: `${setting === 'lmod' ? 'Lmod' : 'Environment Modules'} ${version}`,
    setting,
    init: (shell) => join(dirname(bashInit), shell.name),
  };
}
