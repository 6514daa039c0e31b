import { describeBadRelativePath } from '../../easyconfig/rules.ts';
import type { WrittenEasyconfig } from '../../easyconfig/schema.ts';
import { formatLine } from '../../lib/format.ts';
import { parseCommands } from '../shell.ts';
import { withPlainImage } from './known-scripts.ts';
import type { Notebook } from './notebook.ts';
import type { Parameter } from './read-recipe.ts';
import type { Value } from './values.ts';

type Commands = NonNullable<WrittenEasyconfig['sanity_check_commands']>;

/** What EasyBuild would check after an install. */
export function takeChecks(
  { paths, commands }: { paths: Parameter | undefined; commands: Parameter | undefined },
  context: { name: string; image: string | undefined; notebook: Notebook },
): { paths: { files?: string[]; dirs?: string[] } | undefined; commands: Commands } {
  const [files, dirs] = ['files', 'dirs'].map((kind) => pathsOf(paths, kind, context));
  const found = { ...(files?.length ? { files } : {}), ...(dirs?.length ? { dirs } : {}) };
  return { paths: Object.keys(found).length === 0 ? undefined : found, commands: commandsOf(commands, context) };
}

function pathsOf(
  paths: Parameter | undefined,
  kind: string,
  { image, notebook }: { image: string | undefined; notebook: Notebook },
): string[] {
  const entry = paths?.value.kind === 'dict' ? paths.value.entries.find(({ key }) => key === kind)?.value : undefined;
  const items = entry?.kind === 'list' ? entry.items : [];
  return items.flatMap((item) => {
    if (item.kind !== 'text') {
      notebook.say(item.line, 'a path among several of which one must be there is not checked');
      return [];
    }
    const path = item.text.replace(/^%\(installdir\)s\/?/, '');
    // The image is checked with each install, wherever it is; the install dir itself is there.
    if (path.replace(/^.*\//, '') === image || path === '' || path === '.') return [];
    const bad = describeBadRelativePath(path);
    if (bad === undefined) return [path];
    notebook.say(item.line, `\`${formatLine(path)}\` ${bad}: it is not checked`);
    return [];
  });
}

/** On the host with the module loaded, but for those that only enter the container. */
function commandsOf(
  commands: Parameter | undefined,
  { name, notebook }: { name: string; notebook: Notebook },
): Commands {
  const items = commands?.value.kind === 'list' ? commands.value.items : commands === undefined ? [] : [commands.value];
  return items.flatMap((item): Commands => {
    const text = commandText(item);
    if (text === undefined) {
      notebook.say(item.line, 'a check that is no text is not carried over');
      return [];
    }
    const inside = commandInside(withPlainImage(text, name));
    if (inside !== undefined) return [inside];
    notebook.say(
      item.line,
      `this check runs on the host, which takes \`--allow-host-commands\`: \`${formatLine(text.slice(0, 100))}\``,
    );
    return [{ command: text, host: true }];
  });
}

/** A text, or a pair of a program and its arguments. */
function commandText(item: Value): string | undefined {
  if (item.kind === 'text') return item.text;
  if (item.kind !== 'list' || item.items.length !== 2) return undefined;
  const texts = item.items.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  return texts.length === 2 ? texts.join(' ') : undefined;
}

/** What `singularity exec $SIF …` runs inside; undefined where the host's shell has a part in it. */
function commandInside(text: string): string | undefined {
  const [whole, command = ''] = /^\s*(?:singularity|apptainer) exec "?\$\{?SIF\}?"? ([^\n]+)$/.exec(text) ?? [];
  const parsed = whole === undefined ? undefined : parseCommands(command);
  if (
    parsed?.length !== 1 ||
    parsed.some(
      ({ words, output, input }) =>
        output !== undefined || input !== undefined || words.some(({ isExpanded }) => isExpanded),
    )
  )
    return undefined;
  return command.trim();
}
