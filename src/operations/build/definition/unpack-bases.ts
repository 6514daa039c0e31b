import { basename } from 'node:path';
import type { BuildFacts } from '../../../discover/build-facts.ts';
import { checkImage, discoverImageContents } from '../../../discover/image.ts';
import type { Definition, Stage } from '../../../formats/definition/types.ts';
import { isFile, makeDirectory } from '../../../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../../../lib/paths.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import type { Context } from '../../context.ts';
import { unpackBase } from '../proot/unpack-base.ts';
import { step } from '../step.ts';

export interface UnpackedFor {
  readonly runtime: Runtime;
  readonly facts: Pick<BuildFacts, 'isRoot' | 'hasOtherIds' | 'isSetuid'>;
  /** A directory of its own, for the trees. */
  readonly work: HostPath;
}

/**
 * The text of a definition file for the runtime. Apptainer without setuid has `unsquashfs` unpack an image where no id but one
 * is known; that of squashfs-tools 4.5 and later then fails at each file of another user or group, such as Debian's
 * `/etc/shadow`. Images with such files are unpacked here, and the text names the directories in their place.
 */
export async function unpackBases(definition: Definition, build: UnpackedFor, context: Context): Promise<string> {
  const { runtime, facts, work } = build;
  if (runtime.flavour !== 'apptainer' || (facts.isRoot && facts.hasOtherIds) || facts.isSetuid) return definition.text;
  const lines = definition.text.split('\n');
  for (const [index, stage] of definition.stages.entries()) {
    const { bootstrap, from, place } = stage.base;
    if (bootstrap !== 'localimage' || !(await hasOtherOwners(hostPath(from, context.cwd)))) continue;
    const root = joinHost(work, `stage-${index}`, basename(from));
    await makeDirectory(hostPath('..', root));
    await step(context.reporter, `unpack ${from}`, () => unpack(stage, root, context));
    lines[place.line - 1] = `From: ${root}`;
  }
  return lines.join('\n');
}

async function hasOtherOwners(image: HostPath): Promise<boolean> {
  if (!(await isFile(image))) return false;
  await checkImage(image);
  const { image: found } = await discoverImageContents(image);
  const squashfs = found.kind === 'sif' && 'rootFileSystem' in found ? found.rootFileSystem.squashfs : undefined;
  return (squashfs?.ids ?? 1) > 1;
}

function unpack(stage: Stage, root: HostPath, context: Context): Promise<void> {
  const fetch = (): never => {
    throw new Error('it is a file');
  };
  return unpackBase(stage, { root, work: hostPath('..', root), fetch }, context);
}
