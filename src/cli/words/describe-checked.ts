import { describeIssues } from '../../easyconfig/describe-issue.ts';
import type { CheckedEasyconfig } from '../../operations/check/check-easyconfigs.ts';

/** What stands against an easyconfig, each at its line. */
export function describeForPeople({ path, text, remarks }: CheckedEasyconfig): string[] {
  if (remarks.length === 0) return [`${path}: in order`];
  const issues = remarks.map(({ severity, message, ...rest }) => ({ ...rest, message: `${severity}: ${message}` }));
  return describeIssues(path, text, issues);
}

/** The same for programs. */
export function describeForPrograms({ path, remarks }: CheckedEasyconfig) {
  return remarks.map(({ severity, message, hint, place: { line, column } }) => ({
    easyconfig: path,
    severity,
    line,
    column,
    message,
    hint: hint ?? null,
  }));
}
