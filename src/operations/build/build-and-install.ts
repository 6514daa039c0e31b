import { namePattern } from '../../easyconfig/rules.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import type { Context } from '../context.ts';
import { install } from '../install/install.ts';
import type { TellInstall } from '../install/told.ts';
import type { BuildOptions, BuildOutcome } from './types.ts';

export interface BuildAndInstallOptions extends Pick<BuildOptions, 'force' | 'update' | 'settings'> {
  readonly build: () => Promise<BuildOutcome>;
  /** Whether the new image is installed as a module too. */
  readonly install?: boolean;
  /** Of the module; from the name of the image without it. */
  readonly name?: string;
  readonly version?: string;
  readonly tell: (built: BuildOutcome) => void;
  readonly tellInstall: TellInstall;
}

/** Builds an image, and makes a module of it where that is asked for. */
export async function buildAndInstall(options: BuildAndInstallOptions, context: Context): Promise<void> {
  const named = readName(options);
  const built = await options.build();
  options.tell(built);
  if (options.install !== true || built.isPlan) return;
  // The image is the user's own and new: a draft of it is what was asked for, and where it replaces one, so does its module.
  const rebuild = options.force === true || options.update === true;
  const asked = { easyconfigs: [built.path], settings: options.settings, rebuild };
  await install({ ...asked, named, tell: options.tellInstall }, context);
}

/** @throws CtinstallError `usage` before anything is built */
function readName({
  install: installs,
  name,
  version,
}: BuildAndInstallOptions): { name: string; version: string } | undefined {
  if (name === undefined && version === undefined) return undefined;
  const refuse = (message: string, hint: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  if (installs !== true) refuse('`--name` and `--version` are of a module', 'make one with `--install`');
  if (name === undefined) return refuse('`--version` goes with `--name`', 'such as `--name mytool --version 1.0`');
  const named = { name, version: version ?? '1' };
  for (const [flag, value] of Object.entries(named))
    if (!namePattern.test(value))
      refuse(
        `\`--${flag} ${formatValue(value)}\` cannot be part of the name of a module`,
        'letters, digits and `.`, `_`, `+`, `-`, beginning with a letter or digit',
      );
  return named;
}
