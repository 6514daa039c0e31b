import { maskSecrets } from '../../lib/mask-secrets.ts';
import { findWrappedImage } from './image.ts';
import type { Wrap } from './types.ts';
import { readWrappers } from './wrappers.ts';

/** An image that nobody wrote a recipe for. */
export const wrapContainer: Wrap = async (request) => {
  const { what, flags, name, version, versionsuffix, command } = request;
  const { image, asked } = await findWrappedImage(what, request);
  return {
    wrapped: {
      ...{ name, version, versionsuffix, command, image },
      about: `${name}, wrapped from the image ${maskSecrets(image.source ?? image.file)}`,
      binds: [],
      wrappers: readWrappers(flags.wrappers ?? []),
    },
    image: asked,
    made: [],
  };
};
