import { createHash } from 'node:crypto';
import * as z from 'zod';
import { moduleKinds } from '../easyconfig/rules.ts';
import type { ContentHash } from '../host/copy-file.ts';
import { listDirectories, readTextsIfThere } from '../host/many-files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { type HostPath, hostPath, joinHost, type Prefix } from '../lib/paths.ts';
import type { PlannedRecord } from '../plan/planned-record.ts';

/** One file of an install: path below the install dir, bytes, permission bits, hash where it was measured. */
export interface RecordedFile {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number | undefined;
  readonly sha256: string | undefined;
  /** Where it was measured and SHA-256 was not asked for: a form, a colon, hex digits; see `host/hasher.ts`. */
  readonly digest?: string;
  /** Target of a symbolic link: size and hash are then those of what it leads to. */
  readonly link?: string;
}

/** What a record says of the image; `size` in bytes. */
export interface MeasuredImage extends ContentHash {
  readonly size: number;
  readonly how: string;
}

const recordSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  fullVersion: z.string(),
  moduleName: z.string(),
  ctinstall: z.string(),
  installed: z.string(),
  prefix: z.string(),
  modulefile: z.string(),
  modulefileSha256: z.string().optional(),
  centralImages: z.array(z.string()).default([]),
  runtime: z.looseObject({ name: z.string(), flavour: z.string(), version: z.string().optional() }),
  image: z.looseObject({
    file: z.string(),
    source: z.string(),
    size: z.number(),
    sha256: z.string().optional(),
    digest: z.string().optional(),
    how: z.string(),
  }),
  venv: z.string().optional(),
  userSoftware: z.string().default('/user-software'),
  files: z.array(
    z.looseObject({
      path: z.string(),
      size: z.number(),
      mode: z.number(),
      mtimeMs: z.number().optional(),
      sha256: z.string().optional(),
      digest: z.string().optional(),
      link: z.string().optional(),
    }),
  ),
  retired: z.array(z.string()).default([]),
  hidden: z.boolean().default(false),
  /** Records of before there were two kinds have none. */
  moduleKind: z.enum(moduleKinds).optional(),
});

/** What was installed, from what, by which version of ctinstall: `.ctinstall/record.json` of an install dir. */
export type InstallRecord = z.infer<typeof recordSchema>;

export function renderRecord(
  planned: PlannedRecord,
  measured: {
    installed: string;
    modulefileSha256: string;
    image: MeasuredImage;
    files: readonly RecordedFile[];
    retired: readonly string[];
  },
): string {
  const record = {
    ...planned,
    installed: measured.installed,
    modulefileSha256: measured.modulefileSha256,
    image: { ...planned.image, ...measured.image },
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
 * All records below a prefix, broken ones too, sorted by module name. Installs that were moved and linked are among them; a
 * link that only gives one a second name, such as `latest`, is not.
 */
export async function readRecords(prefix: Prefix): Promise<ReadRecord[]> {
  const names = await listSubdirectories([joinHost(prefix, 'software')]);
  for (const { fault } of names) if (fault !== undefined) throw fault;
  const versions = await listSubdirectories(names.map(({ path }) => path));
  const linked = new Set([...names, ...versions].flatMap(({ path, isLink }) => (isLink ? path : [])));
  const isLinked = (path: HostPath): boolean => linked.has(path) || linked.has(hostPath('..', path));
  const found = await readRecordsOf(versions.flatMap(({ path, fault }) => (fault === undefined ? path : [])));
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

async function listSubdirectories(directories: readonly HostPath[]): Promise<Subdirectory[]> {
  const listings = await listDirectories(directories);
  return directories.flatMap((directory, at): Subdirectory[] => {
    const entries = listings[at] ?? [];
    if (entries instanceof CtinstallError) return [{ path: directory, isLink: false, fault: entries }];
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => ({
        path: joinHost(directory, entry.name),
        isLink: entry.isSymbolicLink(),
        fault: undefined,
      }));
  });
}

async function readRecordsOf(installDirs: readonly HostPath[]): Promise<ReadRecord[]> {
  const files = installDirs.map((installDir) => joinHost(installDir, '.ctinstall', 'record.json'));
  const texts = await readTextsIfThere(files);
  return installDirs.flatMap((installDir, at) => {
    const [file = '', text] = [files[at], texts[at]];
    if (text === undefined) return [];
    return text instanceof CtinstallError
      ? brokenRecord(installDir, text.message)
      : parseRecord(installDir, file, text);
  });
}

function parseRecord(installDir: HostPath, file: string, text: string): ReadRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return brokenRecord(installDir, `\`${file}\`${describeJsonFault(error, text)}`);
  }
  const { data: record, error } = recordSchema.safeParse(value);
  if (record !== undefined) return { installDir, record, fault: undefined };
  const wrong = error.issues[0]?.path.join('.') ?? '';
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
