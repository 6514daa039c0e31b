import { code, type LuaStatement, setWith } from '../lmod-lua-writer/index.ts';
import { command } from './tcl-text.ts';
import type { ModuleContainer } from './types.ts';

/*
 * Both languages: `singularity exec $SIF` gets the devices of a node as a wrapper does. The runtimes read a flag from a
 * variable, `APPTAINER_NV` for `--nv` (EnvKeys in Apptainer's cmd/internal/cli/action_flags.go).
 */

const setFlag = code`
-- GPUs: the runtime's flag where this node has the device. What you have set counts.
local function set_flag(rest, device) set_both(rest, given(rest) or lfs.attributes(device, "mode") and "1") end
`;

export function renderLmodGpu({ gpuFlags }: ModuleContainer): LuaStatement[] {
  if (gpuFlags.length === 0) return [];
  return [setFlag, ...gpuFlags.map(({ flag, device }) => setWith('set_flag', `_${flag}`, device))];
}

export function renderTclGpu({ gpuFlags }: ModuleContainer): string[] {
  if (gpuFlags.length === 0) return [];
  return [
    "# GPUs: the runtime's flag where this node has the device. What you have set counts.",
    'proc set_flag {rest device} {',
    '  set yours [value_of APPTAINER$rest]',
    '  if {$yours eq ""} {',
    '    set yours [value_of SINGULARITY$rest]',
    '  }',
    '  if {$yours eq "" && [file exists $device]} {',
    '    set yours 1',
    '  }',
    '  foreach runtime {APPTAINER SINGULARITY} {',
    '    set_variable $runtime$rest $yours [expr {$yours ne ""}]',
    '  }',
    '}',
    ...gpuFlags.map(({ flag, device }) => command('set_flag', `_${flag}`, device)),
  ];
}
