import { assertNever } from '../lib/assert-never.ts';
import { formatBytes, formatLine, formatScript } from '../lib/format.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import type { Plan, Step } from './types.ts';

/**
 * One line that says what a step does: commands of a recipe whole, so that none can hide what it does, and nothing in it
 * that a terminal obeys.
 */
export function describeStep(step: Step): string {
  return step.kind === 'run-on-host' || step.kind === 'run-in-container'
    ? formatScript(step.purpose)
    : formatLine(describeWork(step));
}

function describeWork(step: Exclude<Step, { kind: 'run-on-host' | 'run-in-container' }>): string {
  switch (step.kind) {
    case 'copy-image':
      return `copy image ${step.from} (${formatBytes(step.size)})`;
    case 'reserve-room':
      return `check that there is room for ${formatBytes(step.bytes)} and about ${step.files} files`;
    case 'verify-signature':
      return `verify the signature of ${step.shown}`;
    case 'fetch-image':
      return `fetch image ${maskSecrets(step.source)}`;
    case 'link-image':
      return `link to image ${step.from} (${formatBytes(step.size)})`;
    case 'use-central-image':
      return `use image ${step.path} where it is (${formatBytes(step.size)})`;
    case 'retire-image':
      return `keep the image that is replaced, for running jobs, as ${step.to}`;
    case 'keep-recorded':
      return 'keep the image and what else is there';
    case 'record-additions':
      return 'measure what the post-install commands made';
    case 'make-wrappers':
      return `make wrappers for ${[...step.commands.map(({ name }) => name), ...step.directories.map(({ from }) => `what is in ${from}`)].join(', ')}`;
    case 'make-conda':
      return `create the conda environment ${step.conda.prefix}`;
    case 'pack-user-software':
      return step.from === undefined ? 'pack the user software' : `pack ${step.from}`;
    case 'write-file':
      return `write ${step.path}`;
    case 'make-directory':
      return `make directory ${step.path}`;
    case 'write-record':
      return `write record ${step.path}`;
    case 'publish':
      return `publish ${step.to}`;
    case 'check-paths':
      return `check that ${[...step.files, ...step.dirs].join(', ') || 'nothing more'} is there`;
    case 'write-modulefile':
      return `write modulefile ${step.path}`;
    case 'remove-leftovers':
      return step.files.length === 0
        ? 'nothing of an earlier install to remove'
        : `remove ${step.files.join(', ')} of the earlier install`;
    case 'run-hook':
      return `run the ${step.input.hook} hook of the site: ${step.program}`;
    case 'check-modulefile':
      return "check the modulefile, with the site's own text in it";
    case 'give-to-group':
      return `give what is ${step.what} to the group ${step.group}`;
    case 'make-read-only':
      return `take the right to write from ${step.root}`;
    default:
      return assertNever(step);
  }
}

/** Whether a step is worth a line of its own when it went well: the small ones only fill the screen. */
export function isWorthALine(kind: Step['kind']): boolean {
  return [
    'copy-image',
    'fetch-image',
    'link-image',
    'use-central-image',
    'verify-signature',
    'run-on-host',
    'run-in-container',
    'run-hook',
    'make-wrappers',
    'pack-user-software',
    'make-conda',
    'publish',
    'write-modulefile',
  ].includes(kind);
}

/** A plan for people, one line for each step. */
export function describePlan(plan: Plan): string[] {
  return [
    `${plan.moduleName} → ${plan.installDir}`,
    ...plan.steps.map((step, index) => `${String(index + 1).padStart(3)}. ${describeStep(step)}`),
  ];
}
