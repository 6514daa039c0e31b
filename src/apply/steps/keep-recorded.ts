import type { StepDoer } from '../types.ts';

export const keepRecorded: StepDoer<'keep-recorded'> = {
  apply: async ({ image, files }, { measured }) => {
    measured.image = image;
    for (const { mtimeMs, sha256, digest, link, ...file } of files)
      measured.files.push({
        ...file,
        mtimeMs,
        sha256,
        ...(digest === undefined ? {} : { digest }),
        ...(link === undefined ? {} : { link }),
      });
  },
};
