import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { functions, killAtRandom } from './random-kills.ts';

test('packing and unpacking, killed: the module runs with all of the user’s files, the next run clears up', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const sums = await sandbox.succeed(`${functions}
    ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml >/dev/null 2>&1
    cd "$CTINSTALL_PREFIX/software/tiny/1.0/user-software"; mkdir -p lib; echo mine >lib/mine; chmod 600 lib/mine
    head -c 1000000 /dev/urandom >lib/random; for i in $(seq 100); do echo $i >lib/$i; done
    module load tiny; sums`);
  const again = (command: string): string =>
    `module load tiny; sums
    ${command} >/dev/null 2>err || grep -q 'nothing to' err || cat err
    module load tiny; sums; ls -d "$here"/user-software*; ctinstall verify; leftovers`;
  const here = `${sandbox.prefix}/software/tiny/1.0`;
  const round = (command: string, form: string) => ({
    command,
    check: again(command),
    expected: `${sums}${sums}${here}/${form}\ntiny/1.0: as installed\n`,
  });
  const rounds = [
    round('ctinstall squashfs make --remove-directory tiny', 'user-software.squashfs'),
    round('ctinstall squashfs unmake tiny', 'user-software'),
  ];
  expect(await killAtRandom(sandbox, 4, rounds)).toBeGreaterThanOrEqual(4);
});
