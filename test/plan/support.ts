import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hostPath, joinHost } from '../../src/lib/paths.ts';
import { describeModulefile } from '../../src/modulefile/describe-install.ts';
import type { Modulefile } from '../../src/modulefile/types.ts';
import type { PlanInputs, PreviousInstall } from '../../src/plan/plan-inputs.ts';
import { planInstall } from '../../src/plan/plan-install.ts';
import type { Step } from '../../src/plan/steps/step.ts';
import type { Plan } from '../../src/plan/types.ts';
import type { ResolvedInstall } from '../../src/resolve/types.ts';
import { readScriptTexts } from '../../src/scripts/read-scripts.ts';
import type { SettingsValues } from '../../src/settings/options.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import { normalFormOf } from '../easyconfig/support.ts';
import { easyconfigOf, resolved, settingsOf } from '../resolve/support.ts';

export const toolDir = hostPath(fileURLToPath(new URL('../..', import.meta.url)));

export const scriptTexts = await readScriptTexts(toolDir);

export const inputs: PlanInputs = {
  easyconfig: undefined,
  toolVersion: '1.2.3',
  image: { kind: 'file', path: hostPath('/central/demo.sif'), size: 5 * 1024 ** 3, mtimeMs: 1, how: 'in /central' },
  base: hostPath('/recipes'),
  runtime: {
    name: 'singularity',
    path: '/usr/bin/singularity',
    flavour: 'apptainer',
    version: '1.4.5',
  },
  easyconfigText: 'name: demo\n',
  scriptTexts,
  previous: undefined,
  hasUserSoftware: false,
  hasVenv: false,
};

/** An earlier install that lists these files. */
export function previousOf(files: readonly string[], image?: string): PreviousInstall {
  return { files, image, installed: '2026-01-01T00:00:00.000Z' };
}

/** The modulefile of an install, with its own image first. */
export function modulefileOf(install: ResolvedInstall, toolVersion = '1'): Modulefile {
  const images = [
    ...(install.image === undefined ? [] : [joinHost(install.installDir, install.image.file)]),
    ...install.centralImages,
  ];
  return describeModulefile(install, { toolVersion, images });
}

/** A small install: the least easyconfig with `more` after it. */
export function installOf(more: string, values: SettingsValues = {}): ResolvedInstall {
  return resolved(easyconfigOf(more), settingsOf(values));
}

export function planOf(more: string, changed: Partial<PlanInputs> = {}): Plan {
  return planInstall(installOf(more), { ...inputs, ...changed });
}

/** The install that comes of the easyconfig for mpi4py that is shipped, with LUMI's preset. */
export function shippedInstall(prefix = '/home/user/ctinstall'): ResolvedInstall {
  const read = (path: string): string => readFileSync(`${toolDir}/${path}`, 'utf8');
  const easyconfig = normalFormOf(read('easyconfigs/m/mpi4py/mpi4py-3.1.6-rocm-6.2.0.yaml'));
  return resolved(easyconfig, settingsOf(parseSettings(read('sites/lumi.yaml'), 'preset').values, prefix));
}

export function stepsOf<Kind extends Step['kind']>(plan: Plan, kind: Kind): Extract<Step, { kind: Kind }>[] {
  return plan.steps.filter((step): step is Extract<Step, { kind: Kind }> => step.kind === kind);
}
