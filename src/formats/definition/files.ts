import type { Issue } from '../../easyconfig/types.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import type { Section } from './divide.ts';
import { issueAt, placeOf } from './place.ts';
import type { FileCopy } from './types.ts';

/**
 * Reads `%files` and `%files from STAGE`: lines `source [destination]`; a path with blanks is in double quotes.
 * Source: Apptainer takes single quotes and backslashes as they are, and a third word as nothing; here they are faults.
 */
export function readFiles(
  { args, line: start, body }: Section,
  stages: readonly string[],
): { files: FileCopy[]; issues: Issue[] } {
  const files: FileCopy[] = [];
  const issues: Issue[] = [];
  const [, stage] = /^from\s+(\S+)$/.exec(args) ?? [];
  if (args !== '' && stage === undefined)
    issues.push(issueAt(start, args, '`%files` takes only `from STAGE`', 'files are on the lines below it'));
  if (stage !== undefined && !stages.includes(stage))
    issues.push(
      issueAt(
        start,
        stage,
        `no earlier stage is called \`${formatValue(stage)}\``,
        didYouMean(stage, stages) ??
          (stages.length === 0
            ? 'a stage has a name by `Stage: NAME` in its header'
            : `there are ${stages.join(', ')}`),
      ),
    );
  for (const line of body) {
    const text = line.text.trim();
    if (text === '' || text.startsWith('#')) continue;
    const words = Array.from(text.replace(/(?<=\s)#.*$/, '').matchAll(/"([^"]*)"|[^\s"]+|"/g), ([word, quoted]) => ({
      word,
      value: quoted ?? word,
    }));
    const open = words.find(({ word }) => word === '"');
    const odd = words.find(({ word }) => /['\\]/.test(word) && !word.startsWith('"'));
    const [source, to, more] = words;
    const add = (part: string | undefined, message: string, hint?: string): void => {
      issues.push(issueAt(line, part, message, hint));
    };
    if (open !== undefined) add(undefined, 'a quote is not closed');
    else if (odd !== undefined)
      add(odd.word, 'quotes here are `"`, and nothing else quotes a blank', 'write `"a b" "/opt/a b"`');
    else if (more !== undefined)
      add(more.word, 'a line has a source and a destination, no more', 'write each source on a line of its own');
    else if (source !== undefined)
      files.push({ stage, source: source.value, to: to?.value ?? '', place: placeOf(line, source.value) });
  }
  return { files, issues };
}
