import { maskSecrets } from '../lib/mask-secrets.ts';
import { type HostPath, joinHost, type StagingDir } from '../lib/paths.ts';
import type { ImageFile, ImageSource, ResolvedImage, ResolvedInstall } from '../resolve/types.ts';
import type { PlanInputs } from './plan-inputs.ts';
import type { PlannedRecord } from './planned-record.ts';
import type { RetireImageStep } from './steps/retire-image.ts';
import type { Step } from './steps/step.ts';

export interface PlannedImage {
  readonly steps: readonly Step[];
  /** Once no command of the recipe can reach it any more: it has the content of the earlier install's. */
  readonly retire: readonly RetireImageStep[];
  /** Bytes that the image will take. */
  readonly bytes: number;
  /** The image while the install is built; undefined where there is none, and nothing runs in a container. */
  readonly staged: HostPath | undefined;
  /** Where the module looks for it, in this order. */
  readonly candidates: readonly HostPath[];
  readonly record: PlannedRecord['image'];
  /** Files of the install that are images, relative. */
  readonly files: readonly string[];
  /** An earlier image that stays under its own name: another one is used now. */
  readonly kept: readonly string[];
  /** The name that an earlier image of the same name gets. */
  readonly retired: readonly string[];
}

/** Where the module looks for the image, in this order; `found` is where it is now. */
export function imageCandidatesOf(install: ResolvedInstall, found: HostPath | undefined): readonly HostPath[] {
  const { image, installDir, centralImages } = install;
  if (image === undefined) return [];
  const first = image.mode === 'central' && found !== undefined ? found : joinHost(installDir, image.file);
  return unique([first, ...centralImages]);
}

/**
 * How the image comes into the install: copied, linked, brought from its source, or not at all. An earlier image stays for
 * jobs that run from it, or that will start from it: under its own name if the new one has another.
 */
export function planImage(install: ResolvedInstall, inputs: PlanInputs, staging: StagingDir): PlannedImage {
  const { image } = install;
  return image === undefined || inputs.image === undefined
    ? planNoImage(inputs)
    : planSomeImage({ ...install, image }, { ...inputs, image: inputs.image }, staging);
}

/** An earlier install of the same module may have had one. */
function planNoImage({ previous }: PlanInputs): PlannedImage {
  const kept = previous?.image === undefined ? [] : [previous.image];
  const none = { steps: [], retire: [], bytes: 0, staged: undefined, candidates: [], record: undefined, files: [] };
  return { ...none, kept, retired: [] };
}

type InstallOfImage = ResolvedInstall & { readonly image: ResolvedImage };
type ImageInputs = PlanInputs & { readonly image: ImageSource };

function planSomeImage(install: InstallOfImage, inputs: ImageInputs, staging: StagingDir): PlannedImage {
  const { file } = install.image;
  const own = joinHost(install.installDir, file);
  const staged = joinHost(staging, file);
  const { previous } = inputs;
  if (inputs.image.kind === 'file' && install.image.mode === 'central') {
    const { path } = inputs.image;
    return {
      steps: [
        ...planSignature(install, { image: path, shown: path }),
        { kind: 'use-central-image', path, ...checked(install, inputs.image) },
      ],
      retire: [],
      bytes: 0,
      staged: path,
      candidates: imageCandidatesOf(install, path),
      record: { file, source: path },
      files: [],
      kept: previous?.image === undefined ? [] : [previous.image],
      retired: [],
    };
  }
  const kept = previous?.image === undefined || previous.image === file ? [] : [previous.image];
  const retired =
    previous?.image === file
      ? [`.ctinstall/retired/${previous.installed.replace(/[^\w]/g, '-').slice(0, 40)}/${file}`]
      : [];
  return {
    steps: planOwnImage(install, inputs, staging),
    retire: retired.map((to) => ({ kind: 'retire-image', from: own, to: joinHost(staging, to) })),
    bytes: inputs.image.kind === 'file' && install.image.mode === 'copy' ? inputs.image.size : 0,
    staged,
    candidates: imageCandidatesOf(install, undefined),
    record: { file, ...describeSource(inputs.image) },
    files: [file],
    kept,
    retired,
  };
}

function describeSource(image: ImageSource): Omit<NonNullable<PlannedRecord['image']>, 'file'> {
  switch (image.kind) {
    case 'file':
      return { source: image.path, ...(image.inputs === undefined ? {} : { inputs: image.inputs }) };
    case 'source':
      return { source: maskSecrets(image.source) };
    case 'build':
      return { source: image.on, inputs: image.inputs };
  }
}

function planOwnImage(install: InstallOfImage, inputs: ImageInputs, staging: StagingDir): Step[] {
  const to = joinHost(staging, install.image.file);
  if (inputs.image.kind === 'build')
    return [
      { kind: 'build-image', build: inputs.image.build, directory: inputs.base, to, sha256: install.image.sha256 },
    ];
  if (inputs.image.kind === 'source')
    return [
      {
        kind: 'fetch-image',
        source: inputs.image.source,
        ...(inputs.image.brought === undefined ? {} : { brought: inputs.image.brought }),
        base: inputs.base,
        to,
        work: joinHost(staging, '.ctinstall', 'fetch'),
        runtime: install.runtime,
        sha256: install.image.sha256,
      },
      ...planSignature(install, { image: to, shown: maskSecrets(inputs.image.source) }),
    ];
  const { path } = inputs.image;
  return [
    {
      kind: install.image.mode === 'link' ? 'link-image' : 'copy-image',
      from: path,
      to,
      ...checked(install, inputs.image),
    },
    ...planSignature(install, { image: to, shown: path }),
  ];
}

function checked({ image }: InstallOfImage, { size, mtimeMs }: ImageFile) {
  return { size, mtimeMs, sha256: image.sha256 };
}

function planSignature(
  { image: { isSigned }, runtime }: InstallOfImage,
  { image, shown }: { image: HostPath; shown: string },
): Step[] {
  return isSigned ? [{ kind: 'verify-signature', image, shown, runtime }] : [];
}

function unique(paths: readonly HostPath[]): HostPath[] {
  return [...new Set(paths)];
}
