import * as z from 'zod';
import { buildRecord } from '../../operations/build/build-record.ts';
import { bind, bytes, command, draft, environment, maybeText, textByName, texts } from './values.ts';

const file = z.object({
  path: z.string().describe('below the install dir'),
  size: bytes,
  mode: z.number(),
  mtimeMs: z.number().optional(),
  sha256: maybeText,
  digest: maybeText,
  link: maybeText,
});

/** An installed module: its record. */
const shownModule = z
  .object({
    installDir: z.string(),
    name: z.string(),
    version: z.string(),
    fullVersion: z.string(),
    moduleName: z.string(),
    ctinstall: z.string().describe('version of ctinstall that installed it'),
    installed: z.string().describe('when, as ISO 8601 in UTC'),
    prefix: z.string(),
    modulefile: z.string(),
    modulefileSha256: maybeText,
    centralImages: texts,
    runtime: z.looseObject({ name: z.string(), flavour: z.string(), version: maybeText }),
    image: z
      .object({
        file: z.string(),
        source: z.string(),
        size: bytes,
        sha256: maybeText,
        digest: maybeText,
        how: z.string().describe('cloned, copied, fetched, built, linked or central'),
        inputs: textByName.optional().describe('of one that was built: a digest of each of its inputs'),
      })
      .optional()
      .describe('a module of `image: none` has none'),
    easyconfig: z.object({ path: z.string(), sha256: z.string() }).optional().describe('what it was installed from'),
    binds: z.array(bind).optional(),
    venv: maybeText,
    userWrappers: texts.optional().describe('console scripts that the user installed, and that have wrappers'),
    userSoftware: z.string(),
    files: z.array(file),
    retired: texts,
    hidden: z.boolean(),
    readOnly: z.boolean().optional(),
    moduleKind: z.enum(['environment', 'tool']).optional(),
  })
  .describe('an installed module: its record');

/** What an easyconfig becomes here. */
const shownEasyconfig = z
  .object({
    easyconfig: z.string().describe('its path'),
    name: z.string(),
    version: z.string(),
    fullVersion: z.string(),
    moduleName: z.string(),
    homepage: maybeText,
    whatis: texts,
    description: z.string(),
    usage: z.string(),
    examples: z.string(),
    citing: z.string(),
    docurls: texts,
    moduleclass: z.string(),
    extensions: texts,
    dependsOn: texts,
    buildDependencies: texts,
    conflicts: texts,
    shell: z.object({
      family: maybeText,
      aliases: z.record(z.string(), z.string()),
      functions: z.record(z.string(), z.object({ bash: z.string(), csh: maybeText })),
      loadMessage: maybeText,
    }),
    moduleKind: z.enum(['environment', 'tool']),
    deprecated: maybeText,
    isHidden: z.boolean(),
    prefix: z.string(),
    installDir: z.string(),
    modulefile: z.string(),
    modulesTool: z.enum(['lmod', 'environment-modules']),
    image: z
      .object({
        file: z.string(),
        directory: maybeText,
        sha256: maybeText,
        source: maybeText,
        mode: z.enum(['copy', 'link', 'central']),
        isSigned: z.boolean(),
      })
      .optional()
      .describe('a module of `image: none` has none'),
    build: z
      .looseObject({ kind: z.enum(['files', 'packages', 'definition']) })
      .optional()
      .describe('what the image is made of, where the install makes it'),
    centralImages: texts,
    binds: z.array(bind),
    scripts: z.array(z.object({ name: z.string(), directory: z.string() })),
    wrappers: z.object({
      commands: z.array(z.object({ name: z.string(), command: z.string(), args: texts, binds: z.array(bind) })),
      directories: z.array(z.object({ from: z.string(), except: texts })),
    }),
    files: z
      .array(
        z.object({
          path: z.string().describe('below the install dir'),
          mode: z.number().describe('permission bits'),
          content: z.union([
            z.object({ kind: z.literal('text'), text: z.string() }),
            z.object({ kind: z.literal('from'), from: z.string() }),
          ]),
        }),
      )
      .describe("the recipe's own files"),
    gpu: z.string(),
    hasNvccli: z.boolean().describe("whether NVIDIA's own program brings in its files"),
    mpi: z
      .looseObject({ wanted: z.looseObject({ replace: z.string() }) })
      .optional()
      .describe("what of the host replaces the container's MPI, where that is asked for"),
    conda: z.object({ name: z.string(), root: z.string() }).optional(),
    venv: z.looseObject({ name: z.string() }).optional(),
    condaPackages: z.looseObject({ name: z.string(), file: z.string() }).optional(),
    userSoftware: z.object({ path: z.string(), isPacked: z.boolean(), from: maybeText }),
    env: environment,
    containerEnv: z
      .object({
        dropped: texts,
        droppedBeginnings: texts,
        droppedPatterns: texts,
        passing: texts,
        set: textByName,
        paths: textByName,
        madePaths: texts,
      })
      .describe("what of the host's environment reaches the container"),
    sanityCheckPaths: z.object({ files: texts, dirs: texts }),
    postInstall: z.array(command),
    sanityCheckCommands: z.array(command),
    runtime: z.string(),
    squashfsProcessors: z.number(),
    squashfsExcludes: texts,
    policy: z.unknown().describe('what the site asks of every install'),
    imageFound: z
      .object({ kind: z.literal('file'), path: z.string(), size: bytes, mtimeMs: z.number(), how: z.string() })
      .nullable(),
    modulefileText: z.string(),
  })
  .describe('what an easyconfig becomes here');

const part = z.looseObject({ kind: z.enum(['found', 'missing', 'unusable']) });

/** An image: its header, the tables of it, and what is inside. */
const shownImage = z
  .looseObject({
    kind: z.enum(['sif', 'squashfs', 'ext3']),
    fileSize: bytes,
    metadata: z.object({ labels: part, definition: part, runscript: part }),
    built: z.array(buildRecord).describe('what `ctinstall build` made it of, the newest first; empty for other images'),
    found: z
      .object({
        draft,
        inside: z
          .object({
            system: maybeText,
            python: z.object({ path: z.string(), version: z.string(), makesVenvs: z.boolean() }).optional(),
            packages: texts,
            programs: texts.describe('paths of those that a draft looks for'),
            conda: z.object({ root: z.string(), environments: texts }).optional(),
            withConda: maybeText,
            commands: texts,
            mpi: maybeText,
            cuda: maybeText,
            rocm: maybeText,
          })
          .nullable()
          .describe('null where no container of it could be started'),
      })
      .nullable()
      .describe('what `ctinstall new` finds; null with --sif, and of an image that cannot be used'),
    unusable: z.string().nullable().describe('why it cannot be used'),
  })
  .describe('an image');

export const showDocument = z.union([shownModule, shownEasyconfig, shownImage]);
