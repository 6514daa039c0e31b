import { Document, visit } from 'yaml';
import { comment } from '../easyconfig/render-draft.ts';
import { describeNote, type Imported } from './imported.ts';

export interface RenderOptions {
  /** The recipe as the user named it. */
  readonly from: string;
  /** The command that reads it. */
  readonly command: string;
}

/** The text of the easyconfig, with what could not be carried over at its top. */
export function renderImported(imported: Imported, { from, command }: RenderOptions): string {
  const { notes, replaced, remarks } = imported;
  const head = [
    `# Written by \`${command}\` from ${comment(from)}.`,
    ...(notes.length === 0
      ? ['# All of it was carried over.']
      : [
          `# Look at these places of it: ${notes.length === 1 ? 'one thing is' : `${notes.length} things are`} not carried over, or come out otherwise.`,
          ...notes.map((note) => `#   ${commentOf(describeNote(note))}`),
        ]),
    ...(replaced.length === 0
      ? []
      : [`# Scripts of ctinstall’s own take the place of: ${replaced.map(comment).join(' ')}`]),
    ...(remarks.length === 0
      ? []
      : ['#', '# What the recipe says of itself:', ...remarks.map((line) => `#   ${commentOf(line)}`.trimEnd())]),
  ];
  return `${head.join('\n')}\n\n${renderYaml(imported.easyconfig)}`;
}

/** One line, longer than {@link comment} has them. */
function commentOf(text: string): string {
  return text.length <= 200 ? comment(text) : `${comment(text.slice(0, 180))} …`;
}

function renderYaml(value: object): string {
  const document = new Document(value);
  // Texts of several lines as they are, all that could be taken for something else in quotes.
  visit(document, {
    Scalar: (key, node) => {
      if (key === 'key' || typeof node.value !== 'string') return;
      if (needsQuotes(node.value)) node.type = 'QUOTE_DOUBLE';
      else if (node.value.includes('\n')) node.type = 'BLOCK_LITERAL';
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: 1_000_000, flowCollectionPadding: true });
}

/** What YAML would change, or a person not see. */
function needsQuotes(text: string): boolean {
  return (
    /[^\P{C}\n\t]|[\u2028\u2029]|\r|^[ \t\n]/u.test(text) || /^[\d.+-]|^(true|false|yes|no|on|off|null|~)$/i.test(text)
  );
}
