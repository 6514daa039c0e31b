import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { readRecord, readRecords, renderRecord } from '../../src/records/record.ts';
import { checkRecord } from '../../src/records/record-form.ts';
import { writeTree } from '../apply/support.ts';
import { planOf, stepsOf } from '../plan/support.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-record-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const [step] = stepsOf(planOf(''), 'write-record');

function recordText(): string {
  if (step === undefined) throw new Error('no record in the plan');
  const files = [{ path: 'demo.sif', size: 3, mode: 0o644, mtimeMs: 1, sha256: undefined }];
  return renderRecord(step.record, {
    installed: '2026-01-01T00:00:00.000Z',
    modulefileSha256: 'abc',
    image: { sha256: undefined, size: 3, how: 'cloned' },
    files,
    retired: [],
  });
}

const installDir = () => hostPath(join(root, 'software/demo/1.0-x'));

describe('readRecord', () => {
  it('reads what was written', async () => {
    writeTree(installDir(), { '.ctinstall/record.json': recordText() });
    const read = await readRecord(installDir());
    expect(read?.fault).toBeUndefined();
    expect(read?.record).toEqual(JSON.parse(recordText()));
    expect(read?.record).toMatchObject({
      moduleName: 'demo/1.0-x',
      image: { how: 'cloned', size: 3 },
    });
  });

  it('keeps what a later version may add', async () => {
    writeTree(installDir(), { '.ctinstall/record.json': recordText().replace('{', '{"later": 1,') });
    expect((await readRecord(installDir()))?.record).toMatchObject({ later: 1 });
  });

  it('finds none where there is none', async () => {
    expect(await readRecord(installDir())).toBeUndefined();
    writeTree(root, { 'software/demo/1.0-x': 'a file' });
    expect(await readRecord(installDir())).toBeUndefined();
  });

  it.each([
    ['torn', (text: string) => text.slice(0, 50)],
    ['empty', () => ''],
    ['null', () => 'null'],
    ['another’s', () => '{"name": "demo"}'],
    ['wrong in one field', (text: string) => text.replace('"fullVersion": "1.0-x"', '"fullVersion": 1')],
  ])('names one that is broken: %s', async (_, change) => {
    writeTree(installDir(), { '.ctinstall/record.json': change(recordText()) });
    const read = await readRecord(installDir());
    expect(read?.record).toBeUndefined();
    expect(read?.fault).toContain(`\`${installDir()}/.ctinstall/record.json\``);
  });
});

describe('checkRecord', () => {
  const record = (): Record<string, unknown> => JSON.parse(recordText());

  it('fills in what records of earlier versions leave out', () => {
    const { centralImages, userSoftware, retired, hidden, ...old } = record();
    expect(checkRecord(old)).toEqual({
      ...old,
      centralImages: [],
      userSoftware: '/user-software',
      retired: [],
      hidden: false,
    });
  });

  it.each<[string, (record: Record<string, unknown>) => unknown]>([
    ['', () => null],
    ['', () => 'a text'],
    ['', () => []],
    ['name', ({ name, ...rest }) => rest],
    ['retired.1', (rest) => ({ ...rest, retired: ['a', 1] })],
    ['hidden', (rest) => ({ ...rest, hidden: 'no' })],
    ['moduleKind', (rest) => ({ ...rest, moduleKind: 'other' })],
    ['image', (rest) => ({ ...rest, image: 1 })],
    ['image', (rest) => ({ ...rest, image: [] })],
    ['image.size', (rest) => ({ ...rest, image: { file: '', source: '', size: '3', how: '' } })],
    ['files', (rest) => ({ ...rest, files: {} })],
    ['files.0.mode', (rest) => ({ ...rest, files: [{ path: 'a', size: 1 }] })],
    ['files.0.digest', (rest) => ({ ...rest, files: [{ path: 'a', size: 1, mode: 1, digest: 1 }] })],
  ])('says where it is wrong: `%s`', (way, change) => {
    expect(checkRecord(change(record()))).toEqual({ wrong: way === '' ? [] : way.split('.') });
  });
});

describe('readRecords', () => {
  it('finds all below a prefix, broken ones too, and minds nothing else there', async () => {
    const prefix = asPrefix(hostPath(root));
    expect(await readRecords(prefix)).toEqual([]);
    writeTree(root, {
      'software/demo/2.0/.ctinstall/record.json': recordText(),
      'software/demo/1.0/.ctinstall/record.json': 'broken',
      'software/a/1/.ctinstall/record.json': recordText(),
      'software/foreign/1/readme': '',
      'software/file': '',
    });
    writeFileSync(join(root, 'software/demo/file'), '');
    const found = await readRecords(prefix);
    expect(
      found.map(({ installDir: directory, record }) => [directory.slice(root.length + 10), record !== undefined]),
    ).toEqual([
      ['a/1', true],
      ['demo/1.0', false],
      ['demo/2.0', true],
    ]);
  });

  it('leaves out what is said of files, and nothing else, in whatever way the record is written', async () => {
    const prefix = asPrefix(hostPath(root));
    const whole = { ...(JSON.parse(recordText()) as object), userSoftware: '\n  ]', retired: ['a', ']'] };
    const files = [{ path: 'a\n  ]', size: 1, mode: 1 }];
    const texts = [2, 4, 0].map((indent) => JSON.stringify({ ...whole, files }, undefined, indent));
    const none = JSON.stringify({ ...whole, files: [] }, undefined, 2);
    writeTree(
      root,
      Object.fromEntries([...texts, none].map((text, at) => [`software/a/${at}/.ctinstall/record.json`, text])),
    );
    const all = await readRecords(prefix);
    const less = await readRecords(prefix, 'but-files');
    expect(all.map(({ record }) => record?.files.length)).toEqual([1, 1, 1, 0]);
    expect(less.map(({ record }) => record?.files.length)).toEqual([0, 1, 1, 0]);
    const rest = (read: typeof all): unknown =>
      read.map((each) => ({ ...each, record: { ...each.record, files: [] } }));
    expect(rest(less)).toEqual(rest(all));
  });

  it('finds installs that were moved and linked, once each', async () => {
    writeTree(root, {
      'elsewhere/1.0-x/.ctinstall/record.json': recordText(),
      'software/demo/file': '',
      'software/file': '',
    });
    for (const [link, target] of [
      ['demo/1.0-x', 'elsewhere/1.0-x'],
      ['demo/latest', 'elsewhere/1.0-x'],
      ['alias', 'software/demo'],
      ['demo/dangling', 'none'],
      ['demo/no-directory', 'software/file'],
      ['no-directory', 'software/file'],
    ] as const)
      symlinkSync(join(root, target), join(root, 'software', link));
    expect(await readRecords(asPrefix(hostPath(root)))).toMatchObject([
      { installDir: join(root, 'software/demo/1.0-x'), fault: undefined },
    ]);
  });
});
