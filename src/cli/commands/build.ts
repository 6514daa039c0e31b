import { CtinstallError } from '../../lib/errors.ts';
import { formatBytes, formatLine, formatSeconds } from '../../lib/format.ts';
import { build } from '../../operations/build/build.ts';
import { type BuildAndInstallOptions, buildAndInstall } from '../../operations/build/build-and-install.ts';
import { buildDefinition } from '../../operations/build/definition/build-definition.ts';
import type { WayChoice } from '../../operations/build/definition/choose-way.ts';
import type { BuildOptions, BuildOutcome } from '../../operations/build/types.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printEvent } from '../json/print.ts';
import { tellInstall } from '../words/tell-install.ts';

export interface BuildFlags
  extends Omit<BuildOptions, 'output' | 'base' | 'settings'>,
    Pick<BuildAndInstallOptions, 'install' | 'name' | 'version'> {
  readonly base?: string;
  readonly definition?: string;
  readonly packages?: readonly string[];
  readonly buildArg?: readonly string[];
  readonly way?: WayChoice;
}

/** `ctinstall build <image>`. */
export async function buildImage(
  output: string,
  flags: BuildFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const asked = { ...flags, output, settings };
  const make = makerOf(asked, context);
  const tell = (outcome: BuildOutcome): void => tellBuilt(outcome, context);
  await buildAndInstall({ ...asked, build: make, tell, tellInstall: tellInstall(context) }, context);
}

type Asked = BuildFlags & Pick<BuildOptions, 'output' | 'settings'>;

/** What makes the image: a base with more files or packages, or a definition file. */
function makerOf(asked: Asked, context: CommandContext): () => Promise<BuildOutcome> {
  const { base, definition, packages, buildArg, way, update } = asked;
  if (update === true) refuseBeside('update', ['base', 'definition', 'packages'], asked);
  if (definition === undefined && buildArg !== undefined)
    throw new CtinstallError('usage', '`--build-arg` goes with `--definition`');
  if (definition === undefined && packages === undefined && way !== undefined)
    throw new CtinstallError('usage', '`--way` goes with `--definition` or `--packages`');
  if (definition === undefined && base === undefined && update !== true)
    throw new CtinstallError('usage', 'nothing says what the image is built on', {
      hint: 'name a SIF with `--base <image>`, or a definition file with `--definition <file>`',
    });
  if (definition !== undefined) {
    refuseBeside(
      'definition',
      ['base', 'packages', 'pip', 'wheels', 'files', 'conda', 'lock', 'checkReproducible'],
      asked,
    );
    return () => buildDefinition({ ...asked, from: { definition, buildArg: buildArg ?? [] } }, context);
  }
  if (packages !== undefined) {
    refuseBeside('packages', ['pip', 'wheels', 'files', 'conda', 'lock', 'checkReproducible'], asked);
    return () => buildDefinition({ ...asked, from: { base: base ?? '', packages } }, context);
  }
  return () => build({ ...asked, base: base ?? '' }, context);
}

function refuseBeside(what: string, others: readonly (keyof Asked)[], asked: Asked): void {
  for (const other of others)
    if (asked[other] !== undefined)
      throw new CtinstallError(
        'usage',
        `\`--${other === 'checkReproducible' ? 'check-reproducible' : other}\` does not go with \`--${what}\``,
        {
          hint:
            other === 'lock' || other === 'wheels' || other === 'checkReproducible'
              ? 'it is of images to which files, Python packages or a conda environment are added'
              : 'build one image, and the other on it: `ctinstall build other.sif --base one.sif …`',
        },
      );
}

function tellBuilt({ path, isPlan, built }: BuildOutcome, context: CommandContext): void {
  if (context.isJson) {
    const { bytes = null, record = null } = built ?? {};
    printEvent('built', { event: 'built', image: path, isPlan, bytes, record }, context);
    return;
  }
  context.print(formatLine(isPlan ? `would build ${path}` : path));
  if (built === undefined) return;
  const { bytes, baseBytes, seconds } = built;
  const added = baseBytes === undefined ? '' : `, of which ${formatBytes(Math.max(0, bytes - baseBytes))} are new`;
  const message = `${formatBytes(bytes)}${added}; it took ${formatSeconds(seconds)}`;
  context.reporter.report({ event: 'note', message });
}
