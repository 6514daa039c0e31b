import type { ImageBuild } from './types.ts';

/** What an image is made of, in a few words: `on base.sif with environment.yml`. */
export function describeImageBuild(build: ImageBuild): string {
  switch (build.kind) {
    case 'definition':
      return `from ${build.definition}`;
    case 'packages':
      return `on ${build.base.file} with ${build.packages.join(', ')}`;
    case 'files': {
      const added = [build.conda ?? [], build.pip, build.files.map(({ from }) => from)].flat();
      return `on ${build.base.file} with ${added.join(', ')}`;
    }
  }
}
