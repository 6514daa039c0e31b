import { describeBadRecipeSource, schemeOf } from '../../easyconfig/image-source.ts';
import { describeBadRequirement } from '../../easyconfig/requirements.ts';
import { describeBadContainerPath, describeBadLocalFile, describeBadVariableValue } from '../../easyconfig/rules.ts';
import type { ImageBuild } from '../../easyconfig/types.ts';
import { filledIssue } from '../filled-issue.ts';
import type { ResolveIssue } from '../types.ts';
import type { Resolver } from './resolver.ts';

/** What the image is made of, where the install makes it. */
export const resolveBuild: Resolver<'build'> = ({ easyconfig, fill }) => {
  const build = easyconfig.build && fillBuild(easyconfig.build, fill);
  return { part: { build }, issues: build === undefined ? [] : issuesOf(build) };
};

type Fill = (text: string) => string;

function fillBuild(build: ImageBuild, fill: Fill): ImageBuild {
  const fillIf = (text: string | undefined): string | undefined => (text === undefined ? undefined : fill(text));
  switch (build.kind) {
    case 'definition': {
      const buildArgs = Object.entries(build.buildArgs).map(([name, value]) => [name, fill(value)] as const);
      return { ...build, definition: fill(build.definition), buildArgs: Object.fromEntries(buildArgs) };
    }
    case 'packages':
      return { ...build, base: { ...build.base, file: fill(build.base.file) } };
    case 'files':
      return {
        ...build,
        base: { ...build.base, file: fill(build.base.file) },
        conda: fillIf(build.conda),
        pip: build.pip.map(fill),
        wheels: fillIf(build.wheels),
        files: build.files.map(({ from, to }) => ({ from: fill(from), to: fillIf(to) })),
      };
  }
}

function issuesOf(build: ImageBuild): ResolveIssue[] {
  const base = ({ file: named }: { readonly file: string }): ResolveIssue[] =>
    filledIssue(
      ['build', 'base'],
      named,
      schemeOf(named) === undefined ? describeBadLocalFile : describeBadRecipeSource,
    );
  const file = (key: readonly PropertyKey[], path: string | undefined): ResolveIssue[] =>
    path === undefined ? [] : filledIssue(['build', ...key], path, describeBadLocalFile);
  switch (build.kind) {
    case 'definition':
      return [
        ...file(['definition'], build.definition),
        ...Object.entries(build.buildArgs).flatMap(([name, value]) =>
          filledIssue(['build', 'build_args', name], value, describeBadVariableValue),
        ),
      ];
    case 'packages':
      return base(build.base);
    case 'files':
      return [
        ...base(build.base),
        ...file(['conda'], build.conda),
        ...build.pip.flatMap((each, at) => filledIssue(['build', 'pip', at], each, describeBadRequirement)),
        ...file(['wheels'], build.wheels),
        ...build.files.flatMap(({ from, to }, at) => [
          ...file(['files', at, 'from'], from),
          ...(to === undefined ? [] : filledIssue(['build', 'files', at, 'to'], to, describeBadContainerPath)),
        ]),
      ];
  }
}
