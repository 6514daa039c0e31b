import { type Kernel, type KernelOptions, kernel as writeKernel } from '../../operations/kernel/kernel.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';

/** `ctinstall kernel [module]`. */
export async function kernel(
  module: string | undefined,
  flags: Omit<KernelOptions, 'module' | 'settings' | 'tell'>,
  settings: SettingsValues,
  { isJson, print, ...context }: CommandContext,
): Promise<void> {
  const tell = ({ name, path, installDir }: Kernel): void =>
    print(isJson ? JSON.stringify({ name, path, installDir }) : `wrote ${path}`);
  const { directory } = await writeKernel({ ...flags, module, settings, tell }, context);
  if (flags.remove === true) print(`removed ${directory}`);
}
