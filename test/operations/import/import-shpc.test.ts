import { expect, it } from 'vitest';
import { hostPath } from '../../../src/lib/paths.ts';
import { importShpcText } from '../../../src/operations/import/import-shpc.ts';

const recipe = hostPath('/registry/quay.io/x/y/container.yaml');

it.each([
  [
    'docker: x/y\nlatest:\n  "1.0": sha256:aa\n tags: [\n',
    [
      `${recipe}:4:1: All mapping items must start at the same column`,
      '  |  tags: [',
      '  | ^',
      '  hint: look at brackets, quotes and indentation here and on the line before',
    ],
  ],
  ['docker: x/y\nlatest: {"1.0": sha256:aa}\ntags: {"1.0": sha256:aa}\n', [`${recipe}: the tag \`1.0\` has no digest`]],
  ['[]\n', [`${recipe}:1: is no recipe of singularity-hpc: that is a map`]],
])('a recipe that is no YAML, or no recipe, is refused with its places: %j', async (text, lines) => {
  await expect(importShpcText(recipe, text)).rejects.toMatchObject({
    code: 'easyconfig-invalid',
    message: `\`${recipe}\` cannot be imported`,
    details: expect.arrayContaining(lines.map((line) => expect.stringContaining(line))),
  });
});
