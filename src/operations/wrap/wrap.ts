import { describeIssues } from '../../easyconfig/describe-issue.ts';
import { fileNameOf } from '../../easyconfig/normalize.ts';
import { parseEasyconfig } from '../../easyconfig/parse.ts';
import { renderWrapped } from '../../easyconfig/render-wrapped.ts';
import { namePattern, versionSuffixPattern } from '../../easyconfig/rules.ts';
import {
  isDirectory,
  isFile,
  makeDirectory,
  readTextIfThere,
  removeEmptyDirectory,
  removeFile,
  writeFileWhole,
} from '../../host/files.ts';
import { withTemporaryDirectory } from '../../host/temporary.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand, formatValue } from '../../lib/format.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { didYouMean } from '../../lib/near.ts';
import { type HostPath, hostPath, installDirOf, joinHost, ownEasyconfigsOf } from '../../lib/paths.ts';
import { readRecord } from '../../records/record.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { runSquashfsScript } from '../../squashfs/run-script.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { install } from '../install/install.ts';
import type { TellInstall } from '../install/told.ts';
import { withWritablePrefix } from '../install/writable-prefix.ts';
import { wrapConda } from './conda.ts';
import { wrapContainer } from './container.ts';
import { wrapDirectory } from './directory.ts';
import { guessName, type ModuleNamed } from './guess-name.ts';
import { wrapPip } from './pip.ts';
import { type Wrap, type WrapFlags, type WrapKind, type WrapRequest, type WrapResult, wrapKinds } from './types.ts';

const wraps: Readonly<Record<WrapKind, Wrap>> = {
  container: wrapContainer,
  directory: wrapDirectory,
  pip: wrapPip,
  conda: wrapConda,
};

export interface WrapOptions {
  readonly kind: string;
  readonly what: string;
  /** For pip. */
  readonly pipOptions: readonly string[];
  readonly flags: WrapFlags;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  readonly tell: (told: WrapTold) => void;
  /** Hears of the install of what was wrapped. */
  readonly tellInstall: TellInstall;
}

export type WrapTold =
  /** The easyconfig that a dry run would write. */
  | { readonly kind: 'easyconfig'; readonly text: string }
  /** What was said when a directory was packed anew. */
  | { readonly kind: 'packed'; readonly lines: readonly string[] };

/** Writes the easyconfig of what is there already, and installs it. A wrap that fails leaves neither. */
export async function wrap(
  { kind, what, pipOptions: options, flags, settings: overrides, tell, tellInstall }: WrapOptions,
  context: Context,
): Promise<void> {
  const known = requireKind(kind);
  checkFlags(known, options, flags);
  const named = checkName({ ...(await guessName(known, [what, ...options], context)), ...givenName(flags) });
  const settings = await withWritablePrefix(await readSettingsOf(context, overrides), context);
  const to =
    flags.output === undefined
      ? joinHost(ownEasyconfigsOf(settings.prefix), fileNameOf(named))
      : hostPath(flags.output, context.cwd);
  const command = maskSecrets(formatCommand(['ctinstall', 'wrap', kind, what, ...(known === 'pip' ? options : [])]));
  const request = { ...named, what, options, flags, command, settings, context };
  const makeIn = (beside: HostPath): Promise<WrapResult> => wraps[known]({ ...request, beside });
  const installIt = (path: HostPath, result: WrapResult): Promise<void> =>
    install(
      {
        ...flags,
        ...{ rebuild: isUpdate(flags), force: false, image: result.image },
        ...{ easyconfigs: [path], settings: overrides, tell: tellInstall },
      },
      context,
    );
  if (flags.dryRun === true)
    return withTemporaryDirectory(context.environment.TMPDIR || '/tmp', async (directory) => {
      const result = await makeIn(hostPath(directory));
      const path = joinHost(hostPath(directory), fileNameOf(named));
      const text = textOf(result);
      await writeFileWhole(path, text, 0o666);
      tell({ kind: 'easyconfig', text });
      await installIt(path, result);
    });
  const before = await readTextIfThere(to);
  const beside = hostPath('..', to);
  const isNewDirectory = !(await isDirectory(beside));
  if (flags.output === undefined) await makeDirectory(beside);
  const result = await makeIn(beside).catch(async (error: unknown) => {
    if (isNewDirectory) await removeEmptyDirectory(beside);
    throw error;
  });
  const made = [...(before === undefined ? [to] : []), ...result.made];
  try {
    const text = textOf(result);
    if (before !== undefined && before !== text) await refuseOther(to, request);
    await writeFileWhole(to, text, 0o666);
    if (isUpdate(flags)) await packAnew(result, request, tell);
    await installIt(to, result);
  } catch (error) {
    for (const path of made) await removeFile(path);
    if (before !== undefined) await writeFileWhole(to, before, 0o666);
    if (isNewDirectory) await removeEmptyDirectory(beside);
    throw error;
  }
}

function isUpdate({ update, rebuild }: WrapFlags): boolean {
  return update === true || rebuild === true;
}

