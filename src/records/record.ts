import { createHash } from 'node:crypto';
import type { ContentHash } from '../host/copy-file.ts';
import { listKinds } from '../host/list-kinds.ts';
import { readFileStates, readTextsIfThere } from '../host/many-files.ts';
import type { Memory } from '../host/memory.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { type HostPath, hostPath, joinHost, type Prefix } from '../lib/paths.ts';
import type { PlannedRecord } from '../plan/planned-record.ts';
import type { RecordedFile } from '../plan/steps/keep-recorded.ts';
import { checkRecord, type InstallRecord } from './record-form.ts';

export type { RecordedFile } from '../plan/steps/keep-recorded.ts';
export type { InstallRecord } from './record-form.ts';

/** What a record says of the image; `size` in bytes. */
export interface MeasuredImage extends ContentHash {
  readonly size: number;
  readonly how: string;
}

export function renderRecord(
  planned: PlannedRecord,
  measured: {
    installed: string;
    modulefileSha256: string;
    image: MeasuredImage | undefined;
    files: readonly RecordedFile[];
    retired: readonly string[];
  },
): string {
  const record = {
    ...planned,
    installed: measured.installed,
    modulefileSha256: measured.modulefileSha256,
    image: planned.image && { ...planned.image, ...measured.image },
    files: measured.files,
    retired: [...planned.retired, ...measured.retired],
  };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

export function sha256Of(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A record that could be read, or why not. */
export type ReadRecord =
  | { readonly installDir: HostPath; readonly record: InstallRecord; readonly fault: undefined }
  | { readonly installDir: HostPath; readonly record: undefined; readonly fault: string };

/** Reads the record of an install dir; undefined where there is none. */
export async function readRecord(installDir: HostPath): Promise<ReadRecord | undefined> {
  const [read] = await readRecordsOf([installDir]);
  return read;
}

/**
 * What of records is read: all, or all but what is said of each file, which is most of their text. Only of the latter a memory
 * can say something.
 */
export type ReadOf = 'all' | 'but-files' | Memory;

/**
 * All records below a prefix, broken ones too, sorted by module name. Installs that were moved and linked are among them; a
 * link that only gives one a second name, such as `latest`, is not.
 */
export async function readRecords(prefix: Prefix, readOf: ReadOf = 'all'): Promise<ReadRecord[]> {
  const memory = typeof readOf === 'object' ? readOf : undefined;
  const names = await listSubdirectories([joinHost(prefix, 'software')], memory);
  for (const { fault } of names) if (fault !== undefined) throw fault;
  const versions = await listSubdirectories(
    names.map(({ path }) => path),
    memory,
  );
  const linked = new Set([...names, ...versions].flatMap(({ path, isLink }) => (isLink ? path : [])));
  const isLinked = (path: HostPath): boolean =>
    linked.size > 0 && (linked.has(path) || linked.has(hostPath('..', path)));
  const found = await readRecordsOf(
    versions.flatMap(({ path, fault }) => (fault === undefined ? path : [])),
    readOf,
  );
  const records = found.filter(
    ({ installDir, record }) =>
      record === undefined || !isLinked(installDir) || installDir.endsWith(`/${record.name}/${record.fullVersion}`),
  );
  const unlisted = versions.flatMap(({ path, fault }) =>
    fault === undefined ? [] : brokenRecord(path, fault.message),
  );
  return [...records, ...unlisted].sort((a, b) => (a.installDir < b.installDir ? -1 : 1));
}

/** The records of one module's versions that can be read. */
export async function readVersions(prefix: Prefix, name: string): Promise<InstallRecord[]> {
  const versions = await listSubdirectories([joinHost(prefix, 'software', name)]);
  const records = await readRecordsOf(versions.flatMap(({ path, fault }) => (fault === undefined ? path : [])));
  return records.flatMap(({ record }) => record ?? []);
}

interface Subdirectory {
  readonly path: HostPath;
  readonly isLink: boolean;
  /** Why the directory `path` cannot be listed: its subdirectories are not known then. */
  readonly fault: CtinstallError | undefined;
}

async function listSubdirectories(directories: readonly HostPath[], memory?: Memory): Promise<Subdirectory[]> {
  const listings = await listKinds(directories, { memory });
  return directories.flatMap((directory, at): Subdirectory[] => {
    const entries = listings[at] ?? [];
    if (entries instanceof CtinstallError) return [{ path: directory, isLink: false, fault: entries }];
    return entries
      .filter((entry) => entry.startsWith('d') || entry.startsWith('l'))
      .map((entry) => ({
        path: joinHost(directory, entry.slice(1)),
        isLink: entry.startsWith('l'),
        fault: undefined,
      }));
  });
}

async function readRecordsOf(installDirs: readonly HostPath[], readOf: ReadOf = 'all'): Promise<ReadRecord[]> {
  const files = installDirs.map((installDir) => joinHost(installDir, '.ctinstall', 'record.json'));
  const memory = typeof readOf === 'object' ? readOf : undefined;
  const states = memory === undefined ? [] : await readFileStates(files);
  const values = files.map((file, at) => {
    const state = states[at];
    return state?.isFile === true ? memory?.recall(file, state) : undefined;
  });
  const texts = await readTextsIfThere(files.filter((_, at) => values[at] === undefined));
  let next = 0;
  return installDirs.flatMap((installDir, at) => {
    const [file = '', state] = [files[at], states[at]];
    if (values[at] !== undefined) return recordOf(installDir, file, values[at]);
    const text = texts[next++];
    if (text === undefined) return [];
    if (text instanceof CtinstallError) return brokenRecord(installDir, text.message);
    const value = parseJson(file, readOf === 'all' ? text : withoutFiles(text));
    if ('fault' in value) return brokenRecord(installDir, value.fault);
    if (state?.isFile === true && isObject(value.json)) memory?.note(file, state, value.json);
    return recordOf(installDir, file, value.json);
  });
}

/** A list ends with the first line that is indented as its beginning is: no text in JSON has more than one line. */
function withoutFiles(text: string): string {
  const start = text.indexOf('\n  "files": [\n');
  const end = text.indexOf('\n  ]', start + 1);
  return start < 0 || end < 0 ? text : `${text.slice(0, start)}\n  "files": []${text.slice(end + '\n  ]'.length)}`;
}

function parseJson(file: string, text: string): { readonly json: unknown } | { readonly fault: string } {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    return { fault: `\`${file}\`${describeJsonFault(error, text)}` };
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function recordOf(installDir: HostPath, file: string, value: unknown): ReadRecord {
  const record = checkRecord(value);
  if (!('wrong' in record)) return { installDir, record, fault: undefined };
  const wrong = record.wrong.join('.');
  return brokenRecord(
    installDir,
    `\`${file}\` is not a record of ctinstall${wrong === '' ? '' : `: \`${formatValue(wrong)}\` is missing or wrong`}`,
  );
}

function brokenRecord(installDir: HostPath, fault: string): ReadRecord {
  return { installDir, record: undefined, fault };
}

/** `, line 3: why`, where JSON.parse says at which character. */
function describeJsonFault(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, position] = / in JSON at position (\d+)/.exec(message) ?? [];
  const line = position === undefined ? '' : `, line ${text.slice(0, Number(position)).split('\n').length}`;
  return `${line}: ${formatValue(message.replace(/ at position .*/, ''), 200)}`;
}
