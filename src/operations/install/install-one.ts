import { announceModule } from '../../apply/announce-module.ts';
import { applyPlan } from '../../apply/apply-plan.ts';
import { isFile } from '../../host/files.ts';
import { placesOf } from '../../plan/places.ts';
import { readRecord } from '../../records/record.ts';
import { withInstallLock } from '../../transaction/with-install-lock.ts';
import { planTarget } from './install-target.ts';
import { reportKept } from './report-install.ts';
import type { Requested } from './resolve-requests.ts';
import type { Outcome, Target } from './types.ts';

export interface InstallOneOptions {
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

/** Installs one easyconfig, unless it is there and no rebuild was asked for. */
export async function installOne(
  { request, target, settings, context }: Requested,
  flags: InstallOneOptions,
): Promise<Outcome> {
  const { install } = target;
  const { isDefault } = request;
  const places = placesOf(install.prefix, install.name, install.fullVersion, install.modulefile);
  const { directories } = install.policy;
  const locking = { ...context, directories, waits: flags.wait !== false, forceUnlock: flags.forceUnlock === true };
  return withInstallLock(places, locking, async () => {
    if (!request.rebuild && (await isInstalled(target))) {
      if (isDefault) await announceModule(places, { ...context, isDefault });
      context.reporter.report({
        event: 'note',
        message: `${install.moduleName} is installed already${isDefault ? ', and the default version now' : ''}; \`--rebuild\` installs it again`,
      });
      return 'already-installed';
    }
    const plan = await planTarget(target, { asked: request.image, settings }, context);
    context.reporter.report({ event: 'note', message: `installing ${install.moduleName} in ${install.installDir}` });
    await reportKept(plan, await applyPlan(plan, { ...context, isDefault }), context);
    return 'installed';
  });
}

async function isInstalled({ install }: Target): Promise<boolean> {
  return (await readRecord(install.installDir))?.record !== undefined && (await isFile(install.modulefile));
}
