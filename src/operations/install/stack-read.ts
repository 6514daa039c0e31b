import { isPath, resolvePath } from '../../easyconfig/candidates.ts';
import { decodeText } from '../../easyconfig/decode.ts';
import { describeIssues } from '../../easyconfig/describe-issue.ts';
import { readUpTo } from '../../host/read-up-to.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatBytes, formatLine } from '../../lib/format.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import { parseStack, type StackEntry } from './stack.ts';

/** A stack that was read, with what is needed to point into it. */
export interface Stack {
  readonly path: HostPath;
  readonly text: string;
  readonly entries: readonly StackEntry[];
}

const mostBytes = 2 ** 20;

/** @throws CtinstallError `stack-invalid` with every fault at its place */
export async function readStack(argument: string, context: Context): Promise<Stack> {
  const { cwd, environment } = context;
  const path = isPath(argument) ? resolvePath(argument, cwd, environment.HOME) : hostPath(argument, cwd);
  const bytes = await readUpTo(path, mostBytes);
  const shown = formatLine(path);
  if (bytes === 'no-file') throw new CtinstallError('stack-invalid', `there is no stack \`${shown}\``);
  if (bytes === 'too-large')
    throw new CtinstallError('stack-invalid', `\`${shown}\` has more than ${formatBytes(mostBytes)}`);
  const decoded = decodeText(bytes);
  if (decoded.text === undefined)
    throw new CtinstallError('stack-invalid', `\`${shown}\` ${decoded.fault}`, { hint: decoded.hint });
  return stackOf(path, decoded.text);
}

/** @throws CtinstallError `stack-invalid` */
export function stackOf(path: HostPath, text: string): Stack {
  const { entries, issues } = parseStack(path, text);
  if (entries !== undefined) return { path, text, entries };
  throw new CtinstallError(
    'stack-invalid',
    `the stack has ${issues.length === 1 ? 'a fault' : `${issues.length} faults`}`,
    { details: describeIssues(path, text, issues) },
  );
}
