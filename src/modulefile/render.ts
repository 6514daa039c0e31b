import type { ModulesTool } from '../lib/paths.ts';
import { renderLmod } from './render-lmod.ts';
import { renderTcl } from './render-tcl.ts';
import type { Modulefile } from './types.ts';

/** A modulefile in the language that a modules tool reads best. */
export function renderModulefile(modulefile: Modulefile, tool: ModulesTool): string {
  return tool === 'lmod' ? renderLmod(modulefile) : renderTcl(modulefile);
}
