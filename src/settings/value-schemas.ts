import * as z from 'zod';
import {
  describeBadBindPath,
  describeBadContainerPath,
  describeBadModuleVariable,
  describeBadText,
  describeBadVariableValue,
  groupPattern,
  moduleNamePattern,
  variablePattern,
} from '../easyconfig/rules.ts';

/* The forms of single settings. What is wrong with a value is said as `is …`, `must …` or `holds …`. */

export const path = ruled((value) => (value === '' ? 'must not be empty' : describeBadText(value)));
export const paths = z.array(path);

/** Of a preset that is searched for, or the path of a file. */
export const presetName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]*$|\/[^/]*\.ya?ml$/,
    'is neither the name of a site preset nor the path of one, such as `/etc/ctinstall/mine.yaml`',
  );

/** As `module load` takes it; a version may be left out. */
export const moduleName = z.string().regex(moduleNamePattern, 'is not the name of a module');

export const moduleNames = z.array(moduleName);

const oneText = ruled(describeBadText);

/** Text for modulefiles: in the language of the modules tool in use, or one for each tool. */
export const moduleText = z.union([
  oneText,
  z.strictObject({ lmod: oneText.optional(), 'environment-modules': oneText.optional() }),
]);

const siteBind = z.union([
  named(describeBadContainerPath),
  z.strictObject({
    host: named(describeBadBindPath),
    container: named(describeBadContainerPath).optional(),
    access: z.enum(['ro', 'rw']).optional(),
    optional: z.boolean().optional(),
  }),
]);

export const bindGroups = z.record(
  z.string().regex(groupPattern, 'is not a valid name of a bind group'),
  z.array(siteBind),
);

export const moduleVariables = z.record(
  z
    .string()
    .regex(variablePattern, 'is not a valid name of a variable')
    .refine(
      (name) => describeBadModuleVariable(name) === undefined,
      'is not for the settings to set: the module or the session needs it',
    ),
  ruled(describeBadVariableValue),
);

export const envSets = z.record(
  z.string().regex(groupPattern, 'is not a valid name of a set of variables'),
  moduleVariables,
);

export const hooks = z.strictObject({
  pre_install: path.optional(),
  post_install: path.optional(),
  pre_module: path.optional(),
});

/**
 * Of the names of files: what both `find -name` and mksquashfs take alike, and may stand in a list separated by `:`.
 */
export const namePattern = z
  .string()
  .refine(
    (pattern) => !/^\.{0,3}$|[/\\():\p{Cc}]/u.test(pattern),
    'is not a pattern of a name, such as `.git` or `*.log`',
  );

/** Of the names of variables; `%` ends those of exported functions. */
const variableNamePattern = z
  .string()
  .regex(/^[A-Za-z_*?][\w*?]*%{0,2}$/, 'must be the name of a variable, or a pattern such as `JAVA_*`');

/** Which variables of the host reach containers, and which do not, against the table. */
export const containerEnv = z.strictObject({
  pass: z.array(variableNamePattern).optional(),
  drop: z.array(variableNamePattern).optional(),
});

/** A value that goes to `srun` as part of one argument. */
const slurmValue = z.string().regex(/^[\w.,:@+-]+$/, 'must be a word without blanks');

/** An option of `srun`, without its dashes: `qos=debug`, `exclusive`. */
export const slurmOption = z
  .string()
  .regex(/^[a-z][a-z-]+(=[^\p{Cc}]*)?$/u, 'must be a long option of Slurm without its dashes, such as `qos=debug`');

export const slurm = z.strictObject({
  partition: slurmValue.optional(),
  account: slurmValue.optional(),
  time: z
    .string()
    .regex(/^\d+(-\d+)?(:\d+){0,2}$/, 'must be a time as Slurm takes it, such as "30" (minutes) or "1:00:00"')
    .optional(),
  options: z.array(slurmOption).optional(),
});

/** `0,8,16-23`: numbers of cores. */
const coreList = z.string().regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, 'must be a list of cores, such as "0,8-15"');

/** What nodes of a machine look like, by a name of the site's. */
export const nodeTypes = z.record(
  z.string().regex(groupPattern, 'is not a valid name of a node type'),
  z.strictObject({
    cores: z.int('must be a whole number').min(1, 'must be at least 1').max(4096, 'must be at most 4096'),
    partitions: z.array(slurmValue).optional(),
    reserved: coreList.optional(),
    gpus: z.array(coreList).optional(),
    gpu_variable: z.string().regex(variablePattern, 'is not a valid name of a variable').optional(),
    local_is_memory: z.boolean().optional(),
  }),
);

export const group = z.union([
  z.string().regex(/^[A-Za-z0-9_][\w.@ -]*\$?$/, 'is not a name or number of a group'),
  z.int('must be a whole number').min(0, 'must be at least 0'),
]);

export const umask = z
  .string()
  .regex(/^0?0[0-7]{2}$/, 'must be three octal digits such as "027", the first of them 0: the owner keeps all rights');

function ruled(describeBad: (value: string) => string | undefined) {
  return z.string().superRefine((value, context) => addIssue(context, describeBad(value)));
}

/** The message names the value: a long list holds many. */
function named(describeBad: (value: string) => string | undefined) {
  return z.string().superRefine((value, context) => {
    const bad = describeBad(value);
    addIssue(context, bad === undefined ? undefined : `\`${value}\` ${bad}`);
  });
}

function addIssue(context: z.core.$RefinementCtx, message: string | undefined): void {
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}
