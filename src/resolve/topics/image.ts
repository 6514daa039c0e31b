import { describeBadImageSource } from '../../easyconfig/image-source.ts';
import { describeBadFileName } from '../../easyconfig/rules.ts';
import type { EasyconfigImage } from '../../easyconfig/types.ts';
import { joinHost } from '../../lib/paths.ts';
import { optionTable } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { filledIssue } from '../filled-issue.ts';
import type { ResolvedImage } from '../types.ts';
import type { Resolver } from './resolver.ts';

/** Which image, how it gets into the install, and where else it may be. */
export const resolveImage: Resolver<'image' | 'centralImages'> = ({ easyconfig, settings, fill }) => {
  if (easyconfig.image === undefined) return { part: { image: undefined, centralImages: [] }, issues: [] };
  const image = imageOf(easyconfig.image, settings, fill);
  return {
    part: { image, centralImages: settings.imageDirs.map((directory) => joinHost(directory, image.file)) },
    issues: [
      ...filledIssue(['image', 'file'], image.file, describeBadFileName),
      ...(image.source === undefined ? [] : filledIssue(['image', 'source'], image.source, describeBadImageSource)),
    ],
  };
};

/** A flag beats the easyconfig, which beats the settings; a signature is asked for where either of them does. */
function imageOf(
  written: EasyconfigImage,
  { imageMode, requiresSignature, origins }: Settings,
  fill: (text: string) => string,
): ResolvedImage {
  const [origin = ''] = origins.image_mode;
  const isAsked = origin.endsWith('(forced)') || origin === optionTable.image_mode.flag.split(' ')[0];
  return {
    file: fill(written.file),
    directory: written.directory,
    sha256: written.sha256,
    source: written.source === undefined ? undefined : fill(written.source),
    mode: isAsked ? imageMode : (written.mode ?? imageMode),
    isSigned: written.isSigned || requiresSignature,
  };
}
