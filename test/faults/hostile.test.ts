import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quoteBash } from '../../src/scripts/quote-bash.ts';
import { parseEnvironment } from '../harness/environment.ts';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';
import { stringFields } from '../hostile/fields.ts';
import { acceptedTricks, fieldsLeftOut, type HostileRecipe, makePicker, makeRecipe } from '../hostile/recipes.ts';

/** By the tool that modulefiles are written for, how many recipes are installed at once. Lmod reads both kinds here. */
const tools: readonly [string, number][] = [
  ['lmod', 12],
  ['environment-modules', 6],
];

/** Lmod's reader of Tcl drops blanks at the end, and Tcl 8.6 knows no characters beyond U+FFFF. */
const lostInTcl = /\s$|[\u{10000}-\u{10ffff}]/u;

/** What no terminal shows, or obeys; lines and columns apart. */
const unseen = /[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

test.each(tools)(
  'good recipes full of tricks, modulefiles for %s: held exactly outside and inside, nothing else runs, nothing else is written',
  async (tool, recipesAtOnce) => {
    const sandbox = makeSandbox();
    const settings = { CTINSTALL_MODULES_TOOL: tool };
    const lures = { canary: join(sandbox.dir, 'canary'), elsewhere: join(sandbox.dir, 'elsewhere') };
    const tricks = acceptedTricks(lures, (value) => tool === 'lmod' || !lostInTcl.test(value));
    const { pick, used } = makePicker(tricks);
    const binds = join(sandbox.dir, 'binds');
    const recipes = Array.from({ length: recipesAtOnce }, (_, number) =>
      makeRecipe(number, tricks, { pick, binds, prefix: sandbox.prefix }),
    );
    const all = [...used.keys(), 'env.module{}', 'env.container{}', 'aliases{}', ...fieldsLeftOut];
    expect(all.toSorted()).toEqual([...new Set(stringFields.map(({ path }) => path))].toSorted());

    for (const { recipe, fileName } of recipes) sandbox.write(`recipes/${fileName}`, JSON.stringify(recipe));
    writeList(
      sandbox,
      'images',
      recipes.map(({ imageFile }) => imageFile),
    );
    writeList(
      sandbox,
      'directories',
      recipes.flatMap(({ bindDirectories }) => bindDirectories),
    );
    await sandbox.succeed(`
    mkdir images elsewhere binds out
    while IFS= read -r -d '' image; do [ -e "images/$image" ] || cp "$CT_IMAGES/tiny.sif" "images/$image"; done < images.list
    while IFS= read -r -d '' directory; do mkdir -p "$directory"; done < directories.list`);
    const before = await listing(sandbox);

    const installed = await sandbox.run('ctinstall --image-dir images recipes/*.yaml', settings);
    expect(installed.stderr).not.toMatch(unseen);
    expect([installed.status, installed.stderr.slice(-1500)]).toEqual([0, expect.anything()]);
    await sandbox.succeed(recipes.map(({ module }, index) => use(module, index)).join('\n'));
    for (const [index, hostile] of recipes.entries()) expectHeld(hostile, join(sandbox.dir, 'out', `${index}`));

    const commands = [
      'ctinstall list',
      'ctinstall list --json',
      'ctinstall verify',
      'ctinstall search --easyconfigs recipes',
      ...recipes
        .slice(0, 2)
        .flatMap(({ fileName, module }) => [
          `ctinstall show --image-dir images ./recipes/${fileName}`,
          `ctinstall show ${module}`,
          `ctinstall --dry-run --rebuild --image-dir images recipes/${fileName}`,
          `ctinstall uninstall --yes ${module}`,
        ]),
    ];
    const script = commands.map((command) => `${command} 2>&1; printf '\\0%s\\0' $?`);
    const said = (await sandbox.run(script.join('\n'), settings)).stdout.split('\0');
    for (const [index, command] of commands.entries()) {
      const [text = '', status] = said.slice(2 * index);
      expect([command, status, unseen.exec(text)]).toEqual([command, '0', null]);
    }
    expect(existsSync(lures.canary)).toBe(false);
    expect(readdirSync(lures.elsewhere)).toEqual([]);
    expect(await listing(sandbox)).toBe(before);
    const strangers = `find "$CTINSTALL_PREFIX" -perm -o=w -not -type l; cd "$CTINSTALL_PREFIX"; ls -A; ls -A .ctinstall`;
    expect(await sandbox.succeed(strangers)).toMatch(/^\.ctinstall\nmodules\nsoftware\n(locks|staging|retired|\n)*$/);
  },
);

/** Loads a module, runs in its container, unloads it, and asks Lmod about it; what is said goes into files in `out`. */
const use = (module: string, index: number): string => `(
  M=${quoteBash(module)} AT=out/${index}
  mkdir "$AT"
  env -0 > "$AT/before"
  module load "$M" 2> "$AT/load"
  env -0 > "$AT/loaded"
  singularity exec "$SIF" cat /proc/self/environ > "$AT/inside" 2> "$AT/runtime"
  module unload "$M"
  env -0 > "$AT/after"
  for about in help whatis ${index % 2 === 0 ? 'show' : ''} ${index < 3 ? 'spider' : ''}; do module "$about" "$M" 2> "$AT/$about"; done
)`;

function expectHeld(hostile: HostileRecipe, at: string): void {
  const { module, installDir, fill, environment, prose, file, said, paths } = hostile;
  const read = (name: string): string => readFileSync(join(at, name), 'utf8');
  const filled = (values: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fill(value)]));
  expect(parseEnvironment(read('loaded'))).toMatchObject(filled(environment.module));
  expect(parseEnvironment(read('inside'))).toMatchObject(filled(environment.container));
  expect(parseEnvironment(read('after'))).toEqual(parseEnvironment(read('before')));
  expect([module, read('runtime')]).toEqual([module, '']);
  // Indented by four blanks, so that it is text as it stands in Markdown too.
  for (const text of [prose.description, prose.usage, prose.examples, prose.citing])
    expect(read('help').replace(/^ {4}/gm, '')).toContain(fill(text).trim());
  for (const line of prose.whatis) expect(read('whatis')).toContain(`: ${fill(line)}\n`);
  // Lmod breaks the lines of a message anew.
  const words = (text: string): string => text.split(/[ \n\t]+/).join(' ');
  expect(words(read('load'))).toContain(words(`${module} is deprecated: ${fill(prose.deprecated).trim()}`));
  expect(words(read('load'))).toContain(words(fill(prose.loadMessage).trim()));
  expect(readFileSync(join(installDir, fill(file.path)), 'utf8').trim()).toBe(fill(file.text).trim());
  for (const output of ['load', 'help', 'whatis', 'show', 'spider'].filter((each) => existsSync(join(at, each))))
    expect([module, output, unseen.exec(read(output))]).toEqual([module, output, null]);
  for (const [index, text] of said.entries())
    expect(readFileSync(join(installDir, `said-${index}`), 'utf8')).toBe(fill(text));
  for (const path of paths.slice(0, 1)) expect(existsSync(join(installDir, 'here/file', fill(path)))).toBe(true);
}

function writeList({ write }: Sandbox, name: string, entries: readonly string[]): void {
  write(`${name}.list`, entries.map((entry) => `${entry}\0`).join(''));
}

/** Everything but the prefix. */
function listing(sandbox: Sandbox): Promise<string> {
  return sandbox.succeed(
    `find . -mindepth 1 -path "./$(basename "$CTINSTALL_PREFIX")" -prune -o -path ./out -prune -o -path './.*' -prune -o -printf '%p %s %m %y %T@\\0' | sort -z | tr '\\0' '\\n'`,
  );
}
