import type { StepKind } from '../../plan/steps/step.ts';
import type { StepDoer } from '../types.ts';
import { buildImage } from './build-image.ts';
import { checkModulefileStep } from './check-modulefile.ts';
import { checkPaths } from './check-paths.ts';
import { copyImage } from './copy-image.ts';
import { fetchImage } from './fetch-image.ts';
import { giveToGroup } from './give-to-group.ts';
import { keepRecorded } from './keep-recorded.ts';
import { linkImage } from './link-image.ts';
import { makeConda } from './make-conda.ts';
import { makeDirectory } from './make-directory.ts';
import { makeLinks } from './make-links.ts';
import { makeReadOnly } from './make-read-only.ts';
import { makeWrappers } from './make-wrappers.ts';
import { packUserSoftware } from './pack-user-software.ts';
import { publish } from './publish.ts';
import { recordAdditions } from './record-additions.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { reserveRoomStep } from './reserve-room.ts';
import { retireImage } from './retire-image.ts';
import { runHook } from './run-hook.ts';
import { runInContainer } from './run-in-container.ts';
import { runOnHost } from './run-on-host.ts';
import { tryImage } from './try-image.ts';
import { useCentralImage } from './use-central-image.ts';
import { verifySignature } from './verify-signature.ts';
import { writeFile } from './write-file.ts';
import { writeModulefile } from './write-modulefile.ts';
import { writeRecord } from './write-record.ts';

/** How each kind of step is done, a row each: the mirror of the table in `plan/steps/step.ts`. */
export const stepDoers: { readonly [Kind in StepKind]: StepDoer<Kind> } = {
  'reserve-room': reserveRoomStep,
  'try-image': tryImage,
  'verify-signature': verifySignature,
  'fetch-image': fetchImage,
  'build-image': buildImage,
  'copy-image': copyImage,
  'link-image': linkImage,
  'use-central-image': useCentralImage,
  'retire-image': retireImage,
  'keep-recorded': keepRecorded,
  'make-wrappers': makeWrappers,
  'make-links': makeLinks,
  'make-conda': makeConda,
  'pack-user-software': packUserSoftware,
  'write-file': writeFile,
  'make-directory': makeDirectory,
  'run-in-container': runInContainer,
  'run-on-host': runOnHost,
  'write-record': writeRecord,
  publish,
  'record-additions': recordAdditions,
  'check-paths': checkPaths,
  'write-modulefile': writeModulefile,
  'remove-leftovers': removeLeftovers,
  'run-hook': runHook,
  'check-modulefile': checkModulefileStep,
  'give-to-group': giveToGroup,
  'make-read-only': makeReadOnly,
};
