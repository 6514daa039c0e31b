import { formatLine } from '../../lib/format.ts';
import type { Installed } from '../../operations/installed/find-installed.ts';
import { labelled, type Row } from './wrap-list.ts';

/** An installed module; its files one by one only where all is asked for. */
export function describeModule({ installDir, record }: Installed, isTrace: boolean): string[] {
  const { image, venv, userSoftware, files } = record;
  const commands = files.flatMap(({ path }) => {
    const [directory, name, ...deeper] = path.split('/');
    return directory === 'bin' && name !== undefined && deeper.length === 0 ? [name] : [];
  });
  const rows: Row[] = [
    ['install dir', [installDir]],
    ['modulefile', [record.modulefile]],
    [
      'image',
      [
        image === undefined
          ? 'none'
          : `${image.file}, ${image.how} ${image.how === 'built' ? 'of' : 'from'} ${image.source}`,
      ],
    ],
    ['installed', [`${record.installed} by ctinstall ${record.ctinstall}`]],
    ['venv', venv === undefined ? [] : [`${userSoftware}/venv/${venv}`]],
    ...(isTrace
      ? files.map(({ path }): Row => ['file', [path]])
      : ([
          ['commands', commands],
          ['files', [`${files.length}: --trace names them`]],
        ] satisfies Row[])),
  ];
  return [record.moduleName, ...labelled(rows)].map(formatLine);
}
