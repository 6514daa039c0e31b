import type { ModuleKind } from '../easyconfig/types.ts';
import { readTextIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { hostPath } from '../lib/paths.ts';
import { familyOfEnvironments } from '../modulefile/describe-install.ts';
import type { InstallRecord } from './record.ts';

/**
 * Which kind of module an install has. Where its record does not say, its modulefile shows it, as that is what is loaded:
 * each environment is of one family. What cannot be read is taken for an environment, as all once were.
 */
export async function readModuleKind(record: Pick<InstallRecord, 'moduleKind' | 'modulefile'>): Promise<ModuleKind> {
  if (record.moduleKind !== undefined) return record.moduleKind;
  const text = await readTextIfThere(hostPath(record.modulefile)).catch((error: unknown) => {
    if (error instanceof CtinstallError) return undefined;
    throw error;
  });
  return text === undefined || text.includes(familyOfEnvironments) ? 'environment' : 'tool';
}
