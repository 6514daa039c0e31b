import { describe, expect, it } from 'vitest';
import { describeList } from '../../../src/cli/words/describe-list.ts';
import { hostPath, type Prefix } from '../../../src/lib/paths.ts';
import type { ListedInstall } from '../../../src/operations/installed/list-installed.ts';
import type { InstallRecord } from '../../../src/records/record.ts';

const prefixes = [hostPath('/home/u/software') as unknown as Prefix, hostPath('/projappl/p') as unknown as Prefix];

function installOf(module: string, more: object = {}, hidden = false): ListedInstall {
  const record = { installed: '2026-11-29T01:02:03Z', image: { size: 4_400_000_000 }, hidden };
  return {
    module,
    prefix: prefixes[0] as Prefix,
    installDir: hostPath('/x'),
    fault: undefined,
    record: record as unknown as InstallRecord,
    isDefault: false,
    isLoaded: false,
    hiddenBy: undefined,
    imageState: 'copy',
    differs: undefined,
    userSoftware: { form: 'none', size: 0 },
    ...more,
  };
}

describe('the table of installs', () => {
  it('says what is special at the end of a line, or below it where the line has no room', () => {
    const lines = describeList(
      [
        installOf('mpi4py/3.1.6-rocm-6.2.0', { isDefault: true, isLoaded: true }, true),
        installOf('PyTorch/2.7.1', { imageState: 'gone', userSoftware: { form: 'packed', size: 1_300_000_000 } }),
        installOf('R/4', { imageState: 'link', userSoftware: { form: 'directory', size: undefined }, isLoaded: true }),
        installOf('R/4', { prefix: prefixes[1], hiddenBy: prefixes[0], imageState: 'central' }),
      ],
      { prefixes, hasTitles: true },
    );
    expect(`\n${lines.join('\n')}`).toBe(`
MODULE                   INSTALLED   IMAGE         USER SOFTWARE
mpi4py/3.1.6-rocm-6.2.0  2026-11-29  copy 4.1 GiB
    default, loaded, hidden
PyTorch/2.7.1            2026-11-29  gone          packed 1.2 GiB
    does not load: --rebuild gets its image
R/4                      2026-11-29  link          directory       loaded
R/4                      2026-11-29  central
    in /projappl/p, behind the module of that name in /home/u/software`);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('has no titles where no person reads them, and no line where nothing can be said', () => {
    const fault: ListedInstall = {
      module: 'a/1',
      prefix: prefixes[0] as Prefix,
      installDir: hostPath('/x'),
      fault: 'bad',
    };
    expect(describeList([fault], { prefixes, hasTitles: true })).toEqual([]);
    expect(describeList([installOf('a/1')], { prefixes, hasTitles: false })).toEqual(['a/1  2026-11-29  copy 4.1 GiB']);
  });
});
