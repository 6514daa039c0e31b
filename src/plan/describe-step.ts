import { formatLine, formatScript } from '../lib/format.ts';
import { type Step, type StepKind, stepWords } from './steps/step.ts';
import type { Plan } from './types.ts';

/**
 * One line that says what a step does: commands of a recipe whole, so that none can hide what it does, and nothing in it
 * that a terminal obeys.
 */
export function describeStep<Kind extends StepKind>(step: Step<Kind>): string {
  const { describe, isScript } = stepWords[step.kind as Kind];
  return isScript === true ? formatScript(describe(step)) : formatLine(describe(step));
}

/**
 * Whether a step is worth a line of its own when it went well: the small ones only fill the screen. Work that is reported
 * as a step without being one of a plan, such as packing, says itself what came of it.
 */
export function isWorthALine(kind: string): boolean {
  return isStepKind(kind) && stepWords[kind].isWorthALine;
}

function isStepKind(kind: string): kind is StepKind {
  return Object.hasOwn(stepWords, kind);
}

/** What every install has, whatever is in it: of no interest to who wants to know what this one does. */
const everyday: readonly StepKind[] = [
  'make-directory',
  'write-file',
  'write-record',
  'keep-recorded',
  'record-additions',
  'check-paths',
  'check-modulefile',
];

/** What a plan does, for people: without the steps that each install has, which it counts. */
export function describePlanShortly(plan: Plan): string[] {
  const steps = plan.steps.filter(({ kind }) => !everyday.includes(kind) && !isForNothing(kind, plan));
  const rest = plan.steps.length - steps.length;
  return [
    `${plan.moduleName} → ${plan.installDir}`,
    ...steps.map((step) => `  ${describeStep(step)}`),
    ...(rest === 0 ? [] : [`  and ${rest} small steps: --trace shows all ${plan.steps.length}`]),
  ];
}

function isForNothing(kind: StepKind, { steps }: Plan): boolean {
  return kind === 'remove-leftovers' && steps.every((step) => step.kind !== kind || step.files.length === 0);
}

/** A plan for people, one line for each step. */
export function describePlan(plan: Plan): string[] {
  return [
    `${plan.moduleName} → ${plan.installDir}`,
    ...plan.steps.map((step, index) => `${String(index + 1).padStart(3)}. ${describeStep(step)}`),
  ];
}
