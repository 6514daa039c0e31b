import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { functions, killAtRandom } from './random-kills.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES"';

test('a rebuild, killed: the old version or the new one runs, the next run clears up, the user’s files are the same', async () => {
  const sandbox = makeSandbox();
  const recipe = (value: string): string =>
    tinyEasyconfig(`env: { module: { RECIPE: "${value}" } }\nsanity_check_commands: ["true"]\n`);
  for (const name of ['old', 'new']) sandbox.write(`${name}/tiny-1.0.yaml`, recipe(name));
  const sums = await sandbox.succeed(`${functions}
    ${install} old/tiny-1.0.yaml >/dev/null 2>&1
    cd "$CTINSTALL_PREFIX/software/tiny/1.0/user-software"; mkdir -p lib/x; echo mine >lib/mine; ln -s ../mine lib/x/link; chmod 600 lib/mine
    module load tiny; sums`);
  const rebuild = (name: string): string => `${install} --rebuild ${name}/tiny-1.0.yaml`;
  const after = (next: string): string =>
    `module load tiny; sums; [[ $RECIPE == old || $RECIPE == new ]] && echo "one of the two"
    ${next} 2>err >/dev/null || cat err\nmodule load tiny; sums; ctinstall verify; leftovers`;
  const expected = `${sums}one of the two\n${sums}tiny/1.0: as installed\n`;
  const rounds = [
    // The next run only clears up: what it leaves must be all of one version.
    { command: rebuild('new'), check: after(`${install} new/tiny-1.0.yaml`), expected },
    // The next run installs again, so that the other round begins with the old version.
    { command: rebuild('old'), check: `${after(rebuild('old'))}; echo "$RECIPE"`, expected: `${expected}old\n` },
  ];
  expect(await killAtRandom(sandbox, 4, rounds)).toBeGreaterThanOrEqual(4);
});
