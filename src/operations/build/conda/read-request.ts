import { parseEnvironment } from '../../../conda/environment.ts';
import {
  isCondaLock,
  isExplicitList,
  type ParsedLock,
  parseCondaLock,
  parseExplicitList,
} from '../../../conda/lock.ts';
import type { CondaEnvironment } from '../../../conda/types.ts';
import { decodeText } from '../../../easyconfig/decode.ts';
import { describeIssues } from '../../../easyconfig/describe-issue.ts';
import { readUpTo } from '../../../host/read-up-to.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatLine } from '../../../lib/format.ts';
import { type HostPath, hostPath } from '../../../lib/paths.ts';
import type { CondaRequest } from './types.ts';

const mostBytes = 2 ** 25;

/** What a file asks for: packages to be solved, or a lock. @throws CtinstallError `conda-invalid` with places */
export async function readRequest({ file, platform }: CondaRequest): Promise<CondaEnvironment | ParsedLock> {
  const text = await readList(file);
  if (isExplicitList(text)) return checkLock(file, parseExplicitList(text));
  if (isCondaLock(text)) return checkLock(file, parseCondaLock(text, platform));
  const { environment, issues } = parseEnvironment(text);
  if (environment !== undefined) return environment;
  throw invalid(file, describeIssues(file, text, issues));
}

/** Requirement lines, with those of `-r` files in their place. @throws CtinstallError `conda-invalid` */
export async function readPipLines(lines: readonly string[], from: HostPath, depth = 0): Promise<string[]> {
  const all: string[] = [];
  for (const written of lines) {
    const line = written.trim();
    const [, name] = /^(?:-r|--requirement)[\s=]*(\S.*)$/.exec(line) ?? [];
    if (line === '' || line.startsWith('#')) continue;
    if (name === undefined) all.push(line);
    else if (depth > 8) throw invalid(from, ['its `-r` files name one another']);
    else {
      const path = hostPath(name, hostPath('..', from));
      all.push(...(await readPipLines((await readList(path)).split('\n'), path, depth + 1)));
    }
  }
  return all;
}

async function readList(path: HostPath): Promise<string> {
  const bytes = await readUpTo(path, mostBytes);
  if (bytes === 'no-file') throw new CtinstallError('conda-invalid', `there is no file \`${formatLine(path)}\``);
  if (bytes === 'too-large') throw invalid(path, ['it is too large for a list of packages']);
  const decoded = decodeText(bytes);
  if (decoded.text === undefined) throw invalid(path, [decoded.fault]);
  return decoded.text;
}

function checkLock(file: HostPath, lock: ParsedLock): ParsedLock {
  if (lock.faults.length === 0) return lock;
  throw invalid(
    file,
    lock.faults.slice(0, 20).map(({ line, message }) => `${formatLine(file)}:${line}: ${message}`),
  );
}

function invalid(file: HostPath, details: readonly string[]): CtinstallError {
  return new CtinstallError('conda-invalid', `\`${formatLine(file)}\` cannot be used`, { details });
}
