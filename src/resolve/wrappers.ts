import { neverWrapped } from '../easyconfig/never-wrapped.ts';
import type { EasyconfigWrapper } from '../easyconfig/types.ts';
import { resolveBinds } from './binds.ts';
import type { CommandWrapper, ResolvedWrappers, ResolveIssue } from './types.ts';

/** Whether programs of the image have wrappers. */
export function hasPrograms({ commands, directories }: ResolvedWrappers): boolean {
  return commands.length + directories.length > 0;
}

export interface WrapperContext {
  /** Script files of ctinstall that wrappers of these names are. */
  readonly scripts: readonly string[];
  readonly fill: (text: string) => string;
}

/** Tells the wrappers that are scripts of ctinstall from those of programs in the image, or says what stands against them. */
export function resolveWrappers(
  written: readonly EasyconfigWrapper[],
  { scripts, fill }: WrapperContext,
): { scripts: string[]; wrappers: ResolvedWrappers; issues: ResolveIssue[] } {
  const issues: ResolveIssue[] = [];
  const commands = new Map<string, CommandWrapper>();
  const chosen: string[] = [];
  const directories: ResolvedWrappers['directories'][number][] = [];
  for (const [index, wrapper] of written.entries()) {
    const path = ['wrappers', index];
    if (wrapper.kind === 'directory') {
      directories.push({ from: wrapper.from, except: wrapper.except });
      continue;
    }
    const { name, command, args, binds } = wrapper;
    const isPlain = command === name && args.length === 0 && binds.length === 0;
    if (isPlain && scripts.includes(name)) {
      if (!chosen.includes(name)) chosen.push(name);
      continue;
    }
    const message = scripts.includes(name)
      ? `the wrapper \`${name}\` is a script of ctinstall, which takes no command, arguments or binds`
      : neverWrapped.includes(name)
        ? `no wrapper may be called \`${name}\`: scripts on the host would run it instead of their own`
        : undefined;
    if (message !== undefined) {
      const hint = `choose another name: \`{ name: my-${name}, command: ${command} }\``;
      issues.push({ path, message, hint });
      continue;
    }
    const { binds: resolved, issues: bindIssues } = resolveBinds(binds, {}, fill);
    issues.push(...bindIssues.map((issue) => ({ ...issue, path: [...path, ...issue.path] })));
    const made = { name, command, args: args.map(fill), binds: resolved };
    const before = commands.get(name);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(made))
      issues.push({ path, message: `two wrappers are called \`${name}\``, hint: 'give one of them another name' });
    commands.set(name, made);
  }
  return { scripts: chosen, wrappers: { commands: [...commands.values()], directories }, issues };
}
