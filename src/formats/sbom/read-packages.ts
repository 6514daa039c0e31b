import type { FoundPackage } from './types.ts';

/** The packages of Debian's records: paragraphs of `Field: value`, of those that are installed. */
export function readDpkgStatus(text: string): FoundPackage[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const fields = readFields(paragraph);
    const [name, version] = [fields.get('package'), fields.get('version')];
    // Images without a package manager have no `Status` in theirs.
    const isThere = / installed$/.test(fields.get('status') ?? 'install ok installed');
    if (name === undefined || version === undefined || !isThere) return [];
    const qualifiers = { arch: fields.get('architecture') };
    return [{ type: 'deb', name, version, qualifiers, license: undefined, sha256: undefined, url: undefined }];
  });
}

/** What `rpm -qa` prints by {@link rpmFormat}. */
export function readRpmList(text: string): FoundPackage[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', version, arch, license] = line.split('\t');
    if (version === undefined || name === 'gpg-pubkey') return [];
    return [{ type: 'rpm', name, version, qualifiers: { arch }, license, sha256: undefined, url: undefined }];
  });
}

export const rpmFormat = '%{NAME}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{LICENSE}\\n';

/** A file of `conda-meta`. */
export function readCondaRecord(text: string): FoundPackage[] {
  const value = parse(text);
  const read = (key: string): string | undefined => {
    const found = value[key];
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const [name, version] = [read('name'), read('version')];
  if (name === undefined || version === undefined) return [];
  const channel = read('channel')
    ?.replace(/\/$/, '')
    .split('/')
    .findLast((part) => !/^(linux-|noarch)/.test(part));
  const qualifiers = { build: read('build'), channel, subdir: read('subdir') };
  return [
    { type: 'conda', name, version, qualifiers, license: read('license'), sha256: read('sha256'), url: read('url') },
  ];
}

/** `METADATA` or `PKG-INFO` of Python. */
export function readPythonMetadata(text: string): FoundPackage[] {
  const fields = readFields(text.split(/\n\s*\n/)[0] ?? '');
  const [name, version] = [fields.get('name'), fields.get('version')];
  if (name === undefined || version === undefined) return [];
  const license = fields.get('license-expression') ?? fields.get('license')?.split('\n')[0];
  return [{ type: 'pypi', name, version, qualifiers: {}, license, sha256: undefined, url: undefined }];
}

/** `ID` of `os-release`: `debian`. */
export function readSystemId(text: string): string | undefined {
  return /^ID=["']?([a-z0-9._-]+)["']?\s*$/m.exec(text)?.[1];
}

/** Fields by their names in lower case; what goes on in another line is left out. */
function readFields(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, value = ''] = /^([A-Za-z][\w-]*):[ \t]*(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), value.trim()] as const];
    }),
  );
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
