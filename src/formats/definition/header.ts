import type { Issue } from '../../easyconfig/types.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { issueAt, placeOf } from './place.ts';
import type { Base, Line } from './types.ts';

/** Source: Apptainer `pkg/build/types/parser/deffile.go`; `otherurl0` to `otherurl9` too. */
const keywords = [
  ...['bootstrap', 'from', 'stage', 'fingerprints', 'include', 'includecmd', 'library', 'registry', 'namespace'],
  ...[
    'mirrorurl',
    'updateurl',
    'osversion',
    'confurl',
    'setopt',
    'modules',
    'product',
    'user',
    'regcode',
    'productpgp',
  ],
  'registerurl',
];

/** Bootstrap agents that take an image, and for each an example of `From`. */
export const imageAgents: Readonly<Record<string, string>> = {
  localimage: 'base.sif',
  docker: 'debian:12',
  oras: 'registry.example.org/team/image:1.0',
  library: 'library/default/debian:12',
  shub: 'owner/image',
  'docker-archive': 'image.tar',
  'docker-daemon': 'image:latest',
  oci: 'layout',
  'oci-archive': 'layout.tar',
};

/** Those that make a system of packages, or nothing. */
const otherAgents = ['debootstrap', 'yum', 'dnf', 'zypper', 'arch', 'busybox', 'scratch'];

interface ReadHeader {
  readonly header: Readonly<Record<string, string>>;
  readonly base: Base;
  readonly issues: readonly Issue[];
}

/** `KEYWORD: value`, keywords in any case; a comment ends the line, a backslash at its end joins the next. */
export function readHeader(lines: readonly Line[]): ReadHeader {
  const found = new Map<string, { value: string; line: Line }>();
  const issues: Issue[] = [];
  for (const line of joinContinued(lines)) {
    const text = line.text.split('#')[0]?.trim() ?? '';
    if (text === '') continue;
    const [, word = '', value] = /^([^:]*?)\s*(?::\s*([\s\S]*))?$/.exec(text) ?? [];
    const key = word.toLowerCase();
    if (value === undefined)
      issues.push(
        issueAt(
          line,
          undefined,
          'this is neither `KEYWORD: value` nor a section',
          'a section begins with `%`, such as `%post`',
        ),
      );
    else if (!keywords.includes(key) && !/^otherurl\d$/.test(key))
      issues.push(
        issueAt(
          line,
          word,
          `unknown keyword \`${formatValue(word)}\``,
          didYouMean(word, keywords) ?? `known are ${keywords.join(', ')}`,
        ),
      );
    else if (found.has(key)) issues.push(issueAt(line, word, `\`${formatValue(word)}\` is given twice`));
    else if (key === 'bootstrap' && found.size > 0)
      issues.push(issueAt(line, word, '`Bootstrap:` must be the first line of the header'));
    else found.set(key, { value, line });
  }
  const bootstrap = found.get('bootstrap');
  const from = found.get('from');
  const base = {
    bootstrap: bootstrap?.value.toLowerCase() ?? '',
    from: from?.value ?? '',
    place: placeOf(from?.line ?? bootstrap?.line ?? noLine, from?.value ?? bootstrap?.value),
  };
  if (bootstrap !== undefined) issues.push(...checkBase(base, from?.line ?? bootstrap.line, bootstrap));
  const header = Object.fromEntries([...found].map(([key, { value }]) => [key, value]));
  return { header, base, issues };
}

export const noLine: Line = { number: 1, written: '', text: '' };

function checkBase(base: Base, line: Line, bootstrap: { value: string; line: Line }): Issue[] {
  const example = Object.hasOwn(imageAgents, base.bootstrap) ? imageAgents[base.bootstrap] : undefined;
  const agents = [...Object.keys(imageAgents), ...otherAgents];
  if (example === undefined && !otherAgents.includes(base.bootstrap))
    return [
      issueAt(
        bootstrap.line,
        bootstrap.value,
        `nothing is known to begin with \`${formatValue(bootstrap.value)}\``,
        didYouMean(base.bootstrap, agents) ?? `known are ${agents.join(', ')}`,
      ),
    ];
  if (example !== undefined && base.from === '')
    return [
      issueAt(
        line,
        undefined,
        '`From:` is missing, which says with what image to begin',
        `such as \`From: ${example}\``,
      ),
    ];
  return [];
}

function joinContinued(lines: readonly Line[]): Line[] {
  const joined: Line[] = [];
  let isContinued = false;
  for (const line of lines) {
    const last = joined.at(-1);
    const text = line.text.replace(/\\$/, '');
    if (isContinued && last !== undefined)
      joined[joined.length - 1] = { ...last, text: `${last.text.trimEnd()} ${text.trim()}` };
    else joined.push({ ...line, text });
    isContinued = line.text.endsWith('\\');
  }
  return joined;
}
