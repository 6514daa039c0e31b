import { expect, test } from 'vitest';
import {
  readCondaRecord,
  readDpkgStatus,
  readPythonMetadata,
  readRpmList,
  readSystemId,
} from '../../../src/formats/sbom/read-packages.ts';
import { isOfCache, recordKindOf } from '../../../src/formats/sbom/record-files.ts';
import { renderSpdx } from '../../../src/formats/sbom/render-spdx.ts';

const facts = {
  name: 'x.sif',
  time: 86_400,
  toolVersion: '1.0',
  system: 'debian',
  lacks: [],
  uuid: new Uint8Array(16),
};

test('what is a record of packages is known by its path', () => {
  for (const [path, kind] of [
    ['var/lib/dpkg/status', 'dpkg'],
    ['var/lib/dpkg/status.d/base', 'dpkg'],
    ['var/lib/dpkg/info/bash.list', undefined],
    ['usr/lib/sysimage/rpm/rpmdb.sqlite', 'rpm'],
    ['opt/conda/envs/a/conda-meta/numpy-2.0-0.json', 'conda'],
    ['ctinstall/conda/conda-meta/history', undefined],
    ['usr/lib/python3/dist-packages/six-1.16.0.egg-info', 'python'],
    ['ctinstall/python/lib/python3.12/site-packages/numpy-2.0.dist-info/METADATA', 'python'],
    ['etc/os-release', 'os'],
  ] as const)
    expect([path, recordKindOf(path)]).toEqual([path, kind]);
  expect(isOfCache('opt/conda/pkgs/numpy-2.0-0/info/conda-meta/x.json')).toBe(true);
});

test('records of each kind become packages with a URL each, once and in order', () => {
  const deb = `Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\nDescription: shell\n Version: no\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: bare\nVersion: 2:1+b1\n`;
  const conda = JSON.stringify({
    ...{ name: 'zlib', version: '1.3', build: 'h1_0', subdir: 'linux-64', license: 'Zlib', sha256: 'a'.repeat(64) },
    ...{
      channel: 'https://example.org/conda-forge',
      url: 'https://example.org/conda-forge/linux-64/zlib-1.3-h1_0.conda',
    },
  });
  const python = 'Metadata-Version: 2.1\nName: My_Tool\nVersion: 1.0\nLicense: MIT\n\nName: not this\n';
  const packages = [
    ...readDpkgStatus(deb),
    ...readCondaRecord(conda),
    ...readPythonMetadata(python),
    ...readPythonMetadata(python),
    ...readRpmList('glibc\t2.34-100\tx86_64\tLGPLv2+\ngpg-pubkey\t1-2\t(none)\tpubkey\n'),
    ...readCondaRecord('no JSON'),
    ...readPythonMetadata(''),
  ];
  const text = renderSpdx(packages, facts);
  const document = JSON.parse(text);
  const [image, ...listed] = document.packages;
  expect(image).toMatchObject({ SPDXID: 'SPDXRef-image', name: 'x.sif' });
  expect(
    listed.map((each: { externalRefs: [{ referenceLocator: string }] }) => each.externalRefs[0].referenceLocator),
  ).toEqual([
    'pkg:conda/zlib@1.3?build=h1_0&channel=conda-forge&subdir=linux-64',
    'pkg:deb/debian/bare@2%3A1%2Bb1',
    'pkg:deb/debian/bash@5.2-1?arch=amd64',
    'pkg:pypi/my-tool@1.0',
    'pkg:rpm/debian/glibc@2.34-100?arch=x86_64',
  ]);
  expect(listed[0]).toMatchObject({
    downloadLocation: 'https://example.org/conda-forge/linux-64/zlib-1.3-h1_0.conda',
    checksums: [{ algorithm: 'SHA256', checksumValue: 'a'.repeat(64) }],
    licenseComments: 'the package says: Zlib',
  });
  expect(document.creationInfo.created).toBe('1970-01-02T00:00:00Z');
  expect(document.relationships).toHaveLength(6);
  expect(renderSpdx(packages.toReversed(), facts)).toBe(text);
  expect(readSystemId('NAME="x"\nID="rocky"\nID_LIKE=rhel\n')).toBe('rocky');
});
