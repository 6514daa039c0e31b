import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandWord } from '../../../src/operations/workflow/bash-words.ts';

const inBash = (words: readonly string[], before = ''): string[] =>
  execFileSync('bash', ['-c', `${before}printf '%s\\0' ${words.join(' ')}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

describe('a word of a command', () => {
  const env = [
    { name: 'A', value: { text: "x 'y' $(touch /tmp/no) `no` \\" } },
    { name: 'S', value: { secret: 'T' } },
  ];

  it('has its variables replaced with no shell in between', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of Fuzzfiles
    const words = ['$A', '${A}b', '$S!', '$FB_TASK_ID', '$FB_JOB_NAME', '$HOME ${PATH}', "it's", '', '$', '$(no)'].map(
      (word) => commandWord(word, env, { FB_JOB_NAME: 'j' }),
    );
    expect(inBash(words, "APPTAINERENV_S='se  cret' FB_TASK_ID=7; ")).toEqual([
      "x 'y' $(touch /tmp/no) `no` \\",
      "x 'y' $(touch /tmp/no) `no` \\b",
      'se  cret!',
      '7',
      'j',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: left as it is
      '$HOME ${PATH}',
      "it's",
      '',
      '$',
      '$(no)',
    ]);
  });

  it('comes through bash as it is, whatever it is', () => {
    const anyWord = fc
      .string({ unit: 'binary', minLength: 0 })
      .filter((word) => !word.includes('\0') && word.isWellFormed());
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 1, maxLength: 100 }), (words) => {
        expect(inBash(words.map((word) => commandWord(word, [], {})))).toEqual(
          words.map((word) => word.replaceAll(/\$(FB_TASK_ID|\{FB_TASK_ID\})/g, '')),
        );
      }),
      { numRuns: 10 },
    );
  });
});
