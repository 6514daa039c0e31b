import * as z from 'zod';
import { optionKeys } from '../../settings/options.ts';
import { finding } from './finding.ts';
import { listDocument } from './list.ts';
import { mpiDocument, mpiTestDocument, mpiTraceDocument } from './mpi.ts';
import { showDocument } from './show.ts';
import { bytes, draft, maybeText, quota, texts } from './values.ts';
import { workflowDocuments } from './workflow.ts';

export { events, eventsOf } from './events.ts';

/** What would be done, step by step. A step has further fields, by its kind. */
const plan = z.object({
  moduleName: z.string(),
  prefix: z.string(),
  lock: z.string(),
  staging: z.string(),
  retired: z.string(),
  installDir: z.string(),
  modulefile: z.string(),
  steps: z.array(z.looseObject({ kind: z.string() })),
});

/** Files that would have another text; null where there is none. */
const changes = z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() }));

const remark = z.object({
  easyconfig: z.string(),
  severity: z.enum(['fault', 'warning']),
  line: z.number(),
  column: z.number(),
  message: z.string(),
  hint: z.string().nullable(),
});

const setting = z.object({ value: z.unknown(), origins: texts });

const removal = z.object({
  moduleName: z.string(),
  remove: texts,
  bytes: z.number().describe('how much that is'),
  userSoftware: z.string().nullable().describe('the install dir in which it stays'),
});

/** The one document that a command prints with `--json`, by how the command is called. */
export const documents = {
  'install --dry-run': z.array(plan),
  'install --module-only --dry-run': changes,
  'wrap --dry-run': z.array(plan),
  'squashfs status': z.object({
    module: z.string(),
    installDir: z.string(),
    used: z.enum(['squashfs', 'directory', 'nothing']),
    squashfsBytes: bytes.nullable(),
    hasDirectory: z.boolean(),
    hasDirectoryChanged: z.boolean(),
    mayBeOther: z.boolean().describe('that the directory may not be what the squashfs was made from'),
    quota: quota.optional(),
  }),
  ...workflowDocuments,
  'venv list': z.array(z.object({ name: z.string(), isDefault: z.boolean(), isWhole: z.boolean() })),
  job: z.object({
    script: z.string(),
    /** Where it was written. */
    path: z.string().optional(),
    /** What Slurm says that it would do. */
    checked: z.string().optional(),
    /** Number of the job that was sent. */
    submitted: z.string().optional(),
    /** How it ended, with `--wait`. */
    ended: z.object({ state: z.string().optional(), status: z.number(), reason: z.string().optional() }).optional(),
    /** What each task of a node gets. */
    binding: z
      .array(
        z.object({
          cores: z.array(z.number()),
          gpus: z.array(z.number()),
          gpu: z.number().optional().describe('if it has one'),
        }),
      )
      .optional(),
  }),
  'job check': z.object({
    checked: z.string().describe('what Slurm says that it would do'),
    /** The script that was asked about: its text, or where it is. */
    script: z.string().optional(),
    path: z.string().optional(),
  }),
  kernel: z.object({ name: z.string(), path: z.string(), installDir: z.string() }),
  'kernel --remove': z.object({ removed: z.string() }),
  list: listDocument,
  show: showDocument,
  search: z.array(
    z.object({
      module: maybeText,
      name: maybeText,
      version: maybeText,
      versionsuffix: maybeText,
      description: maybeText,
      file: z.string(),
      path: z.string(),
      fault: maybeText.describe('why it cannot be read'),
    }),
  ),
  missing: z.array(
    z.object({
      module: maybeText,
      easyconfig: z.string(),
      state: z.enum(['installed', 'missing', 'differs', 'faulty']),
      why: maybeText,
    }),
  ),
  wrappers: z.object({ module: z.string(), made: texts, removed: texts }),
  'upgrade --dry-run': z.array(plan),
  outdated: z.array(z.object({ module: z.string(), newest: z.string(), easyconfig: z.string() })),
  'uninstall --dry-run': z.union([removal, z.array(removal).describe('where several modules are named')]),
  verify: z.array(
    z.object({
      module: z.string(),
      installDir: z.string(),
      differences: z.array(z.object({ path: z.string(), what: z.string() })),
    }),
  ),
  clean: z.array(z.object({ install: z.string(), paths: texts, heldBy: maybeText })),
  check: z.array(finding),
  mpi: mpiDocument,
  'mpi test': mpiTestDocument,
  'mpi trace': mpiTraceDocument,
  'check --easyconfig': z.array(remark),
  new: z.object({
    easyconfig: z.string().nullable().describe('the file that was written; null with --output -'),
    text: z.string(),
    ...draft.shape,
  }),
  import: z.array(
    z.union([
      z.object({
        recipe: z.string(),
        easyconfig: z.string().nullable().describe('the file that was written; null with --output -'),
        notes: texts.describe('what could not be carried over'),
        text: z.string().optional(),
      }),
      z.object({ recipe: z.string(), error: z.string(), details: texts }),
    ]),
  ),
  regenerate: changes,
  settings: z.object(
    Object.fromEntries(optionKeys.map((key) => [key, setting])) as Record<(typeof optionKeys)[number], typeof setting>,
  ),
  'settings --changed': z.record(z.string(), setting),
  'settings get': z.object({ key: z.string(), ...setting.shape }),
  'settings path': z.array(
    z.object({ what: z.string(), path: z.string(), isWritten: z.boolean(), isThere: z.boolean() }),
  ),
  'settings set': z.object({ file: z.string(), key: z.string(), value: z.unknown() }),
  'settings unset': z.object({ file: z.string(), key: z.string(), wasSet: z.boolean() }),
} as const;
