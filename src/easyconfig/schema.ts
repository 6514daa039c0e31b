import * as z from 'zod';
import { mpiChoices, mpiGlibcs, mpiWays } from '../mpi/types.ts';
import { hintForBindPath, hintForContainerPath } from './bind-hints.ts';
import { describeBadRecipeSource } from './image-source.ts';
import { describeBadPipOption, describeBadRequirement } from './requirements.ts';
import {
  describeBadArgument,
  describeBadBindPath,
  describeBadCommand,
  describeBadCondaRoot,
  describeBadContainerPath,
  describeBadContainerVariable,
  describeBadDirectory,
  describeBadFileMode,
  describeBadFileName,
  describeBadInstalledFile,
  describeBadInstalledText,
  describeBadLocalFile,
  describeBadModuleVariable,
  describeBadPathElement,
  describeBadProgram,
  describeBadRelativePath,
  describeBadUserSoftwarePath,
  describeBadVariableValue,
  extendedPattern,
  extensionPattern,
  gpuChoices,
  groupPattern,
  imageModes,
  installers,
  moduleKinds,
  moduleNamePattern,
  namePattern,
  scriptPattern,
  sha256Pattern,
  variablePattern,
  versionSuffixPattern,
} from './rules.ts';
import { checkBuiltImage, imageBuild } from './schema-build.ts';
import { line, list, matching, namePart, prose, ruled, templated } from './schema-parts.ts';
import {
  aliasPattern,
  describeBadAlias,
  describeBadFamily,
  describeBadFunction,
  describeBadShellName,
} from './shell-rules.ts';
import { checkTotals } from './totals.ts';
import { hintForVariableValue } from './variable-hints.ts';
import { checkWithoutImage } from './without-image.ts';

// Code made for a schema is worth its making only where thousands are parsed.
z.config({ jitless: true });

/*
 * The one definition of an easyconfig: it gives the type of what is written (WrittenEasyconfig), the checks, and the
 * JSON Schema for editors. Keys are EasyBuild's where EasyBuild has the word.
 */

/** A path that may begin with `%(installdir)s`: it is checked again when the template is replaced. */
function untemplated(describeBad: (path: string) => string | undefined) {
  return (path: string) => describeBad(path.replace(/^%\(installdir\)s/, '/installdir').replace(/%\(\w+\)s/g, 'x'));
}

const bindPath = ruled(templated, untemplated(describeBadBindPath), hintForBindPath);
const containerBindPath = ruled(templated, untemplated(describeBadContainerPath), hintForContainerPath);

const plainBind = ruled(templated, untemplated(describeBadContainerPath), (path) =>
  describeBadBindPath(path) === undefined
    ? 'give it another path in the container: `{ host: /path, container: /path }`'
    : hintForBindPath(path),
);
const fullBind = z.strictObject({
  host: bindPath,
  container: containerBindPath.optional(),
  access: z.enum(['ro', 'rw']).optional(),
  image_src: ruled(z.string(), describeBadBindPath, 'the directory in the image file, such as `/`').optional(),
  optional: z.boolean().optional(),
});
const bind = z.union([
  plainBind,
  z.strictObject({ site: matching(groupPattern, 'name of a bind group', 'such as `filesystems`') }),
  fullBind,
]);
const pathBind = z.union([plainBind, fullBind]);

const variableName = matching(
  variablePattern,
  'name of a variable',
  'letters, digits and `_`, not beginning with a digit',
);
const pathElement = ruled(templated, untemplated(describeBadPathElement));
const pathElements = z.union([pathElement, list(pathElement)]);
const pathChange = z.strictObject({ prepend: pathElements.optional(), append: pathElements.optional() });

/** Variables that get a value, and path variables that are added to: `PATH` can be one of those only. */
function variables(
  describeBadName: (name: string) => string | undefined,
  describeBadPath: (change: unknown) => string | undefined = () => undefined,
) {
  const name = ruled(variableName, (name) => (name === 'PATH' ? undefined : describeBadName(name)));
  const words = (bad: string, hint?: string) => ({
    path: ['PATH'],
    message: bad,
    params: { hint, at: 'key' },
    // Also where something else is wrong: all faults are said at once.
    when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null,
  });
  const ofPath = (entries: object): unknown => ('PATH' in entries ? entries.PATH : undefined);
  return z
    .record(name, z.union([ruled(templated, describeBadVariableValue, hintForVariableValue), pathChange]))
    .refine(
      (entries) => typeof ofPath(entries) !== 'string',
      words(describeBadName('PATH') ?? '', 'add to it: `PATH: { prepend: "%(installdir)s/tools" }`'),
    )
    .refine((entries) => describeBadPath(ofPath(entries)) === undefined, words(pathOutside));
}

