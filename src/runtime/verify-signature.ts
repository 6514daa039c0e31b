import { withFileReader } from '../host/file-reader.ts';
import { commandError, type RunResult, run } from '../host/run.ts';
import { readSifContents } from '../image/read-image.ts';
import type { SifDescriptor } from '../image/types.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatCommand, formatValue } from '../lib/format.ts';
import type { HostPath } from '../lib/paths.ts';
import { runtimeEnvironment } from './runtime-environment.ts';
import { describeBadSignature } from './signature-failure.ts';

export interface VerifyOptions {
  readonly image: HostPath;
  /** What a message calls it, where it is a copy: where it comes from. */
  readonly shown?: string;
  /** Program: a name on `PATH` or a path. */
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

/** Where the user's keys lie, and what a user or site has set for images that are signed without PGP. */
const keptVariables = [
  'KEYSDIR',
  'SYPGPDIR',
  'CONFIGDIR',
  'VERIFY_KEY',
  'VERIFY_CERTIFICATE',
  'VERIFY_INTERMEDIATES',
  'VERIFY_ROOTS',
  'VERIFY_OCSP',
];

/**
 * Has the runtime check the signatures of a SIF, and requires that they cover all that is in it: the file system that
 * runs, but also an overlay that the runtime would put over it. Returns who signed it, in one line.
 *
 * Trusted are the keys in the keyrings of the user and of the site, and no others (`verify --local`): a key server has
 * keys of everyone, and `verify` would take any of them. So no network is needed either.
 *
 * The runtime looks at every group of objects and refuses objects without a group, or in a group but not in its
 * signature (sif, `pkg/integrity`); `--all` adds to that for signatures of the old, insecure form only. What it says it
 * has looked at is compared with what the file holds, in case another version looks at less.
 * @throws CtinstallError `signature-invalid`, `interrupted`; `image-…` where the file can't be read as a SIF
 */
export async function verifySignature(options: VerifyOptions): Promise<string> {
  const { image, shown = image, runtime, environment, signal, log } = options;
  const { descriptors } = await withFileReader(image, (reader) => readSifContents(reader, image));
  const argv = [runtime, 'verify', '--local', image] as const;
  log(formatCommand(argv));
  const said = cleanOutput(await run(argv, { env: runtimeEnvironment(environment, keptVariables), signal }));
  for (const line of `${said.stdout}\n${said.stderr}`.split('\n')) if (line !== '') log(line);
  if (said.exitCode !== 0) {
    const failed = commandError(argv, said, 'verifying the signature');
    const { why, hint } = describeBadSignature(`${said.stdout}\n${said.stderr}`, { descriptors, runtime });
    throw new CtinstallError('signature-invalid', `\`${shown}\` ${why}`, { details: failed.details, hint });
  }
  const uncovered = findUncovered(descriptors, verifiedObjects(said.stdout));
  if (uncovered.length > 0)
    throw new CtinstallError(
      'signature-invalid',
      `\`${shown}\` is signed only in part: not covered is ${uncovered.map(describeObject).join(', ')}`,
      { hint: 'ask whoever made the image to sign all of it' },
    );
  return describeSigners(`${said.stdout}\n${said.stderr}`);
}

/**
 * Refuses an image that carries no signature at all: that can be told before anything is done with it.
 * @throws CtinstallError `signature-invalid`; `image-…` where the file can't be read as a SIF
 */
export async function requireAnySignature(image: HostPath, runtime: string): Promise<void> {
  const { descriptors } = await withFileReader(image, (reader) => readSifContents(reader, image));
  if (descriptors.some(({ type }) => type === 'signature')) return;
  const { why, hint } = describeBadSignature('', { descriptors, runtime });
  throw new CtinstallError('signature-invalid', `\`${image}\` ${why}`, { hint });
}

/** Ids in the table under "Objects verified"; undefined where there is no such table. */
function verifiedObjects(stdout: string): ReadonlySet<number> | undefined {
  if (!/^Objects verified:/m.test(stdout)) return undefined;
  return new Set(Array.from(stdout.matchAll(/^(\d+) *\|/gm), ([, id]) => Number(id)));
}

/** The objects that no signature vouches for. An id that two objects have vouches for neither. */
function findUncovered(
  descriptors: readonly SifDescriptor[],
  verified: ReadonlySet<number> | undefined,
): SifDescriptor[] {
  return descriptors.filter(
    ({ type, id, group }) =>
      type !== 'signature' &&
      (group === undefined ||
        (verified !== undefined && !verified.has(id)) ||
        descriptors.filter((other) => other.id === id).length > 1),
  );
}

function describeObject(object: SifDescriptor): string {
  const what = object.type === 'partition' ? `${object.partitionType} partition` : object.typeName;
  return `object ${object.id} (${what})`;
}

/** Apptainer and SingularityCE print a name and a fingerprint for each signature, and the file of a key that has no name. */
function describeSigners(said: string): string {
  const names = Array.from(said.matchAll(/Signing entity: *(.*\S)/g), ([, name = '']) => name);
  const prints = Array.from(said.matchAll(/Fingerprint: *([0-9A-Fa-f]{40,64})\b/g), ([, print = '']) => print);
  const signers = new Set(names.map((name, at) => `${name}${prints[at] === undefined ? '' : ` (${prints[at]})`}`));
  if (signers.size > 0) return `signed by ${[...signers].join(' and ')}`;
  const [, what, file] = /Verifying image with key material from (certificate )?'(.*)'/.exec(said) ?? [];
  return file === undefined ? 'signed' : `signed with the key of ${what ?? ''}\`${file}\``;
}

/** A signer chooses a name: nothing in it reaches a terminal as it is. */
function cleanOutput(result: RunResult): RunResult {
  const clean = (text: string): string =>
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
      .replace(/\u001b\[[0-9;]*m/g, '')
      .split(/\r?\n/)
      .map((line) => formatValue(line, 1000))
      .join('\n');
  return { ...result, stdout: clean(result.stdout), stderr: clean(result.stderr) };
}
