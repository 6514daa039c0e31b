import { createHash } from 'node:crypto';
import * as z from 'zod';
import { listDirectory, readTextIfThere } from '../host/files.ts';
import { type HostPath, joinHost, type Prefix } from '../lib/paths.ts';
import type { PlannedRecord } from '../plan/types.ts';

/** One file of an install: path below the install dir, bytes, permission bits, hash where it was measured. */
export interface RecordedFile {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number | undefined;
  readonly sha256: string | undefined;
  /** Target of a symbolic link: size and hash are then those of what it leads to. */
  readonly link?: string;
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
    how: z.string(),
  }),
  venv: z.string().optional(),
  files: z.array(
    z.looseObject({
      path: z.string(),
      size: z.number(),
      mode: z.number(),
      mtimeMs: z.number().optional(),
      sha256: z.string().optional(),
      link: z.string().optional(),
    }),
  ),
  retired: z.array(z.string()).default([]),
});

/** What was installed, from what, by which version of ctinstall: `.ctinstall/record.json` of an install dir. */
export type InstallRecord = z.infer<typeof recordSchema>;

export function renderRecord(
  planned: PlannedRecord,
  measured: {
    installed: string;
    modulefileSha256: string;
    image: { sha256: string | undefined; size: number; how: string };
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
  const path = joinHost(installDir, '.ctinstall', 'record.json');
  try {
    const text = await readTextIfThere(path);
    if (text === undefined) return undefined;
    const result = recordSchema.safeParse(JSON.parse(text));
    if (result.success) return { installDir, record: result.data, fault: undefined };
    return { installDir, record: undefined, fault: `\`${path}\` is not a record of ctinstall` };
  } catch (error) {
    return {
      installDir,
      record: undefined,
      fault: `\`${path}\`: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** All records below a prefix, broken ones too, sorted by module name. */
export async function readRecords(prefix: Prefix): Promise<ReadRecord[]> {
  const software = joinHost(prefix, 'software');
  const names = (await listDirectory(software)).filter((entry) => entry.isDirectory());
  const records = await Promise.all(
    names.map(async ({ name }) => {
      const versions = (await listDirectory(joinHost(software, name))).filter((entry) => entry.isDirectory());
      return Promise.all(versions.map((version) => readRecord(joinHost(software, name, version.name))));
    }),
  );
  return records.flat().filter((record) => record !== undefined);
}
