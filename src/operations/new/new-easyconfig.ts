import { describeIssues } from '../../easyconfig/describe-issue.ts';
import { type Draft, draftEasyconfig } from '../../easyconfig/draft.ts';
import { fileNameOf } from '../../easyconfig/normalize.ts';
import { parseEasyconfig } from '../../easyconfig/parse.ts';
import { renderDraft } from '../../easyconfig/render-draft.ts';
import { lstatIfThere, readTextIfThere, statIfThere, writeFileWhole } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { factsOfFile, factsOfSource, isSource } from './image-facts.ts';

export interface NewOptions {
  /** A file, or the source of one. */
  readonly image: string;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  readonly output?: string;
  readonly force?: boolean;
}

export interface NewEasyconfig {
  /** Where it was written; undefined where it is to be printed. */
  readonly path: HostPath | undefined;
  readonly text: string;
  readonly draft: Draft;
}

/** Writes a first easyconfig from an image file, or from the source of one. Nothing that is there is overwritten. */
export async function newEasyconfig(
  { image, settings: overrides, ...flags }: NewOptions,
  context: Context,
): Promise<NewEasyconfig> {
  const settings = await readSettingsOf(context, overrides, { needsPrefix: false });
  const { facts, notLooked } = isSource(image)
    ? { facts: factsOfSource(image), notLooked: 'a source is not pulled for this' }
    : await factsOfFile(hostPath(image, context.cwd), settings, context);
  const draft = draftEasyconfig(facts);
  const to = placeOf(draft, flags, context);
  const text = renderDraft(draft, {
    facts,
    groups: Object.keys(settings.bindGroups),
    schema: await schemaFor(to, context),
    file: flags.output === '-' ? undefined : to?.replace(/^.*\//, ''),
    image: maskSecrets(image),
    directory: isSource(image) ? undefined : directoryOf(hostPath(image, context.cwd), to, settings),
    notLooked,
  });
  refuseFaults(text);
  const made = { path: to, text, draft };
  if (to === undefined) return made;
  if (flags.force !== true && (await lstatIfThere(to)) !== undefined) {
    // Given again, the command finds what it wrote.
    if ((await readTextIfThere(to).catch(() => undefined)) === text) return made;
    throw new CtinstallError('usage', `\`${to}\` is there already`, {
      hint: 'name another file with `--output <file>`, print it with `--output -`, or overwrite it with `--force`',
    });
  }
  await writeFileWhole(to, text, 0o666);
  return made;
}

/** Undefined where an install finds the image without: in an image directory, or beside the easyconfig. */
export function directoryOf(
  image: HostPath,
  easyconfig: HostPath | undefined,
  { imageDirs }: Pick<Settings, 'imageDirs'>,
): HostPath | undefined {
  const directory = hostPath('..', image);
  const isFound =
    imageDirs.includes(directory) || (easyconfig !== undefined && hostPath('..', easyconfig) === directory);
  return isFound ? undefined : directory;
}

/** Undefined where it is to be printed. */
function placeOf(draft: Draft, { output }: Pick<NewOptions, 'output'>, { cwd }: Context): HostPath | undefined {
  if (output === '-') return undefined;
  return output === undefined ? joinHost(cwd, fileNameOf(draft)) : hostPath(output, cwd);
}

/** The schema that ships with ctinstall, if an editor can find it. */
export async function schemaFor(to: HostPath | undefined, { toolDir }: Context): Promise<string | undefined> {
  const schema = joinHost(toolDir, 'schemas', 'easyconfig.schema.json');
  return to !== undefined && (await statIfThere(schema)) !== undefined ? schema : undefined;
}

/** What is written must be an easyconfig, whatever the image says of itself. */
export function refuseFaults(text: string): void {
  const { issues } = parseEasyconfig(text);
  if (issues.length === 0) return;
  throw new CtinstallError('easyconfig-invalid', 'no easyconfig can be made of what the image says of itself', {
    details: describeIssues('draft', maskSecrets(text), issues),
    hint: 'write one by hand; `ctinstall show <image>` says what is in the image',
  });
}
