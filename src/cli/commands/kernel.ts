import { type Kernel, type KernelOptions, kernel as writeKernel } from '../../operations/kernel/kernel.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** `ctinstall kernel [module]`. */
export async function kernel(
  module: string | undefined,
  flags: Omit<KernelOptions, 'module' | 'settings' | 'tell'>,
  settings: SettingsValues,
  { isJson, print, ...context }: CommandContext,
): Promise<void> {
  const tell = ({ name, path, installDir }: Kernel): void =>
    isJson ? printDocument('kernel', { name, path, installDir }, { print }) : print(`wrote ${path}`);
  const { directory } = await writeKernel({ ...flags, module, settings, tell }, context);
  if (flags.remove !== true) return;
  if (isJson) printDocument('kernel --remove', { removed: directory }, { print });
  else print(`removed ${directory}`);
}
