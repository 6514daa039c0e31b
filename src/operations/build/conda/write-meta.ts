import { withoutSecrets } from '../../../conda/channels.ts';
import { writeTreeFile } from '../../../host/unpacked-tree.ts';
import { type HostPath, joinHost } from '../../../lib/paths.ts';
import { evenTime, type InstalledPackage, once } from './install-package.ts';

/** `conda-meta/`: a record of each package as conda writes it, so that conda in the image knows the environment, and a history. */
export async function writeCondaMeta(directory: HostPath, installed: readonly InstalledPackage[]): Promise<void> {
  const write = (name: string, text: string): Promise<void> =>
    writeTreeFile(joinHost(directory, 'conda-meta', name), once(Buffer.from(text)), {
      mtime: evenTime,
      isProgram: false,
    });
  const history: string[] = [];
  for (const { fetched, info, files } of installed) {
    const { name, version, build, subdir, fileName, sha256, md5, size } = fetched;
    const distribution = `${name}-${version}-${build}`;
    const record = {
      ...info.index,
      ...{ subdir, fn: fileName, url: withoutSecrets(fetched.url), channel: withoutSecrets(fetched.channel) },
      ...{ sha256, md5, size, files, requested_spec: '' },
      link: { source: '', type: 1 },
      paths_data: {
        paths_version: 1,
        paths: info.paths.map(({ path, type, sha256: hash }) => ({ _path: path, path_type: type, sha256: hash })),
      },
    };
    await write(`${distribution}.json`, `${JSON.stringify(record, undefined, 2)}\n`);
    history.push(`+${withoutSecrets(fetched.channel)}/${subdir}::${distribution}`);
  }
  await write('history', `==> 1980-01-01 00:00:00 <==\n# cmd: ctinstall build\n${history.join('\n')}\n`);
}
