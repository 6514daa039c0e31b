import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/*
 * A small image as the OCI specifications have it (image-spec: manifest.md, config.md, image-layout.md), and the forms in
 * which it is handed about.
 */

export interface OciBlob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface OciImage {
  /** By digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly manifest: OciBlob;
}

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

export const sifLayerType = 'application/vnd.sylabs.sif.layer.v1.sif';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** An image whose one layer holds the files by path. */
export function makeOciImage(files: Readonly<Record<string, string | Buffer>>): OciImage {
  const layer = layerOf(files);
  const blobs = new Map<string, Buffer>();
  const config = addJson(blobs, 'application/vnd.oci.image.config.v1+json', {
    architecture,
    os: 'linux',
    config: { Env: ['PATH=/bin', 'FROM_OCI=yes'], Cmd: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: [digestOf(gunzipSync(layer))] },
  });
  const layers = [add(blobs, 'application/vnd.oci.image.layer.v1.tar+gzip', layer)];
  return {
    blobs,
    manifest: addJson(blobs, manifestType, { schemaVersion: 2, mediaType: manifestType, config, layers }),
  };
}

/** An artifact with one layer of some type, as ORAS stores it; a SIF unless told otherwise. */
export function makeArtifact(content: Buffer, layerType = sifLayerType): OciImage {
  const blobs = new Map<string, Buffer>();
  const config = addJson(blobs, 'application/vnd.sylabs.sif.config.v1+json', {});
  const layers = [add(blobs, layerType, content)];
  return {
    blobs,
    manifest: addJson(blobs, manifestType, { schemaVersion: 2, mediaType: manifestType, config, layers }),
  };
}

/** Writes it as an OCI layout: a directory for `oci:`. */
export function writeLayout(directory: string, { blobs, manifest }: OciImage): void {
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  for (const [digest, content] of blobs)
    writeFileSync(join(directory, 'blobs/sha256', digest.replace('sha256:', '')), content);
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}

/** Writes it as `docker save` does: a tar file for `docker-archive:`. */
export function writeDockerArchive(file: string, { blobs, manifest }: OciImage): void {
  const { config, layers } = JSON.parse(String(blobs.get(manifest.digest)));
  const names = [config, ...layers].map(({ digest }) => digest.replace('sha256:', ''));
  const entries: Record<string, Buffer> = {
    'manifest.json': Buffer.from(
      JSON.stringify([
        {
          Config: `${names[0]}.json`,
          RepoTags: ['small:1'],
          Layers: names.slice(1).map((name) => `${name}/layer.tar`),
        },
      ]),
    ),
    [`${names[0]}.json`]: blobs.get(config.digest) ?? Buffer.alloc(0),
  };
  for (const { digest } of layers)
    entries[`${digest.replace('sha256:', '')}/layer.tar`] = gunzipSync(blobs.get(digest) ?? Buffer.alloc(0));
  writeFileSync(file, tarOf(entries));
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function add(blobs: Map<string, Buffer>, mediaType: string, content: Buffer): OciBlob {
  const digest = digestOf(content);
  blobs.set(digest, content);
  return { mediaType, digest, size: content.length };
}

function addJson(blobs: Map<string, Buffer>, mediaType: string, value: unknown): OciBlob {
  return add(blobs, mediaType, Buffer.from(JSON.stringify(value)));
}

function layerOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  return tarOf(files, '-z');
}

function tarOf(files: Readonly<Record<string, string | Buffer>>, ...options: string[]): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'ctinstall-tar-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(directory, path, '..'), { recursive: true });
      writeFileSync(join(directory, path), content, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
    }
    return execFileSync(
      'tar',
      ['--owner=0', '--group=0', ...options, '-cf', '-', '-C', directory, ...readdirSync(directory)],
      {
        maxBuffer: 256 * 1024 * 1024,
      },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}
