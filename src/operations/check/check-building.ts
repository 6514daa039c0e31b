import { discoverBuildFacts } from '../../discover/build-facts.ts';
import type { Machine } from '../../discover/machine.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { type Finding, foundThing, missingThing } from '../../lib/finding.ts';
import type { Found } from '../../lib/found.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { chooseRuntimeWay, chooseTreeWay } from '../build/definition/choose-way.ts';

const what = 'building images';

/** Which ways to build an image work here. Adding files needs the squashfs tools alone, which have a line of their own. */
export async function checkBuilding(runtime: Found<Runtime>, machine: Machine): Promise<Finding> {
  const { PATH } = machine.environment;
  const proot = await lookUpProgram('proot', PATH);
  const adds = (await lookUpProgram('mksquashfs', PATH)) === undefined ? [] : ['adding files and conda environments'];
  if (runtime.kind === 'found') {
    const { name, path, flavour } = runtime.value;
    const way = chooseRuntimeWay(flavour, await discoverBuildFacts(path, machine));
    if (way.kind === 'runtime')
      return foundThing(what, ['definition files', ...adds].join('; '), [
        `\`${name}\` ${way.says}`,
        ...(proot === undefined ? [] : [`or ${proot}`]),
      ]);
    if (proot !== undefined)
      return foundThing(what, ['definition files by proot, which is tried when it is used', ...adds].join('; '), [
        proot,
      ]);
    return onlyAdding(adds, way);
  }
  const way = chooseTreeWay({ proot, runsScripts: true });
  if (way.kind === 'none') return onlyAdding(adds, { ...way, why: `no container runtime, and ${way.why}` });
  return foundThing(what, ['definition files upon a SIF by proot', ...adds].join('; '), [way.proot ?? '']);
}

function onlyAdding(adds: readonly string[], { why, hint }: { readonly why: string; readonly hint: string }): Finding {
  const value = [`no definition files: ${why}`, ...adds.map((each) => `but ${each}`)].join('; ');
  return missingThing(what, [], { value, hint });
}
