import { readEasyconfig } from '../../discover/read-easyconfig.ts';
import { describeIssues } from '../../easyconfig/describe-issue.ts';
import { neverWrapped } from '../../easyconfig/never-wrapped.ts';
import { describeBadRelativePath } from '../../easyconfig/rules.ts';
import { parsePlacedYaml } from '../../easyconfig/yaml-places.ts';
import type { Imported } from '../../formats/imported.ts';
import { convertShpc } from '../../formats/shpc/convert.ts';
import { nameFromPath } from '../../formats/shpc/name.ts';
import { isMap, parseShpc, type ShpcRecipe } from '../../formats/shpc/recipe.ts';
import { newestOf, tagOfVersion } from '../../formats/shpc/tags.ts';
import { statIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { judgeNames } from '../../resolve/wrapper-names.ts';
import { type ImportedText, renderChecked } from './import-recipe.ts';

export interface ShpcOptions {
  readonly name?: string;
  /** One tag, or `newest`; the recipe's `latest` without one. */
  readonly tag?: string;
  /** The newest tag of this version, in place of `tag`. */
  readonly version?: string;
  readonly allTags?: boolean;
  readonly wrappers?: readonly string[];
}

/** The easyconfigs of a recipe of singularity-hpc. @throws CtinstallError `easyconfig-invalid`, `usage` for a tag that it has not */
export async function importShpcText(path: HostPath, text: string, options: ShpcOptions = {}): Promise<ImportedText[]> {
  const parsed = parseShpc(text);
  if ('fault' in parsed) {
    const { issues } = parsePlacedYaml(text);
    throw issues.length > 0
      ? refused(path, ...describeIssues(path, text, issues))
      : refused(path, `${formatLine(path)}:${parsed.line}: ${parsed.fault}`);
  }
  const { recipe, warning } = parsed;
  const faults: string[] = [];
  const made: ImportedText[] = [];
  for (const tag of tagsOf(recipe, options)) {
    const name = options.name ?? nameFromPath(path, recipe);
    const override = await readOverride(path, tag, recipe.overrides[tag]);
    const converted =
      'fault' in override
        ? override
        : convertShpc(recipe, { name, tag, override: override.value, wrappers: options.wrappers, judge });
    if ('fault' in converted) faults.push(converted.fault);
    else {
      const notes = warning === undefined ? [] : [{ line: undefined, message: warning }];
      const imported = { ...converted.imported, notes: [...notes, ...converted.imported.notes] };
      made.push(renderChecked(path, withImagePlace(path, recipe, imported), 'ctinstall import shpc'));
    }
  }
  const [first] = made;
  if (first === undefined) throw refused(path, ...faults.map((fault) => `${formatLine(path)}: ${fault}`));
  return [{ ...first, notes: [...faults.map((fault) => `left out: ${fault}`), ...first.notes] }, ...made.slice(1)];
}

function tagsOf(recipe: ShpcRecipe, { tag, version, allTags }: ShpcOptions): readonly string[] {
  const tags = [...recipe.tags.keys()];
  if (allTags === true) return tags;
  const asked = version ?? tag;
  if (asked === undefined) return [recipe.latest];
  const found =
    version !== undefined
      ? tagOfVersion(tags, version)
      : tag === 'newest'
        ? newestOf(tags)
        : tags.find((each) => each === tag);
  if (found !== undefined) return [found];
  throw new CtinstallError('usage', `the recipe has no tag \`${formatLine(asked)}\``, {
    hint: `it has ${tags
      .slice(0, 20)
      .map((each) => `\`${formatLine(each)}\``)
      .join(', ')}${tags.length > 20 ? ' …' : ''}`,
  });
}

/** An image beside the recipe is found from elsewhere too. */
function withImagePlace(path: HostPath, { source }: ShpcRecipe, imported: Imported): Imported {
  const { image } = imported.easyconfig;
  if (source.kind !== 'path' || image === undefined || image === 'none') return imported;
  const directory = hostPath('..', hostPath(source.name, hostPath('..', path)));
  return { ...imported, easyconfig: { ...imported.easyconfig, image: { ...image, directory } } };
}

/** Its name is that of a file beside the recipe or below, and leads nowhere else. */
async function readOverride(
  path: HostPath,
  tag: string,
  file: unknown,
): Promise<{ value: unknown } | { fault: string }> {
  if (file === undefined || file === null) return { value: undefined };
  const shown = `the tag \`${formatLine(tag)}\`: the file \`${formatLine(String(file))}\`, which overrides the recipe for it,`;
  if (typeof file !== 'string' || describeBadRelativePath(file) !== undefined)
    return { fault: `${shown} is no path below the recipe's directory` };
  const beside = hostPath(file, hostPath('..', path));
  if ((await statIfThere(beside)) === undefined) return { fault: `${shown} is not there` };
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(await readEasyconfig(beside), { logLevel: 'silent', stringKeys: true });
    if (isMap(value)) return { value };
  } catch (error) {
    if (error instanceof CtinstallError) return { fault: `${shown} cannot be read: ${error.message}` };
  }
  return { fault: `${shown} is no YAML with fields of a recipe` };
}

function judge(names: readonly string[]): { never: readonly string[]; hiding: readonly string[] } {
  const { behindShell, beforeSystem } = judgeNames(names, neverWrapped);
  return { never: neverWrapped, hiding: [...behindShell, ...beforeSystem] };
}

function refused(path: HostPath, ...details: string[]): CtinstallError {
  return new CtinstallError('easyconfig-invalid', `\`${formatLine(path)}\` cannot be imported`, { details });
}

/** The tag of a recipe that a version stands for, if it has one. Says nothing of what else is wrong with the recipe. */
export async function findTagOf(path: HostPath, version: string): Promise<string | undefined> {
  const parsed = parseShpc(await readEasyconfig(path));
  return 'fault' in parsed ? undefined : tagOfVersion([...parsed.recipe.tags.keys()], version);
}
