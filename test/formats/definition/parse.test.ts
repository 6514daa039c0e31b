import { describe, expect, it } from 'vitest';
import { describeIssues } from '../../../src/easyconfig/describe-issue.ts';
import { parseDefinition } from '../../../src/formats/definition/parse.ts';
import type { Definition } from '../../../src/formats/definition/types.ts';

function parse(text: string, given: Record<string, string> = {}): Definition {
  const { definition, issues } = parseDefinition(text, given);
  expect(describeIssues('x.def', text, issues)).toEqual([]);
  if (definition === undefined) throw new Error('no definition');
  return definition;
}

/** Place and message of each fault. */
function faultsOf(text: string, given: Record<string, string> = {}): string[] {
  return parseDefinition(text, given).issues.map(({ message, place }) => `${place.line}:${place.column} ${message}`);
}

const head = 'Bootstrap: localimage\nFrom: base.sif\n';

describe('a good definition file', () => {
  it('has a header in any case, with comments and continued lines', () => {
    const { stages } = parse(
      '# mine\nBootStrap: Docker # here\nFROM: debian:12\nInclude: a \\\n  b\n\n%POST\n  true\n',
    );
    expect(stages).toMatchObject([
      {
        base: { bootstrap: 'docker', from: 'debian:12' },
        header: { include: 'a b' },
        scripts: { post: { text: '  true\n' } },
      },
    ]);
  });

  it('joins sections that are given again, and keeps the options of the shell', () => {
    const [stage] = parse(
      `${head}%post -c /bin/bash\n  a\n%labels\n  who me and you\n  # no\n  empty\n%post\n  b`,
    ).stages;
    expect(stage?.scripts.post).toMatchObject({ args: '-c /bin/bash', text: '  a\n  b\n' });
    expect(stage?.labels).toEqual([
      ['who', 'me and you'],
      ['empty', ''],
    ]);
  });

  it('has stages, whose files later ones copy', () => {
    const { stages } = parse(
      `${head}Stage: one\n%post\n  true\n\n${head}%files from one\n  /a /b # why\n%files\n  "a b" "/c d"\n  only\n`,
    );
    expect(stages[0]?.name).toBe('one');
    expect(stages[1]?.files).toMatchObject([
      { stage: 'one', source: '/a', to: '/b' },
      { stage: undefined, source: 'a b', to: '/c d' },
      { stage: undefined, source: 'only', to: '' },
    ]);
  });

  it('is filled in: a flag counts more than %arguments, which may use each other; a comment may hold what has no value', () => {
    const text = `Bootstrap: localimage\nFrom: {{ DIR }}/{{FILE}}\n%arguments\n  DIR = /images \n  FILE={{ DIR }}.sif\n%post\n  # {{ NOT }}\n  echo {{ WHO }} {{ not-one }}\n`;
    const { stages, text: filled } = parse(text, { WHO: 'a b', DIR: '/x' });
    expect(stages[0]?.base.from).toBe('/x//x.sif');
    expect(filled).toContain('  # {{ NOT }}\n  echo a b {{ not-one }}\n');
  });
});

describe('faults', () => {
  it('are told all at once, with line, caret and what may have been meant', () => {
    const text = 'Bootstrap: localimage\nFrm: base.sif\n\n%pst\n  true\n%post\n  echo {{ WHO }}\n';
    expect(describeIssues('x.def', text, parseDefinition(text, { WH: '1' }).issues)).toEqual([
      'x.def:1:1: `From:` is missing, which says with what image to begin',
      '  | Bootstrap: localimage',
      '  | ^^^^^^^^^^^^^^^^^^^^^',
      '  hint: such as `From: base.sif`',
      '--build-arg WH=1: the definition file has no `{{ WH }}`',
      '  | WH=1',
      '  | ^^',
      '  hint: did you mean `WHO`?',
      'x.def:2:1: unknown keyword `Frm`',
      '  | Frm: base.sif',
      '  | ^^^',
      '  hint: did you mean `from`?',
      'x.def:4:1: there is no section `%pst`',
      '  | %pst',
      '  | ^^^^',
      '  hint: did you mean `%post`?',
      'x.def:7:8: `WHO` has no value',
      '  |   echo {{ WHO }}',
      '  |        ^^^^^^^^^',
      '  hint: did you mean `WH`?',
    ]);
  });

  it.each([
    ['', '1:1 there is no `Bootstrap:`, which says what the image begins with'],
    ['From: x\nBootstrap: docker\n', '2:1 `Bootstrap:` must be the first line of the header'],
    ['Bootstrap: dokcer\nFrom: x\n', '1:12 nothing is known to begin with `dokcer`'],
    [`${head}words\n`, '3:1 this is neither `KEYWORD: value` nor a section'],
    [`${head}From: y\n`, '3:1 `From` is given twice'],
    [
      `${head}  %post\n`,
      '3:3 a line whose first sign is `%` begins a section, and this one is not at the beginning of its line',
    ],
    [`${head}%appinstall\n`, '3:1 `%appinstall` needs the name of an app'],
    [`${head}%files\n a b c\n`, '4:6 a line has a source and a destination, no more'],
    [`${head}%files\n 'a b'\n`, '4:2 quotes here are `"`, and nothing else quotes a blank'],
    [`${head}%files\n "a b\n`, '4:2 a quote is not closed'],
    [`${head}%files from one\n /a\n`, '3:13 no earlier stage is called `one`'],
    [`${head}%files form one\n /a\n`, '3:8 `%files` takes only `from STAGE`'],
    [`${head}Stage: a\n${head}Stage: a\n`, '6:8 another stage is called `a` already'],
    [`${head}%arguments\n what\n`, '4:2 this is not `NAME=VALUE`'],
    [
      `${head}%post\r\n true\r\n`,
      '3:1 lines end as on Windows: a shell takes the carriage return as part of the last word',
    ],
  ])('%j', (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  it('a value of one stage is none of another', () => {
    expect(faultsOf(`${head}%arguments\n A=1\n${head}%post\n echo {{ A }}\n`)).toEqual(['8:7 `A` has no value']);
  });
});
