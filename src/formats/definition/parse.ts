import type { Issue } from '../../easyconfig/types.ts';
import { formatValue } from '../../lib/format.ts';
import { type BuildArguments, fillStage, findUnused, namesOfTemplates } from './arguments.ts';
import { divideSections, divideStages } from './divide.ts';
import { readFiles } from './files.ts';
import { noLine, readHeader } from './header.ts';
import { issueAt } from './place.ts';
import { checkSection, isAppSection, readLabels, readScripts } from './sections.ts';
import type { Line, ParsedDefinition, Stage } from './types.ts';

/**
 * Reads a definition file as Apptainer 1.4 does (`pkg/build/types/parser`), but stricter: what that passes over in silence,
 * such as a third word in `%files`, is a fault. Never throws for a fault of the text.
 */
export function parseDefinition(text: string, given: BuildArguments = {}): ParsedDefinition {
  const written = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line, index): Line => ({ number: index + 1, written: line, text: line }));
  if (written.at(-1)?.written === '') written.pop();
  const issues = checkLines(written);
  const used = new Set<string>();
  const stages: Stage[] = [];
  const filled: Line[] = [];
  for (const lines of divideStages(written)) {
    const stage = fillStage(lines, given);
    issues.push(...stage.issues);
    for (const name of stage.used) used.add(name);
    filled.push(...stage.lines);
    stages.push(readStage(stage.lines, stages, issues));
  }
  issues.push(...findUnused(given, used, namesOfTemplates(text)));
  if (issues.length > 0) return { definition: undefined, issues };
  return { definition: { stages, text: filled.map((line) => `${line.text}\n`).join('') }, issues: [] };
}

function checkLines(lines: readonly Line[]): Issue[] {
  const withReturn = lines.find(({ written }) => written.endsWith('\r'));
  const issues: Issue[] = [];
  if (withReturn !== undefined)
    issues.push(
      issueAt(
        withReturn,
        undefined,
        'lines end as on Windows: a shell takes the carriage return as part of the last word',
        "convert the file: `sed -i 's/\\r$//' FILE`",
      ),
    );
  if (!lines.some(({ written }) => /^bootstrap:/i.test(written)))
    issues.push(
      issueAt(
        lines.find(({ written }) => /^\s*[^\s#]/.test(written)) ?? noLine,
        undefined,
        'there is no `Bootstrap:`, which says what the image begins with',
        'such as `Bootstrap: localimage`, then `From: base.sif`',
      ),
    );
  return issues;
}

function readStage(lines: readonly Line[], before: readonly Stage[], issues: Issue[]): Stage {
  const { header: headerLines, sections } = divideSections(lines);
  const { header, base, issues: ofHeader } = readHeader(headerLines);
  const names = before.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const name = header.stage;
  issues.push(...ofHeader, ...sections.flatMap(checkSection));
  if (name !== undefined && names.includes(name)) {
    const line = headerLines.find(({ text }) => /^\s*stage\s*:/i.test(text)) ?? noLine;
    issues.push(issueAt(line, name, `another stage is called \`${formatValue(name)}\` already`));
  }
  const files = sections
    .filter((section) => section.name === 'files')
    .flatMap((section) => {
      const read = readFiles(section, names);
      issues.push(...read.issues);
      return read.files;
    });
  return {
    name,
    base,
    header,
    files,
    scripts: readScripts(sections),
    labels: readLabels(sections),
    hasApps: sections.some((section) => isAppSection(section.name)),
  };
}
