/**
 * The numbers of the SIF format and siftool's words for them.
 * Source: apptainer/sif `pkg/sif/sif.go` and `arch.go`.
 */
import type { FileSystemName, PartitionType, SifObjectDetails } from './types.ts';

/** The two digits of an architecture → Go's name. */
export const architectureNames: ReadonlyMap<string, string> = new Map([
  ['01', '386'],
  ['02', 'amd64'],
  ['03', 'arm'],
  ['04', 'arm64'],
  ['05', 'ppc64'],
  ['06', 'ppc64le'],
  ['07', 'mips'],
  ['08', 'mipsle'],
  ['09', 'mips64'],
  ['10', 'mips64le'],
  ['11', 's390x'],
  ['12', 'riscv64'],
  ['13', 'loong64'],
]);

/** Type codes of descriptors → our name and siftool's. */
export const objectTypes: ReadonlyMap<number, readonly [SifObjectDetails['type'], string]> = new Map([
  [0x4001, ['definition-file', 'Def.FILE']],
  [0x4002, ['environment', 'Env.Vars']],
  [0x4003, ['labels', 'JSON.Labels']],
  [0x4004, ['partition', 'FS']],
  [0x4005, ['signature', 'Signature']],
  [0x4006, ['generic-json', 'JSON.Generic']],
  [0x4007, ['generic', 'Generic/Raw']],
  [0x4008, ['crypto-message', 'Cryptographic Message']],
  [0x4009, ['sbom', 'SBOM']],
  [0x400a, ['oci-root-index', 'OCI.RootIndex']],
  [0x400b, ['oci-blob', 'OCI.Blob']],
]);

export const fileSystems: ReadonlyMap<number, FileSystemName> = new Map([
  [1, 'squashfs'],
  [2, 'ext3'],
  [3, 'archive'],
  [4, 'raw'],
  [5, 'encrypted-squashfs'],
  [6, 'gocryptfs-squashfs'],
]);

export const partitionTypes: ReadonlyMap<number, PartitionType> = new Map([
  [1, 'system'],
  [2, 'primary-system'],
  [3, 'data'],
  [4, 'overlay'],
]);

export const fileSystemLabels: Readonly<Record<FileSystemName, string>> = {
  squashfs: 'Squashfs',
  ext3: 'Ext3',
  archive: 'Archive',
  raw: 'Raw',
  'encrypted-squashfs': 'Encrypted squashfs',
  'gocryptfs-squashfs': 'Gocryptfs squashfs',
  unknown: 'Unknown',
};

export const partitionTypeLabels: Readonly<Record<PartitionType, string>> = {
  system: 'System',
  'primary-system': '*System',
  data: 'Data',
  overlay: 'Overlay',
  unknown: 'Unknown',
};

export const signatureHashes: ReadonlyMap<number, string> = new Map([
  [1, 'SHA-256'],
  [2, 'SHA-384'],
  [3, 'SHA-512'],
  [4, 'BLAKE2s-256'],
  [5, 'BLAKE2b-256'],
]);

export const cryptoFormats: ReadonlyMap<number, string> = new Map([
  [1, 'OpenPGP'],
  [2, 'PEM'],
]);

export const cryptoMessages: ReadonlyMap<number, string> = new Map([
  [0x100, 'Clear Signature'],
  [0x200, 'RSA-OAEP'],
]);

export const sbomFormats: ReadonlyMap<number, string> = new Map([
  [1, 'cyclonedx-json'],
  [2, 'cyclonedx-xml'],
  [3, 'github-json'],
  [4, 'spdx-json'],
  [5, 'spdx-rdf'],
  [6, 'spdx-tag-value'],
  [7, 'spdx-yaml'],
  [8, 'syft-json'],
]);
