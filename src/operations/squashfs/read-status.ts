import type { Stats } from 'node:fs';
import { statIfThere } from '../../host/files.ts';
import { joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { findNamedOrLoaded, type Installed } from '../installed/find-installed.ts';
import { tellFileQuota } from './tell-file-quota.ts';

export interface SquashfsStatus extends Installed {
  readonly used: 'squashfs' | 'directory' | 'nothing';
  readonly packed: Stats | undefined;
  readonly directory: Stats | undefined;
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
  return { ...installed, used, packed, directory, quota: await tellFileQuota(installDir, context) };
}
