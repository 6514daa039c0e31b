import type { HostPath } from '../lib/paths.ts';
import { joinHost } from '../lib/paths.ts';
import { listDirectory, lstatIfThere } from './files.ts';
import { resolveInRoot } from './resolve-in-root.ts';

/**
 * The paths below a root that a pattern stands for, as `filepath.Match` of Go has it, by which the runtimes copy files: `*`,
 * `?`, `[a-z]`, `[^a]` and `\` within one part of a path. Sorted; one without any of these is there or not. In a root other
 * than `/` no link leads out.
 */
export async function expandPattern(root: HostPath, pattern: string): Promise<HostPath[]> {
  let found: string[] = [''];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const next: string[] = [];
    for (const before of found) {
      if (!isPattern(part)) next.push(`${before}/${part}`);
      else
        for (const { name } of await listDirectory(await placeOf(root, before)).catch(() => []))
          if (expressionOf(part).test(name)) next.push(`${before}/${name}`);
    }
    found = next;
  }
  const paths: HostPath[] = [];
  for (const path of found.toSorted()) {
    const at = path.lastIndexOf('/');
    // A link itself, and not where it leads.
    const above = at === 0 ? root : await placeOf(root, path.slice(0, at));
    const place = joinHost(above, path.slice(at + 1));
    if ((await lstatIfThere(place)) !== undefined) paths.push(place);
  }
  return paths;
}

export function isPattern(text: string): boolean {
  return /[*?[\\]/.test(text);
}

async function placeOf(root: HostPath, path: string): Promise<HostPath> {
  if (path === '') return root;
  return root === '/' ? joinHost(root, path) : resolveInRoot(root, path);
}

function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|[*?]|[^\w]/gsu, (text, escaped, not, inside) => {
    if (escaped !== undefined) return literal(String(escaped));
    if (inside !== undefined)
      return `[${not}${String(inside).replace(/\\(.)|([[^])/gsu, (_, a, b) => inClass(String(a ?? b)))}]`;
    if (text === '*') return '.*';
    return text === '?' ? '.' : literal(text);
  });
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    // No pattern after all: it stands for itself.
    return new RegExp(`^${literal(pattern)}$`, 'su');
  }
}

/** With `u` nothing else may be escaped: no `-`, but in brackets. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function inClass(character: string): string {
  return character === '-' ? '\\-' : literal(character);
}
