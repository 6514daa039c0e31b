import * as z from 'zod';
import { type ErrorCode, exitStatusOf } from '../../lib/errors.ts';
import { buildRecord } from '../../operations/build/build-record.ts';
import { bytes, maybeText, quota, seconds, texts } from './values.ts';
import { workflowEvents } from './workflow.ts';

const codes = Object.keys(exitStatusOf) as [ErrorCode, ...ErrorCode[]];
/** Where several modules are worked on at a time. */
const module = z.string().optional().describe('the module that it is about, where there are several');

/** What a run tells while it works. */
const reported = {
  'step-started': z.object({ event: z.literal('step-started'), step: z.string(), title: z.string(), module }),
  progress: z.object({
    event: z.literal('progress'),
    title: z.string(),
    done: z.number(),
    total: z.number(),
    unit: z.enum(['bytes', 'blocks']),
    module,
  }),
  'step-finished': z.object({
    event: z.literal('step-finished'),
    step: z.string(),
    title: z.string(),
    seconds,
    module,
  }),
  warning: z.object({ event: z.literal('warning'), message: z.string(), hint: maybeText, module }),
  note: z.object({ event: z.literal('note'), message: z.string(), module }),
  failed: z.object({
    event: z.literal('failed'),
    code: z.string(),
    message: z.string(),
    hint: maybeText,
    details: texts,
    module,
  }),
};

const failure = { code: z.enum(codes), message: z.string(), hint: maybeText };

/** Each event by its name: an object of one line. */
export const events = {
  ...reported,
  error: z
    .object({ event: z.literal('error'), ...failure, details: texts.optional() })
    .describe('the run did not work: the last line'),
  installed: z.object({
    event: z.literal('installed'),
    moduleName: z.string(),
    installDir: z.string(),
    modulefile: z.string(),
    modulePath: z.string(),
    isModulePathInUse: z.boolean(),
    isModulePathInUseLater: z.boolean(),
    startFile: z.string(),
  }),
  summary: z.object({
    event: z.literal('summary'),
    results: z.array(
      z.object({
        module: z.string(),
        easyconfig: z.string(),
        outcome: z.enum(['installed', 'already-installed', 'failed', 'not-tried']),
        differs: texts.optional().describe('fields in which the easyconfig has changed since the install'),
        seconds: seconds.nullable(),
        error: z.object(failure).nullable(),
      }),
    ),
  }),
  drafted: z.object({
    event: z.literal('drafted'),
    easyconfig: z.string(),
    text: z.string(),
    isNew: z.boolean().describe('false for one of before, which may have been edited'),
  }),
  upgraded: z.object({
    event: z.literal('upgraded'),
    from: z.string(),
    to: maybeText.describe('the new module, if there is one'),
    carried: texts.describe('packages of the old one that the new one has too, as `name==version`'),
    failed: z.array(z.object({ name: z.string(), why: z.string() })),
    again: maybeText.describe('the command that tries again with those that failed'),
  }),
  fetched: z.object({ event: z.literal('fetched'), image: z.string(), isNew: z.boolean() }),
  checksum: z.object({
    event: z.literal('checksum'),
    easyconfig: z.string(),
    image: z.string(),
    sha256: z.string(),
  }),
  uninstalled: z.object({
    event: z.literal('uninstalled'),
    moduleName: z.string(),
    userSoftware: z.string().nullable().describe('the install dir in which it stays'),
  }),
  squashfs: z.object({
    event: z.literal('squashfs'),
    action: z.enum(['make', 'unmake', 'update']),
    module: z.string(),
    slurmJob: maybeText,
    quota: quota.optional(),
    lines: texts.describe('what the script said'),
    filesBefore: z.number().optional(),
    filesAfter: z.number().optional(),
    bytesBefore: bytes.optional(),
    bytesAfter: bytes.optional(),
    leftOut: z.number().optional(),
    directory: maybeText,
  }),
  'venv-created': z.object({ event: z.literal('venv-created'), module: z.string(), name: z.string() }),
  'venv-removed': z.object({ event: z.literal('venv-removed'), module: z.string(), name: z.string() }),
  built: z.object({
    event: z.literal('built'),
    image: z.string(),
    isPlan: z.boolean().describe('true in a dry run: nothing was made'),
    bytes: bytes.nullable(),
    record: buildRecord.nullable().describe('what it was made of'),
  }),
  copied: z.object({ event: z.literal('copied'), from: z.string(), to: z.string() }),
  ...workflowEvents,
} as const;

export type EventName = keyof typeof events;

const reportedNames = Object.keys(reported) as (keyof typeof reported)[];
const installing: readonly EventName[] = [...reportedNames, 'installed', 'summary', 'drafted', 'fetched', 'checksum'];

/** The commands that print events, and which. Each may end with `error`. */
export const eventsOf: Readonly<Record<string, readonly EventName[]>> = {
  install: installing,
  wrap: installing,
  build: [...installing, 'built'],
  upgrade: [...installing, 'upgraded'],
  squashfs: [...reportedNames, 'squashfs'],
  uninstall: [...reportedNames, 'uninstalled'],
  'venv create': ['venv-created'],
  'venv remove': ['venv-removed'],
  'show --copy': ['copied'],
  'workflow start': ['note', 'started', 'job', 'ended'],
  'workflow resume': ['note', 'started', 'job', 'ended', 'resumed'],
  'workflow describe --watch': ['job', 'ended'],
  'workflow stop': ['stopped'],
  'workflow clean': ['cleaned'],
};