const pathOutside =
  'must be given directories of the install, such as `%(installdir)s/tools`: others go into `env.container`';

function describeBadModulePath(change: unknown): string | undefined {
  const { success, data } = pathChange.safeParse(change);
  if (!success) return undefined;
  const isOfInstall = (path: string): boolean => /^%\(installdir\)s\//.test(path) && !path.split('/').includes('..');
  return [data.prepend ?? [], data.append ?? []].flat().every(isOfInstall) ? undefined : pathOutside;
}

const shellName = ruled(
  matching(
    aliasPattern,
    'name of an alias or function',
    'letters, digits, `_` and `-`, beginning with a letter or `_`',
  ),
  describeBadShellName,
);
const shellAlias = ruled(templated, describeBadAlias, 'put it into a script: `files`, with `bin/` in its path');
const shellFunction = ruled(templated, describeBadFunction, 'put it into a script: `files`, with `bin/` in its path');

const scriptName = matching(scriptPattern, 'name of a script', 'a plain file name such as `start-shell`');
const relativePath = ruled(templated, describeBadRelativePath);

const wrapperName = matching(scriptPattern, 'name of a wrapper', 'a plain file name such as `python`');
const wrapper = z.union([
  wrapperName,
  z.strictObject({
    from: ruled(z.string(), describeBadContainerPath, 'the directory in the image, such as `/opt/venv/bin`'),
    except: list(wrapperName).optional(),
  }),
  z.strictObject({
    name: wrapperName,
    command: ruled(z.string(), describeBadProgram, 'such as `python`, or `/opt/prog/bin/run`').optional(),
    args: list(ruled(templated, describeBadArgument)).optional(),
    binds: list(pathBind).optional(),
  }),
]);

const venv = z.strictObject({
  name: matching(scriptPattern, 'name of a venv', namePart),
  requirements: z
    .union([
      list(ruled(z.string(), describeBadRequirement, 'such as `torchmetrics==1.0`')),
      ruled(z.string(), describeBadArgument, 'a file beside the easyconfig, or a list: `[torchmetrics==1.0]`'),
    ])
    .optional(),
  pip_options: list(ruled(z.string(), describeBadPipOption)).optional(),
  installer: z.enum(installers).optional(),
});

