import { concat, type LuaExpression, name, text } from '../lmod-lua-writer/index.ts';

/** A value for a modulefile: a path in the install dir is written as `root .. "/…"`, which is short and shows that. */
export function belowRoot(value: string, installDir: string): LuaExpression {
  if (value === installDir) return name('root');
  return value.startsWith(`${installDir}/`) ? concat(name('root'), value.slice(installDir.length)) : text(value);
}
