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
  const rounds = ['new', 'old'].map((name) => ({
    command: `${install} --rebuild ${name}/tiny-1.0.yaml`,
    check: `module load tiny; sums; [[ $RECIPE == old || $RECIPE == new ]] && echo "one of the two"
      ${install} --rebuild ${name}/tiny-1.0.yaml 2>err >/dev/null || cat err
      module load tiny; sums; echo "$RECIPE"; ctinstall verify; leftovers`,
    expected: `${sums}one of the two\n${sums}${name}\ntiny/1.0: as installed\n`,
  }));
  expect(await killAtRandom(sandbox, 22, rounds)).toBeGreaterThanOrEqual(22);
});
