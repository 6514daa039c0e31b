import type { Stats } from 'node:fs';
import { listDirectory, statIfThere } from '../../host/files.ts';
import { joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { judgeKeptDirectory, type KeptDirectory } from '../../squashfs/kept-directory.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { findNamedOrLoaded, type Installed } from '../installed/find-installed.ts';
import { tellFileQuota } from './tell-file-quota.ts';

export interface SquashfsStatus extends Installed {
  readonly used: 'squashfs' | 'directory' | 'nothing';
  readonly packed: Stats | undefined;
  readonly directory: Stats | undefined;
  /** What became of a directory beside the squashfs since it was packed. */
  readonly kept: KeptDirectory | undefined;
  readonly quota: Awaited<ReturnType<typeof tellFileQuota>>;
}

/** Which form of the user software is in use: of the module that is named, or else of the loaded one. */
export async function readStatus(
  { module, settings }: { readonly module: string | undefined; readonly settings: SettingsValues },
  context: Context,
): Promise<SquashfsStatus> {
  const installed = await findNamedOrLoaded(module, await readSettingsOf(context, settings), context);
  const { installDir } = installed;
  const packed = await statIfThere(joinHost(installDir, 'user-software.squashfs'));
  const directory = await statIfThere(joinHost(installDir, 'user-software'));
  const used = packed?.isFile() === true ? 'squashfs' : directory?.isDirectory() === true ? 'directory' : 'nothing';
  const isKept =
    used === 'squashfs' &&
    directory?.isDirectory() === true &&
    (await listDirectory(joinHost(installDir, 'user-software'))).length > 0;
  return {
    ...installed,
    used,
    packed,
    directory,
    kept: isKept ? await judgeKeptDirectory(installDir, context) : undefined,
    quota: await tellFileQuota(installDir, context),
  };
}
