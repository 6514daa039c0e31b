import { formatLine } from '../../lib/format.ts';
import type { FoundPackage } from './types.ts';

export interface SpdxFacts {
  /** What the document calls the image. */
  readonly name: string;
  /** 16 bytes that tell this document from others. */
  readonly uuid: Uint8Array;
  /** Seconds since 1970 UTC. */
  readonly time: number;
  readonly toolVersion: string;
  /** `ID` of the image's `os-release`, for the URLs of its packages. */
  readonly system: string | undefined;
  /** What could not be read. */
  readonly lacks: readonly string[];
}

/** A list of packages as SPDX 2.3 in JSON. Source: https://spdx.github.io/spdx-spec/v2.3/. The same packages give the same text. */
export function renderSpdx(packages: readonly FoundPackage[], facts: SpdxFacts): string {
  const { name, uuid, time, toolVersion, lacks } = facts;
  const listed = sortedOnce(packages, facts);
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: formatLine(name),
    documentNamespace: `https://spdx.org/spdxdocs/ctinstall-${uuidText(uuid)}`,
    creationInfo: {
      created: new Date(time * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
      creators: [`Tool: ctinstall-${toolVersion}`],
    },
    ...(lacks.length === 0 ? {} : { comment: `not listed: ${lacks.join('; ')}` }),
    packages: [
      { SPDXID: 'SPDXRef-image', name: formatLine(name), ...nothingClaimed, primaryPackagePurpose: 'CONTAINER' },
      ...listed.map(([locator, each], index) => renderPackage(each, locator, index)),
    ],
    relationships: [
      relationship('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-image'),
      ...listed.map((_, index) => relationship('SPDXRef-image', 'CONTAINS', idOf(index))),
    ],
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

const nothingClaimed = { downloadLocation: 'NOASSERTION', filesAnalyzed: false };

function renderPackage({ name, version, license, sha256, url }: FoundPackage, locator: string, index: number): unknown {
  return {
    SPDXID: idOf(index),
    name: formatLine(name),
    versionInfo: formatLine(version),
    ...nothingClaimed,
    ...(url !== undefined && /^https?:\/\/[^\s@]+$/.test(url) ? { downloadLocation: url } : {}),
    ...(sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256)
      ? { checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }] }
      : {}),
    // What packages write there is seldom an expression of SPDX.
    ...(license === undefined ? {} : { licenseComments: `the package says: ${formatLine(license)}` }),
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator }],
  };
}

function idOf(index: number): string {
  return `SPDXRef-package-${index + 1}`;
}

function relationship(from: string, relationshipType: string, to: string): unknown {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}

/** By their package URLs, each once. */
function sortedOnce(packages: readonly FoundPackage[], facts: SpdxFacts): (readonly [string, FoundPackage])[] {
  const all = new Map(packages.map((each) => [locatorOf(each, facts), each]));
  return [...all].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function locatorOf({ type, name, version, qualifiers }: FoundPackage, { system }: SpdxFacts): string {
  const isOfSystem = type === 'deb' || type === 'rpm';
  const of = isOfSystem && system !== undefined ? `${encodeURIComponent(system)}/` : '';
  // The names of PyPI are the same in any spelling.
  const spelt = type === 'pypi' ? name.toLowerCase().replace(/_/g, '-') : name;
  const given = Object.entries(qualifiers).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  const query = given.length === 0 ? '' : `?${given.toSorted().join('&')}`;
  return `pkg:${type}/${of}${encodeURIComponent(spelt)}@${encodeURIComponent(version)}${query}`;
}

function uuidText(uuid: Uint8Array): string {
  return Buffer.from(uuid)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
