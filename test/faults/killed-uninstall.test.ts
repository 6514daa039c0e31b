import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { functions, killAtRandom } from './random-kills.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

test('an uninstall, killed: the module runs or is gone, the next run clears up, the user’s files are the same', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const sums = await sandbox.succeed(`${functions}
    ${install} >/dev/null 2>&1
    cd "$CTINSTALL_PREFIX/software/tiny/1.0/user-software"; mkdir -p lib; echo mine >lib/mine; chmod 600 lib/mine
    module load tiny; sums`);
  const before = `if [ -e "$CTINSTALL_PREFIX/modules/tiny/1.0.lua" ]; then module load tiny; sums; else echo '${sums.trim()}'; fi`;
  const after = `${install} 2>err >/dev/null || cat err; module load tiny; sums; ctinstall verify; leftovers`;
  const expected = `${sums}${sums}tiny/1.0: as installed\n`;
  const rounds = [
    // The next run is another uninstall, which may find that all is done; or an install.
    {
      command: 'ctinstall uninstall --yes tiny',
      check: `${before}; ctinstall uninstall --yes tiny >/dev/null 2>err || grep -q 'is not installed' err || cat err; find "$here" -type f ! -path '*/user-software/*'; ${after}`,
      expected,
    },
    { command: 'ctinstall uninstall --yes tiny', check: `${before}; ${after}`, expected },
  ];
  expect(await killAtRandom(sandbox, 8, rounds)).toBeGreaterThanOrEqual(8);
});
