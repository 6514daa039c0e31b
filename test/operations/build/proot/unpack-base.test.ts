import { expect, it } from 'vitest';
import { isHarmless } from '../../../../src/operations/build/proot/unpack-base.ts';

it.each([
  ["create_inode: could not create character device root/dev/tty, because you're not superuser!", true],
  ['create_inode: failed to create character device root/dev/tty, because Operation not permitted', true],
  ['set_attributes: failed to change uid and gids on root/etc/shadow, because Invalid argument', true],
  ['Write on output file failed because No space left on device', false],
  ['FATAL ERROR: writer: failed to write file root/usr/bin/tsort', false],
  ['create_inode: failed to create file root/x, because Operation not permitted', false],
])('%s', (line, expected) => {
  expect(isHarmless(line)).toBe(expected);
});
