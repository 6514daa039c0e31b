import { expect, test } from 'vitest';
import { messagesOf, normalFormOf } from './support.ts';

const none = 'name: demo\nversion: "1.0"\nimage: none\n';

test('an easyconfig can do without an image', () => {
  expect(normalFormOf(`${none}binds: [/opt]\nfamily: containerbindings\n`).image).toBeUndefined();
});

test('what would run in a container is refused then, all of it at once', () => {
  const text = `${none}runscripts: [conda-python-simple]
wrappers: [start-shell]
python: { conda_env: x }
user_software: { pack: true }
module_kind: tool
post_install: [make, { command: make, host: true }]
sanity_check_commands: [{ command: x }]
`;
  expect(messagesOf(text)).toEqual([
    '4:13 `runscripts` must be left out where there is no image',
    '5:11 `wrappers` must be left out where there is no image',
    '6:9 `python` must be left out where there is no image',
    '7:16 `user_software` must be left out where there is no image',
    '8:14 `module_kind`: follows from what a module without an image sets',
    '9:16 `post_install[0]`: would run in a container, and there is no image',
    '10:25 `sanity_check_commands[0]`: would run in a container, and there is no image',
  ]);
});

test('another word in the place of an image is no image, and the hint says how to name one', () => {
  expect(messagesOf('name: demo\nversion: "1.0"\nimage: demo.sif\n')).toEqual([
    '3:8 `image` must be a map of keys and values, not text',
  ]);
  expect(messagesOf('name: demo\nversion: "1.0"\n')).toEqual(['1:1 `image` is missing']);
  expect(messagesOf('name: demo\nversion: "1.0"\nimage: { fiel: x.sif }\n')).toEqual([
    '3:10 unknown key `fiel` in `image`',
  ]);
});
