import { expect, it } from 'vitest';
import { discoverBuildFacts } from '../../src/discover/build-facts.ts';
import { makeMachine } from './fake-machine.ts';

it.each([
  ['of the machine itself', '         0          0 4294967295\n', true],
  ['of a user namespace with one id', '         0       1000          1\n', false],
  [
    'of one with ids of the user in /etc/subuid',
    '         0       1000          1\n         1     100000      65536\n',
    true,
  ],
])('knows whether files can belong to others by the ids %s', async (_what, map, hasOtherIds) => {
  const machine = makeMachine();
  machine.write('proc/self/uid_map', map);
  expect(await discoverBuildFacts('singularity', machine)).toMatchObject({ hasOtherIds });
});
