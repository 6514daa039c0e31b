import { type HostPath, joinHost, modulePathOf } from '../lib/paths.ts';
import { describeModulefile } from '../modulefile/describe-install.ts';
import { renderModulefile } from '../modulefile/render.ts';
import type { Modulefile } from '../modulefile/types.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import { placesOf } from './places.ts';
import type { PlanInputs } from './plan-inputs.ts';
import type { StagedPlace } from './plan-run.ts';
import type { TrialModule } from './steps/run-on-host.ts';

/**
 * The module that sanity checks on the host run with, as EasyBuild's do: that of the install, for the staging directory. What
 * is there already is where it will be: user software.
 */
export function planTrialModule(
  install: ResolvedInstall,
  inputs: PlanInputs,
  { staging, image }: Pick<StagedPlace, 'staging'> & { readonly image: HostPath | undefined },
): TrialModule {
  const { prefix, name, fullVersion, installDir, modulesTool, moduleName, modulefile } = install;
  const options = { toolVersion: inputs.toolVersion, images: image === undefined ? [] : [image] };
  const moved = replacePaths(describeModulefile(install, options), installDir, staging);
  const { container } = moved;
  const userSoftware = joinHost(installDir, 'user-software');
  const trial: Modulefile =
    container === undefined || !inputs.hasUserSoftware
      ? moved
      : {
          ...moved,
          container: {
            ...container,
            venv: container.venv && { ...container.venv, directory: joinHost(userSoftware, 'venv') },
            userSoftware: container.userSoftware && {
              ...container.userSoftware,
              directory: userSoftware,
              squashfs: joinHost(installDir, 'user-software.squashfs'),
            },
          },
        };
  const modulePath = modulePathOf(prefix);
  return {
    tool: modulesTool,
    name: moduleName,
    modulePath,
    directory: joinHost(placesOf(prefix, name, fullVersion).retired, 'trial'),
    file: modulefile.slice(modulePath.length + 1),
    content: renderModulefile(trial, modulesTool),
  };
}

/** A value with every path below one directory below another. */
function replacePaths<T>(value: T, from: HostPath, to: HostPath): T {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'string' && (part === from || part.startsWith(`${from}/`))
      ? `${to}${part.slice(from.length)}`
      : part,
  );
}
