import { neverWrapped } from '../../easyconfig/never-wrapped.ts';
import { describeBadInstalledFile } from '../../easyconfig/rules.ts';
import type { ResolveIssue } from '../types.ts';
import { judgeNames } from '../wrapper-names.ts';
import type { Resolver } from './resolver.ts';
import { resolveScripts } from './scripts.ts';

/** The files that the recipe brings. */
export const resolveFiles: Resolver<'files'> = (from) => {
  const { easyconfig, fill, installDir } = from;
  const files = easyconfig.files.map(({ path, mode, content }) => ({
    // Written with `%(installdir)s` in front or without.
    path: withoutStart(fill(path), `${installDir}/`),
    mode,
    content: content.kind === 'text' ? { ...content, text: fill(content.text) } : content,
  }));
  const { scripts, wrappers } = resolveScripts(from).part;
  const taken = [
    ...(easyconfig.image === undefined ? [] : [fill(easyconfig.image.file)]),
    ...scripts.map(({ directory, name }) => `${directory}/${name}`),
    ...wrappers.commands.map(({ name }) => `bin/${name}`),
  ];
  const issues = files.flatMap(({ path }, index) => {
    const before = files.slice(0, index).map((other) => other.path);
    const found = describeBadInstalledFile(path) ?? describeTaken(path, taken, before) ?? describeBadCommandName(path);
    return found === undefined ? [] : [issueOf(index, path, found)];
  });
  return { part: { files }, issues };
};

function issueOf(index: number, path: string, what: string): ResolveIssue {
  return { path: ['files', index, 'path'], message: `\`${path}\` ${what}`, hint: 'give it another name' };
}

function describeTaken(path: string, taken: readonly string[], before: readonly string[]): string | undefined {
  if (taken.includes(path)) return 'is there already: ctinstall makes it';
  const clash = [...before, ...taken].find(
    (other) => other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
  );
  return clash === undefined ? undefined : clash === path ? 'is there twice' : `and \`${clash}\` cannot both be there`;
}

/** What is in `bin` runs on the host, in the place of what else has that name. */
function describeBadCommandName(path: string): string | undefined {
  const [directory, name = '', ...below] = path.split('/');
  if (directory !== 'bin' || below.length > 0) return undefined;
  const { refused, beforeSystem } = judgeNames([name], neverWrapped);
  const isBad = beforeSystem.length > 0 || refused.some(({ names }) => names.length > 0);
  return isBad ? 'would be run on the host in place of a program of the system' : undefined;
}

function withoutStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : text;
}