function requireKind(kind: string): WrapKind {
  const known = wrapKinds.find((each) => each === kind);
  if (known !== undefined) return known;
  throw new CtinstallError('usage', `\`${formatValue(kind)}\` is nothing that \`ctinstall wrap\` knows`, {
    hint: didYouMean(kind, wrapKinds) ?? `it wraps one of: ${wrapKinds.join(', ')}`,
  });
}

/** What belongs to another kind is refused. */
function checkFlags(kind: WrapKind, options: readonly string[], flags: WrapFlags): void {
  const refuse = (what: string): never => {
    throw new CtinstallError('usage', `${what} does not go with \`ctinstall wrap ${kind}\``, {
      hint: 'see `ctinstall help wrap`',
    });
  };
  if (options.length > 0 && kind !== 'pip') refuse(`\`${formatValue(options[0] ?? '')}\``);
  if (flags.base !== undefined && kind === 'container') refuse('`--base`');
  if (flags.condaProgram !== undefined && kind !== 'conda') refuse('`--conda-program`');
  for (const [flag, isGiven] of [
    ['--mask', flags.mask === true],
    ['--at', flags.at !== undefined],
    ['--update', flags.update === true],
  ] as const)
    if (isGiven && kind !== 'directory') refuse(`\`${flag}\``);
}

function givenName({ name, version, versionsuffix }: WrapFlags): Partial<ModuleNamed> {
  return {
    ...(name === undefined ? {} : { name }),
    // A name of one's own has a version of one's own.
    ...(version === undefined ? (name === undefined ? {} : { version: '1', versionsuffix: '' }) : { version }),
    ...(version === undefined ? {} : { versionsuffix: '' }),
    ...(versionsuffix === undefined ? {} : { versionsuffix }),
  };
}

/** @throws CtinstallError `usage` where a part of the name is missing or cannot be one */
function checkName({ name, version = '1', versionsuffix = '' }: Partial<ModuleNamed>): ModuleNamed {
  if (name === undefined)
    throw new CtinstallError('usage', 'nothing says what the module is to be called', {
      hint: 'give it a name, and perhaps a version: `--name prog --version 2.1`',
    });
  for (const [flag, value, pattern] of [
    ['--name', name, namePattern],
    ['--version', version, namePattern],
    ['--versionsuffix', versionsuffix, versionSuffixPattern],
  ] as const)
    if (!pattern.test(value))
      throw new CtinstallError('usage', `\`${flag} ${formatValue(value)}\` cannot be part of the name of a module`, {
        hint: 'letters, digits and `.`, `_`, `+`, `-`, beginning with a letter or digit',
      });
  return { name, version, versionsuffix };
}

/** @throws CtinstallError `usage` where what was given makes no easyconfig */
function textOf({ wrapped }: WrapResult): string {
  const text = renderWrapped(wrapped);
  const { issues } = parseEasyconfig(text);
  if (issues.length === 0) return text;
  throw new CtinstallError('usage', 'no easyconfig can be made of this', {
    details: describeIssues('easyconfig', maskSecrets(text), issues),
    hint: 'give other names or paths',
  });
}

/** Of an easyconfig that says something else: it is overwritten where that is asked for, and what it says is then installed. */
async function refuseOther(
  to: HostPath,
  { flags, settings, name, version, versionsuffix }: Omit<WrapRequest, 'beside'>,
): Promise<void> {
  const is = `\`${to}\` is there already, and says something else`;
  if (flags.force !== true)
    throw new CtinstallError('usage', is, {
      hint: 'name another file with `--output <file>`, install it as it is with `ctinstall <file>`, or overwrite it with `--force`',
    });
  if (isUpdate(flags)) return;
  const record = (await readRecord(installDirOf(settings.prefix, name, `${version}${versionsuffix}`)))?.record;
  if (record !== undefined && (await isFile(hostPath(record.modulefile))))
    throw new CtinstallError(
      'usage',
      `${is}; ${record.moduleName} is installed, and \`--force\` alone does not replace that`,
      {
        hint: 'overwrite it and install it again with `--force --rebuild`, or give another `--version`',
      },
    );
}

/** Packs a directory over what an earlier wrap packed, in one step; a first wrap does it while it installs. */
async function packAnew(
  { packed }: WrapResult,
  request: Omit<WrapRequest, 'beside'>,
  tell: WrapOptions['tell'],
): Promise<void> {
  const { settings, name, version, versionsuffix, context } = request;
  const installDir = installDirOf(settings.prefix, name, `${version}${versionsuffix}`);
  if (packed === undefined || (await readRecord(installDir))?.record === undefined) return;
  const args = ['--from', packed, '--replace-squashfs', ...(request.flags.wait === false ? ['--no-wait'] : [])];
  const { lines } = await runSquashfsScript(joinHost(installDir, 'bin', 'make-squashfs'), args, {
    ...context,
    processors: undefined,
    title: `pack ${packed}`,
  });
  tell({ kind: 'packed', lines });
}