const installedPath = ruled(
  templated,
  (path) => describeBadInstalledFile(path.replace(/^%\(installdir\)s\//, '').replace(/%\(\w+\)s/g, 'x')),
  'such as `share/example.def`, `runscripts/init` or `bin/run-it`',
);
const installedMode = ruled(z.string(), describeBadFileMode, 'in quotes, such as `"755"`').optional();
const installedFile = z.union([
  z.strictObject({ path: installedPath, mode: installedMode, text: ruled(templated, describeBadInstalledText) }),
  z.strictObject({
    path: installedPath,
    mode: installedMode,
    from: ruled(z.string(), describeBadLocalFile, 'the name of a file beside the easyconfig'),
  }),
]);

const image = z.strictObject({
  file: ruled(
    templated,
    describeBadFileName,
    'give the bare file name; `image_dirs` in the settings says where to look',
  ),
  directory: ruled(z.string(), describeBadLocalFile, 'such as `/project/p1/images`').optional(),
  sha256: matching(sha256Pattern, 'SHA-256', '64 lower-case hex digits, as `sha256sum` prints').optional(),
  source: ruled(templated, describeBadRecipeSource, 'such as `docker://docker.io/library/python:3.12`').optional(),
  mode: z.enum(imageModes).optional(),
  verify: z.literal('signed').optional(),
});

const commandText = ruled(templated, describeBadCommand);
const command = z.union([commandText, z.strictObject({ command: commandText, host: z.boolean().optional() })]);

export const easyconfigSchema = z
  .strictObject({
    // Read, and replaced by what that file says, before all else: see extend.ts.
    extends: matching(extendedPattern, 'name of a file beside this one', 'such as `PyTorch-base.yaml`').optional(),
    name: matching(namePattern, 'name', namePart),
    // A whole number is taken for its text: see parse.ts.
    version: matching(namePattern, 'version', namePart).meta({ type: ['string', 'integer'] }),
    versionsuffix: matching(
      versionSuffixPattern,
      'versionsuffix',
      'such as `-rocm-6.2.0`: letters, digits and `.`, `_`, `+`, `-`, at most 127',
    ).optional(),
    homepage: line.optional(),
    whatis: list(line.refine((value) => value.trim() !== '', 'must not be blank')).optional(),
    description: prose.optional(),
    usage: prose.optional(),
    examples: prose.optional(),
    citing: prose.optional(),
    docurls: list(line).optional(),
    moduleclass: matching(groupPattern, 'moduleclass', 'one word such as `devel` or `ai`').optional(),
    extensions: list(
      matching(extensionPattern, 'name of an extension', 'such as `numpy/1.26.4` or `torchrun`'),
    ).optional(),
    depends_on: list(matching(moduleNamePattern, 'module name', 'such as `rocm/6.2.0`')).optional(),
    build_dependencies: list(matching(moduleNamePattern, 'module name', 'such as `buildtools/24.03`')).optional(),
    conflicts: list(matching(moduleNamePattern, 'module name', 'such as `singularity-bindings`')).optional(),
    family: ruled(z.string(), describeBadFamily, 'such as `mpi`').optional(),
    aliases: z.record(shellName, shellAlias).optional(),
    functions: z
      .record(shellName, z.union([shellFunction, z.strictObject({ bash: shellFunction, csh: shellAlias.optional() })]))
      .optional(),
    module_kind: z.enum(moduleKinds).optional(),
    deprecated: line.optional(),
    load_message: prose.optional(),
    hidden: z.boolean().optional(),
    image: z.union([z.literal('none'), image]),
    build: imageBuild.optional(),
    binds: list(bind).optional(),
    runscripts: list(scriptName).optional(),
    wrappers: list(wrapper).optional(),
    files: list(installedFile).optional(),
    gpu: z.enum(gpuChoices).optional(),
    env_sets: list(matching(groupPattern, 'name of a set of variables', 'such as `rccl-slingshot`')).optional(),
    mpi: z
      .strictObject({
        replace: z.enum(mpiChoices).optional(),
        never: list(z.enum(mpiWays)).optional(),
        glibc: z.enum(mpiGlibcs).optional(),
      })
      .optional(),
    python: z
      .strictObject({
        conda_env: matching(scriptPattern, 'name of a conda environment', namePart).optional(),
        conda_root: ruled(z.string(), describeBadCondaRoot).optional(),
        conda: z
          .strictObject({
            name: matching(scriptPattern, 'name of a conda environment', namePart),
            file: ruled(z.string(), describeBadLocalFile, 'such as `environment.yml`'),
            program: ruled(z.string(), describeBadDirectory, 'the path of conda, mamba or micromamba').optional(),
          })
          .optional(),
        venv: venv.optional(),
      })
      .optional(),
    user_software: z
      .strictObject({
        path: ruled(z.string(), describeBadUserSoftwarePath, 'such as `/opt/prog`').optional(),
        pack: z.boolean().optional(),
        from: ruled(z.string(), describeBadDirectory, 'such as `/opt/prog`').optional(),
      })
      .optional(),
    env: z
      .strictObject({
        module: variables(describeBadModuleVariable, describeBadModulePath).optional(),
        container: variables(describeBadContainerVariable).optional(),
      })
      .optional(),
    sanity_check_paths: z
      .strictObject({ files: list(relativePath).optional(), dirs: list(relativePath).optional() })
      .optional(),
    post_install: list(command).optional(),
    sanity_check_commands: list(command).optional(),
  })
  .superRefine(checkWithoutImage)
  .superRefine(checkTotals)
  .superRefine(checkBuiltImage);

/** An easyconfig as written: anything optional may be missing. */
export type WrittenEasyconfig = z.infer<typeof easyconfigSchema>;
