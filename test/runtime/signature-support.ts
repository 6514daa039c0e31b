import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { readSifContents } from '../../src/image/read-image.ts';
import type { SifContents } from '../../src/image/types.ts';
import type { CtinstallError } from '../../src/lib/errors.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { verifySignature } from '../../src/runtime/verify-signature.ts';
import { machine, tinyImage } from '../harness/sandbox.ts';
import { failure } from '../image/failure.ts';
import { fileReader } from '../image/readers.ts';

/** A directory of the test file's own: HOME of what runs. */
export const root = mkdtempSync(join(tmpdir(), 'ctinstall-test-'));
/** A keyring with a key that can sign, by the name of its owner. */
export const keyrings: Record<string, { directory: string; fingerprint: string }> = {};

beforeAll(() => {
  for (const name of ['Ada', 'Bob']) {
    const directory = join(root, name);
    mkdirSync(directory, { mode: 0o700 });
    singularity(
      [
        'key',
        'newpair',
        '--bit-length',
        '2048',
        '--name',
        name,
        '--email',
        `${name}@example.org`,
        '--comment',
        '',
        '--password',
        '',
      ],
      { APPTAINER_KEYSDIR: directory },
    );
    const listed = singularity(['key', 'list'], { APPTAINER_KEYSDIR: directory });
    keyrings[name] = { directory, fingerprint: /Fingerprint: +([0-9A-F]{40})/.exec(listed)?.[1] ?? '' };
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

export function singularity(args: readonly string[], more: Readonly<Record<string, string>> = {}): string {
  return execFileSync('singularity', args, {
    cwd: root,
    env: { PATH: machine.path, HOME: root, ...more },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export const keysOf = (name: string): Record<string, string> => ({
  APPTAINER_KEYSDIR: keyrings[name]?.directory ?? '',
});

/** A copy of an image that a test may change, signed by the one named. */
export function makeImage(signer?: string, ...options: readonly string[]): string {
  const image = join(mkdtempSync(join(root, 'image-')), 'tiny.sif');
  copyFileSync(tinyImage, image);
  if (signer !== undefined) singularity(['sign', ...options, image], keysOf(signer));
  return image;
}

/** As one who has Ada's public key. */
export function verify(
  image: string,
  more: Readonly<Record<string, string>> = {},
  log: string[] = [],
): Promise<string> {
  return verifySignature({
    image: hostPath(image),
    runtime: 'singularity',
    environment: { PATH: machine.path, HOME: root, ...keysOf('Ada'), ...more },
    log: (line) => log.push(line),
  });
}

export async function expectRefused(
  image: string,
  why: string,
  more: Readonly<Record<string, string>> = {},
): Promise<CtinstallError> {
  const error = await failure(verify(image, more));
  expect(error).toMatchObject({ code: 'signature-invalid', message: `\`${image}\` ${why}` });
  expect(error.hint).toBeDefined();
  return error;
}

/** Overwrites bytes of a file, at byte `offset`. */
export function patch(file: string, offset: number, bytes: readonly number[]): void {
  const content = readFileSync(file);
  Buffer.from(bytes).copy(content, offset);
  writeFileSync(file, content);
}

export async function readContents(image: string): Promise<SifContents> {
  return readSifContents(await fileReader(image), image);
}

/** Where the descriptor of an object begins. */
export async function descriptorAt(image: string, slot: number): Promise<number> {
  return (await readContents(image)).descriptorsOffset + slot * 585;
}
