import { searchEasyconfig } from '../../discover/easyconfigs.ts';
import { readExtended } from '../../discover/read-extended.ts';
import { fileNameOf } from '../../easyconfig/normalize.ts';
import { isVariant, type VariantRequest } from '../../easyconfig/variant-changes.ts';
import { createFileOnce } from '../../host/create-once.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, easyconfigPath } from '../context.ts';
import { loadEasyconfig } from '../install/load-easyconfig.ts';

export interface CopiedEasyconfig {
  readonly from: HostPath;
  readonly to: HostPath;
  /** Of the copy, in the current directory. */
  readonly name: string;
}

/**
 * Makes a copy of an easyconfig in the current directory, to edit. Changes that are asked for are in it,
 * and in its name.
 * @throws CtinstallError `filesystem` where a file of that name is there: it is never replaced
 */
export async function copyEasyconfig(
  argument: string,
  variant: VariantRequest,
  { settings, context }: { settings: Settings; context: Context },
): Promise<CopiedEasyconfig> {
  const { from, name, text } = await readOriginal(argument, variant, { settings, context });
  const to = joinHost(context.cwd, name);
  if ((await createHere(to, text)) !== text)
    throw new CtinstallError(
      'filesystem',
      from === to
        ? `\`${formatLine(to)}\` is here already`
        : `\`${formatLine(to)}\` is there already, and is not replaced`,
      {
        hint: 'edit that one, or move it aside',
      },
    );
  return { from, to, name };
}

async function readOriginal(
  argument: string,
  variant: VariantRequest,
  { settings, context }: { settings: Settings; context: Context },
): Promise<{ from: HostPath; name: string; text: string }> {
  if (isVariant(variant)) {
    const { path, text, easyconfig } = await loadEasyconfig(argument, { settings, context }, { variant });
    return { from: path, name: fileNameOf(easyconfig), text: withSchemaOf(text, path) };
  }
  // One with faults can be copied too: to fix it.
  const { path, text } = await searchEasyconfig(argument, {
    cwd: context.cwd,
    home: context.environment.HOME,
    directories: easyconfigPath(context, settings),
  });
  // What it extends does not lie beside the copy.
  const whole = (await readExtended(path, text))?.text ?? text;
  return { from: path, name: path.split('/').at(-1) ?? path, text: withSchemaOf(whole, path) };
}

/** The line by which editors find the schema leads there from the copy too. */
function withSchemaOf(text: string, path: HostPath): string {
  return text.replace(
    /^(# yaml-language-server: \$schema=)(\.\.?\/\S+)/m,
    (_, before: string, schema: string) => `${before}${hostPath(schema, hostPath('..', path))}`,
  );
}

/** @throws CtinstallError `filesystem` with the hint that goes with a copy, where the directory cannot be written to */
async function createHere(to: HostPath, text: string): Promise<string | undefined> {
  try {
    return await createFileOnce(to, text);
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code !== 'prefix-not-writable') throw error;
    const hint = 'the copy goes to the current directory: go to one of yours, and run this again there';
    throw new CtinstallError('filesystem', error.message, { hint, cause: error });
  }
}
