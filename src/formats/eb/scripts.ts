import { describeBadInstalledFile, scriptPattern } from '../../easyconfig/rules.ts';
import type { WrittenEasyconfig } from '../../easyconfig/schema.ts';
import { recogniseScript } from './known-scripts.ts';
import type { Made, MadeFile } from './made.ts';
import type { Notebook } from './notebook.ts';

type Wrapper = NonNullable<WrittenEasyconfig['wrappers']>[number];
type File = NonNullable<WrittenEasyconfig['files']>[number];

export interface TakenScripts {
  readonly runscripts: readonly string[];
  readonly wrappers: readonly Wrapper[];
  readonly files: readonly File[];
  /** What takes a command in the container. */
  readonly commands: readonly string[];
}

/** What becomes of the files that a recipe makes: some are scripts that ctinstall has, the rest is carried along as it is. */
export function takeScripts(
  made: Made,
  notebook: Notebook,
  { name: software, image }: { name: string; image: string | undefined },
): TakenScripts {
  const runscripts: string[] = [];
  const wrappers: Wrapper[] = [];
  const files: File[] = [];
  for (const [path, file] of followLinks(made, notebook)) {
    const name = path.replace(/^.*\//, '');
    // Those of ctinstall start the install's own image.
    const known =
      image !== undefined && file.content.kind === 'text'
        ? recogniseScript(path, file.content.text, software)
        : undefined;
    if (known?.kind === 'ours') {
      notebook.replaced.push(path);
      if (known.remark !== undefined) notebook.say(file.line, known.remark);
      if (known.asked === 'wrappers') wrappers.push(known.name);
      if (known.asked === 'runscripts') runscripts.push(known.name);
    } else if (known?.kind === 'wrapper' && scriptPattern.test(name)) wrappers.push(wrapperOf(name, known));
    else takeFile(path, file, { files, notebook });
  }
  return { runscripts, wrappers, files, commands: directoriesToMake(made, files) };
}

function wrapperOf(name: string, { command, args }: { command: string; args: readonly string[] }): Wrapper {
  if (command === name && args.length === 0) return name;
  return { name, ...(command === name ? {} : { command }), ...(args.length === 0 ? {} : { args: [...args] }) };
}

function takeFile(
  path: string,
  { content, mode, line }: MadeFile,
  { files, notebook }: { files: File[]; notebook: Notebook },
): void {
  const bad = describeBadInstalledFile(path);
  if (bad !== undefined) {
    notebook.say(line, `the file \`${path}\` ${bad}`);
    return;
  }
  const usual = /^(bin|runscripts)\//.test(path) ? 0o755 : 0o644;
  const bits = (mode & 0o755) | 0o400;
  files.push({
    path,
    ...(bits === usual ? {} : { mode: bits.toString(8) }),
    ...(content.kind === 'text'
      ? { text: content.text.replace(/^\n+(?=#!)/, '').replace(/\n{2,}$/, '\n') }
      : { from: content.from }),
  });
}

/** A link to a file of the recipe's is that file once more. */
function followLinks({ files, links }: Made, notebook: Notebook): [string, MadeFile][] {
  const all: [string, MadeFile][] = [...files];
  for (const [path, first] of links) {
    let [target, rounds] = [first, 0];
    while (links.has(target) && rounds < 20) [target, rounds] = [links.get(target) ?? target, rounds + 1];
    const file = files.get(target);
    if (file === undefined)
      notebook.say(
        undefined,
        `the link \`${path}\` is left out: it leads to \`${target}\`, which is no file of the recipe's`,
      );
    else all.push([path, file]);
  }
  return all;
}

/** Directories that nothing else makes. */
function directoriesToMake({ directories }: Made, files: readonly File[]): string[] {
  const own = /^(|bin|runscripts|user-software(\/.*)?)$/;
  const wanted = [...directories].filter(
    (path) => !own.test(path) && !files.some((file) => file.path.startsWith(`${path}/`)),
  );
  return wanted.map((path) => `mkdir -p '%(installdir)s/${path.replaceAll("'", `'\\''`)}'`);
}
