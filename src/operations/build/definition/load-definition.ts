import { decodeText } from '../../../easyconfig/decode.ts';
import { describeIssues } from '../../../easyconfig/describe-issue.ts';
import { parseDefinition } from '../../../formats/definition/parse.ts';
import type { Definition } from '../../../formats/definition/types.ts';
import { readUpTo } from '../../../host/read-up-to.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatBytes, formatLine, formatValue } from '../../../lib/format.ts';
import { hostPath } from '../../../lib/paths.ts';

const mostBytes = 4 * 2 ** 20;

/** @throws CtinstallError `definition-invalid` with all faults of the file, each with its place; `usage` for a `--build-arg` that is none */
export async function loadDefinition(file: string, buildArgs: readonly string[], cwd: string): Promise<Definition> {
  const given = readBuildArgs(buildArgs);
  const fault = (what: string, hint?: string): CtinstallError =>
    new CtinstallError('definition-invalid', `\`${formatLine(file)}\` ${what}`, { hint });
  const bytes = await readUpTo(hostPath(file, cwd), mostBytes);
  if (bytes === 'no-file') throw fault('is no file that can be read', 'name a definition file');
  if (bytes === 'too-large') throw fault(`has more than ${formatBytes(mostBytes)}`);
  const decoded = decodeText(bytes);
  if (decoded.text === undefined) throw fault(decoded.fault, decoded.hint);
  const { definition, issues } = parseDefinition(decoded.text, given);
  if (definition !== undefined) return definition;
  const count = issues.length === 1 ? 'a fault' : `${issues.length} faults`;
  throw new CtinstallError('definition-invalid', `\`${formatLine(file)}\` has ${count}`, {
    details: describeIssues(file, decoded.text, issues),
  });
}

function readBuildArgs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(word) ?? [];
      if (name !== '') return [name, value];
      throw new CtinstallError('usage', `\`--build-arg ${formatValue(word)}\` is not \`NAME=VALUE\` on one line`);
    }),
  );
}
