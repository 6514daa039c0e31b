import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Headers, pack } from 'tar-stream';
import { makeZip } from '../../../harness/zip.ts';

/* Channels on disk, with packages as conda-build writes them. */

export interface MadeFile {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly link?: string;
  readonly mode?: number;
  /** Left out of info/paths.json. */
  readonly isUnlisted?: boolean;
  readonly placeholder?: string;
  readonly fileMode?: 'text' | 'binary';
}

export interface MadePackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: readonly string[];
  readonly noarch?: 'python' | 'generic';
  readonly files?: readonly MadeFile[];
  readonly entryPoints?: readonly string[];
  readonly form?: '.conda' | '.tar.bz2';
  /** Says another hash than the file has. */
  readonly hasWrongHash?: boolean;
  /** A part of it is other bytes, which its hash has too. */
  readonly isDamaged?: boolean;
}

export const time = 1_600_000_000;

/** Writes a channel; gives the names of its files by that of the package. */
export async function makeChannel(directory: string, packages: readonly MadePackage[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const subdir of ['linux-64', 'noarch']) {
    mkdirSync(join(directory, subdir), { recursive: true });
    const records: Record<'packages' | 'packages.conda', Record<string, unknown>> = {
      packages: {},
      'packages.conda': {},
    };
    for (const each of packages.filter(({ noarch }) => (noarch === undefined) === (subdir === 'linux-64'))) {
      const form = each.form ?? '.conda';
      const file = `${each.name}-${each.version}-0${form}`;
      const content = await makePackage(each, subdir);
      if (each.isDamaged === true) content.fill(0x55, content.length >> 2, content.length >> 1);
      writeFileSync(join(directory, subdir, file), content);
      names.set(each.name, file);
      const hash = createHash('sha256').update(content).digest('hex');
      records[form === '.conda' ? 'packages.conda' : 'packages'][file] = {
        ...indexOf(each, subdir),
        sha256: each.hasWrongHash === true ? '0'.repeat(64) : hash,
        size: content.length,
      };
    }
    writeFileSync(join(directory, subdir, 'repodata.json'), JSON.stringify({ info: { subdir }, ...records }));
  }
  return names;
}

function indexOf({ name, version, depends = [], noarch }: MadePackage, subdir: string): Record<string, unknown> {
  return { name, version, build: '0', build_number: 0, depends, subdir, ...(noarch === undefined ? {} : { noarch }) };
}

async function makePackage(made: MadePackage, subdir: string): Promise<Buffer> {
  const { files = [], entryPoints, form = '.conda', name, version } = made;
  const listed = files.filter(({ isUnlisted }) => isUnlisted !== true);
  const paths = listed.map(({ path, link, placeholder, fileMode }) => ({
    _path: path,
    path_type: link === undefined ? 'hardlink' : 'softlink',
    ...(placeholder === undefined ? {} : { prefix_placeholder: placeholder, file_mode: fileMode ?? 'text' }),
  }));
  const info: MadeFile[] = [
    { path: 'info/index.json', content: JSON.stringify(indexOf(made, subdir)) },
    { path: 'info/paths.json', content: JSON.stringify({ paths_version: 1, paths }) },
    ...(entryPoints === undefined
      ? []
      : [
          {
            path: 'info/link.json',
            content: JSON.stringify({ noarch: { type: 'python', entry_points: entryPoints } }),
          },
        ]),
  ];
  if (form === '.tar.bz2') return compress('bzip2', await makeTar([...info, ...files]));
  return makeZip([
    ['metadata.json', Buffer.from('{"conda_pkg_format_version": 2}')],
    [`pkg-${name}-${version}-0.tar.zst`, compress('zstd', await makeTar(files))],
    [`info-${name}-${version}-0.tar.zst`, compress('zstd', await makeTar(info))],
  ]);
}

function compress(program: string, input: Buffer): Buffer {
  return execFileSync(program, ['-c'], { input, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'ignore'] });
}

function makeTar(files: readonly MadeFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { path, content = '', link, mode = 0o644 } of files) {
    const header: Headers = { name: path, mode, mtime: new Date(time * 1000) };
    if (link === undefined) tar.entry(header, content);
    else tar.entry({ ...header, type: 'symlink', linkname: link });
  }
  tar.finalize();
  return buffer(tar);
}
