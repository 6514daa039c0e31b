import * as z from 'zod';
import type { Placeholder } from './prefix.ts';

/** A file of a package: info/paths.json (conda-build, `paths_version` 1). */
export interface PackagePath {
  readonly path: string;
  readonly type: 'hardlink' | 'softlink' | 'directory';
  readonly sha256: string | undefined;
  readonly placeholder: Placeholder | undefined;
}

export interface EntryPoint {
  readonly command: string;
  readonly module: string;
  readonly function: string;
}

export interface PackageInfo {
  /** The whole of info/index.json, which conda-meta repeats. */
  readonly index: Readonly<Record<string, unknown>>;
  readonly noarch: 'python' | 'generic' | undefined;
  readonly paths: readonly PackagePath[];
  readonly entryPoints: readonly EntryPoint[];
}

const indexSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  build: z.string(),
  noarch: z.union([z.string(), z.boolean(), z.null()]).optional(),
});

const pathsSchema = z.looseObject({
  paths: z.array(
    z.looseObject({
      _path: z.string(),
      path_type: z.enum(['hardlink', 'softlink', 'directory']),
      sha256: z.string().nullish(),
      prefix_placeholder: z.string().nullish(),
      file_mode: z.enum(['text', 'binary']).nullish(),
    }),
  ),
});

const linkSchema = z.looseObject({
  noarch: z.looseObject({ entry_points: z.array(z.string()).optional() }).optional(),
});

/**
 * What a package says of itself.
 * @param read gives the text of a file below `info/`, or undefined where there is none
 * @throws RangeError with what is wrong with it
 */
export function parsePackageInfo(read: (name: string) => string | undefined): PackageInfo {
  const index = parse('index.json', indexSchema, read('index.json'));
  const link = read('link.json');
  const { noarch } = index;
  const written = read('paths.json');
  return {
    index,
    noarch: noarch === 'python' ? 'python' : noarch === 'generic' || noarch === true ? 'generic' : undefined,
    paths: written === undefined ? readOldPaths(read('files'), read('has_prefix')) : readPaths(written),
    entryPoints: (parse('link.json', linkSchema, link ?? '{}').noarch?.entry_points ?? []).map(parseEntryPoint),
  };
}

function readPaths(text: string): PackagePath[] {
  return parse('paths.json', pathsSchema, text).paths.map((each) => ({
    path: each._path,
    type: each.path_type,
    sha256: each.sha256 ?? undefined,
    placeholder:
      each.prefix_placeholder == null || each.prefix_placeholder === ''
        ? undefined
        : { text: each.prefix_placeholder, mode: each.file_mode ?? 'text' },
  }));
}

/** Packages from before 2017: a list of files, and lines of `placeholder mode path`, or of a path alone. */
function readOldPaths(files: string | undefined, hasPrefix = ''): PackagePath[] {
  if (files === undefined) throw new RangeError('it has neither info/paths.json nor info/files');
  const placeholders = new Map<string, Placeholder>();
  for (const line of linesOf(hasPrefix)) {
    const [text, mode, path] = /^"?([^" ]+)"? (text|binary) "?(.+?)"?$/.exec(line)?.slice(1) ?? [];
    if (text === undefined || path === undefined)
      placeholders.set(line, { text: '/opt/anaconda1anaconda2anaconda3', mode: 'text' });
    else placeholders.set(path, { text, mode: mode === 'binary' ? 'binary' : 'text' });
  }
  return linesOf(files).map((path) => ({
    path,
    type: 'hardlink',
    sha256: undefined,
    placeholder: placeholders.get(path),
  }));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function parseEntryPoint(text: string): EntryPoint {
  const [, command, module, called] = /^\s*([\w.+-]+)\s*=\s*([\w.]+)\s*:\s*([\w.]+)\s*$/.exec(text) ?? [];
  if (command === undefined || module === undefined || called === undefined || /^\.+$/.test(command))
    throw new RangeError('an entry point in its info/link.json has another form than `command = module:function`');
  return { command, module, function: called };
}

function parse<T>(name: string, schema: z.ZodType<T>, text: string | undefined): T {
  if (text === undefined) throw new RangeError(`it has no info/${name}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError(`its info/${name} is no JSON`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RangeError(`its info/${name} has another form: ${result.error.issues[0]?.path.join('.') ?? ''}`);
}
