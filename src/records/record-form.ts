import { moduleKinds } from '../easyconfig/rules.ts';
import type { ModuleKind } from '../easyconfig/types.ts';
import type { RecordedFile } from '../plan/steps/keep-recorded.ts';

/** What was installed, from what, by which version of ctinstall: `.ctinstall/record.json` of an install dir. */
export interface InstallRecord {
  readonly name: string;
  readonly version: string;
  readonly fullVersion: string;
  readonly moduleName: string;
  /** Its version. */
  readonly ctinstall: string;
  readonly installed: string;
  readonly prefix: string;
  readonly modulefile: string;
  readonly modulefileSha256?: string;
  readonly centralImages: readonly string[];
  readonly runtime: { readonly name: string; readonly flavour: string; readonly version?: string };
  /** That of a module without an image has none. */
  readonly image?: {
    readonly file: string;
    readonly source: string;
    readonly size: number;
    readonly sha256?: string;
    readonly digest?: string;
    readonly how: string;
    /** Of one that was built: a digest of each of its inputs. */
    readonly inputs?: Readonly<Record<string, string>>;
  };
  /** The file that it was installed from. */
  readonly easyconfig?: {
    readonly path: string;
    readonly sha256: string;
    /** Of the file itself, where it is a recipe in another format: `sha256` is of what was made of it. */
    readonly recipeSha256?: string;
  };
  readonly venv?: string;
  /** Console scripts that the user installed, and that have wrappers. */
  readonly userWrappers?: readonly string[];
  readonly userSoftware: string;
  readonly files: readonly RecordedFile[];
  readonly retired: readonly string[];
  readonly hidden: boolean;
  readonly readOnly?: boolean;
  /** Records of before there were two kinds have none. */
  readonly moduleKind?: ModuleKind;
}

/** What records of earlier versions leave out, and what it is then. */
const laterFields = Object.entries({ centralImages: [], userSoftware: '/user-software', retired: [], hidden: false });

/** Whether a value is as it must be; else the keys that lead to what is not. */
type Check = (value: unknown) => readonly string[] | undefined;

const wrong: readonly string[] = [];
const text: Check = (value) => (typeof value === 'string' ? undefined : wrong);
const number: Check = (value) => (typeof value === 'number' ? undefined : wrong);
const truth: Check = (value) => (typeof value === 'boolean' ? undefined : wrong);
const kind: Check = (value) => (moduleKinds.some((each) => each === value) ? undefined : wrong);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

function list(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return wrong;
    for (let at = 0; at < value.length; at++) {
      const way = check(value[at]);
      if (way !== undefined) return [`${at}`, ...way];
    }
    return undefined;
  };
}

/** A map of texts. */
const texts: Check = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong;
  for (const [key, each] of Object.entries(value)) if (typeof each !== 'string') return [key];
  return undefined;
};

/** Further keys may be there: those of a later version. */
function object<Value>(checks: Readonly<Record<keyof Value & string, Check>>): Check {
  const keys = Object.keys(checks) as (keyof Value & string)[];
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong;
    for (const key of keys) {
      const way = checks[key]((value as Readonly<Record<string, unknown>>)[key]);
      if (way !== undefined) return [key, ...way];
    }
    return undefined;
  };
}

const checkFile = object<Required<RecordedFile>>({
  path: text,
  size: number,
  mode: number,
  mtimeMs: maybe(number),
  sha256: maybe(text),
  digest: maybe(text),
  link: maybe(text),
});

/** What {@link checkFile} finds nothing wrong with: files are the bulk of a record, and this takes a tenth of the time. */
function isFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { path, size, mode, mtimeMs, sha256, digest, link }: Partial<Record<keyof RecordedFile, unknown>> = value;
  return (
    typeof path === 'string' &&
    typeof size === 'number' &&
    typeof mode === 'number' &&
    (mtimeMs === undefined || typeof mtimeMs === 'number') &&
    (sha256 === undefined || typeof sha256 === 'string') &&
    (digest === undefined || typeof digest === 'string') &&
    (link === undefined || typeof link === 'string')
  );
}

const checkForm = object<Required<InstallRecord>>({
  name: text,
  version: text,
  fullVersion: text,
  moduleName: text,
  ctinstall: text,
  installed: text,
  prefix: text,
  modulefile: text,
  modulefileSha256: maybe(text),
  centralImages: list(text),
  runtime: object<Required<InstallRecord['runtime']>>({ name: text, flavour: text, version: maybe(text) }),
  image: maybe(
    object<Required<NonNullable<InstallRecord['image']>>>({
      file: text,
      source: text,
      size: number,
      sha256: maybe(text),
      digest: maybe(text),
      how: text,
      inputs: maybe(texts),
    }),
  ),
  easyconfig: maybe(
    object<Required<Required<InstallRecord>['easyconfig']>>({ path: text, sha256: text, recipeSha256: maybe(text) }),
  ),
  venv: maybe(text),
  userWrappers: maybe(list(text)),
  userSoftware: text,
  files: list((value) => (isFile(value) ? undefined : checkFile(value))),
  retired: list(text),
  hidden: truth,
  readOnly: maybe(truth),
  moduleKind: maybe(kind),
});

/**
 * The record that a value is, with what it leaves out put in, or the keys that lead to what is wrong with it. Written for speed:
 * there are many records.
 */
export function checkRecord(value: unknown): InstallRecord | { readonly wrong: readonly string[] } {
  if (typeof value !== 'object' || value === null) return { wrong };
  const record: Record<string, unknown> = value as Record<string, unknown>;
  for (const [key, standard] of laterFields) if (record[key] === undefined) record[key] = standard;
  const way = checkForm(record);
  return way === undefined ? (record as unknown as InstallRecord) : { wrong: way };
}
