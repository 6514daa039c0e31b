import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { verifySignature } from '../../src/runtime/verify-signature.ts';
import { machine } from '../harness/sandbox.ts';
import { failure } from '../image/failure.ts';
import { descriptorAt, expectRefused, makeImage, patch, readContents, root, singularity } from './signature-support.ts';

describe('a signed image that was changed', () => {
  const changed = 'was changed after it was signed';
  const partly = 'is signed only in part, or in a form from before Singularity 3.6, which proves nothing';

  it.each([0, 0.5, 1])('in a byte of the file system, at %d of it, is refused', async (where) => {
    const image = makeImage('Ada');
    const root = (await readContents(image)).descriptors.find(({ type }) => type === 'partition');
    const offset = (root?.offset ?? 0) + Math.floor(((root?.size ?? 1) - 1) * where);
    patch(image, offset, [(readFileSync(image)[offset] ?? 0) ^ 1]);
    await expectRefused(image, changed);
  });

  it('in what it says of the file system, or in its header, is refused', async () => {
    for (const offset of [201, 201 + 4, 201 + 8, 73]) {
      const image = makeImage('Ada');
      const at = (await descriptorAt(image, 2)) + offset;
      patch(image, at, [(readFileSync(image)[at] ?? 0) ^ 2]);
      await expectRefused(image, changed);
    }
    const image = makeImage('Ada');
    patch(image, 5, [65]);
    await expectRefused(image, changed);
  });

  it.each([
    ['an overlay in no group', ['--datatype', '4', '--parttype', '4', '--partfs', '1', '--partarch', '2']],
    [
      'an overlay in the group',
      ['--groupid', '1', '--datatype', '4', '--parttype', '4', '--partfs', '1', '--partarch', '2'],
    ],
    [
      'an overlay in another group',
      ['--groupid', '2', '--datatype', '4', '--parttype', '4', '--partfs', '1', '--partarch', '2'],
    ],
    ['any object in no group', ['--datatype', '7']],
  ])('by %s is refused', async (_, options) => {
    const image = makeImage('Ada');
    const data = join(root, 'data');
    writeFileSync(data, 'hsqs, almost');
    singularity(['sif', 'add', ...options, image, data]);
    await expectRefused(image, partly);
  });

  it('by another file system in place of the signed one is refused', async () => {
    const image = makeImage('Ada');
    singularity(['sif', 'del', '3', image]);
    const data = join(root, 'other');
    writeFileSync(data, Buffer.alloc(8192, 'hsqs'));
    singularity(['sif', 'add', '--datatype', '4', '--parttype', '2', '--partfs', '1', '--partarch', '2', image, data]);
    await expectRefused(image, partly);
  });

  it('of which only another object is signed is refused', async () => {
    const image = makeImage('Ada', '--sif-id', '1');
    await expectRefused(image, partly);
  });
});

describe('a runtime that looks at less', () => {
  const uncovered = (what: string): string => `is signed only in part: not covered is ${what}`;

  /** A runtime that says what it is told to. */
  function verifyWith(said: string, image: string): Promise<string> {
    const runtime = join(mkdtempSync(join(root, 'runtime-')), 'runtime');
    writeFileSync(runtime, `#!/bin/sh\ncat <<'END'\n${said}\nEND\n`, { mode: 0o755 });
    return verifySignature({
      image: hostPath(image),
      runtime,
      environment: { PATH: machine.path },
      log: () => undefined,
    });
  }

  const table = (...ids: number[]): string =>
    `Objects verified:\nID  |GROUP   |LINK    |TYPE\n${ids.map((id) => `${id}   |1       |NONE    |FS`).join('\n')}`;

  it('is not believed where an object is missing from its list, has no group, or has another’s id', async () => {
    const image = makeImage('Ada');
    expect(await verifyWith(table(1, 2, 3), image)).toBe('signed');
    expect(await verifyWith('something else', image)).toBe('signed');
    const missing = await failure(verifyWith(table(1, 2), image));
    expect(missing.message).toBe(`\`${image}\` ${uncovered('object 3 (primary-system partition)')}`);
    patch(image, (await descriptorAt(image, 0)) + 5, [3]);
    expect((await failure(verifyWith(table(1, 2, 3), image))).message).toContain(
      uncovered('object 3 (Def.FILE), object 3 (primary-system partition)'),
    );
    const other = makeImage('Ada');
    patch(other, (await descriptorAt(other, 1)) + 9, [0]);
    expect((await failure(verifyWith(table(1, 2, 3), other))).message).toContain(uncovered('object 2 (JSON.Generic)'));
  });

  it('can say nothing that a terminal obeys', async () => {
    const said = '[LOCAL]  Signing entity: \u001b[31mEve\u0007 <e@x>';
    expect(await verifyWith(said, makeImage('Ada'))).toBe('signed by Eve\\u0007 <e@x>');
  });
});
