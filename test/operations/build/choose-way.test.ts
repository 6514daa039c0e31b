import { describe, expect, it } from 'vitest';
import type { BuildFacts } from '../../../src/discover/build-facts.ts';
import { chooseRuntimeWay, chooseTreeWay } from '../../../src/operations/build/definition/choose-way.ts';

const bare: BuildFacts = {
  isRoot: false,
  hasOtherIds: true,
  isSetuid: false,
  hasUserNamespaces: false,
  hasSubuids: false,
  hasFakeroot: false,
  takesMksquashfsArgs: true,
};
const withNamespaces = { ...bare, hasUserNamespaces: true };

describe('the way to build a definition file', () => {
  it.each([
    ['apptainer', { ...withNamespaces, hasSubuids: true, hasFakeroot: true }, /^with user ids of your own/, []],
    ['apptainer', { ...withNamespaces, hasFakeroot: true }, /with `fakeroot`: a statically linked/, []],
    ['apptainer', withNamespaces, /no other user than root: packages .* may fail/, []],
    ['apptainer', { ...bare, isSetuid: true, hasSubuids: true }, /^with user ids/, []],
    ['apptainer', { ...bare, isRoot: true }, /^as root/, []],
    ['apptainer', { ...bare, isRoot: true, hasOtherIds: false }, /^in a user namespace with no other user/, []],
    ['singularity-ce', { ...withNamespaces, hasSubuids: true }, /^with user ids/, ['--fakeroot']],
  ] as const)('%s, %j', (flavour, facts, says, flags) => {
    expect(chooseRuntimeWay(flavour, facts)).toMatchObject({
      kind: 'runtime',
      says: expect.stringMatching(says),
      flags,
    });
  });

  it.each([
    ['apptainer', bare, /user namespaces are not allowed/, /max_user_namespaces/],
    ['apptainer', { ...bare, hasSubuids: true, hasFakeroot: true }, /user namespaces are not allowed/, /max_user/],
    ['singularity-ce', { ...withNamespaces, hasFakeroot: true }, /no user ids of your own/, /entry in \/etc\/subuid/],
  ] as const)('none for %s, %j: what the site could offer', (flavour, facts, why, hint) => {
    expect(chooseRuntimeWay(flavour, facts)).toMatchObject({
      kind: 'none',
      why: expect.stringMatching(why),
      hint: expect.stringMatching(hint),
    });
  });

  it.each([
    ['/x/proot', true, { kind: 'tree', proot: '/x/proot', says: expect.stringMatching(/`chown` is forgotten/) }],
    [undefined, false, { kind: 'tree', proot: undefined, says: expect.stringMatching(/nothing is to be run/) }],
    [undefined, true, { kind: 'none', why: expect.stringMatching(/no `proot`/) }],
  ] as const)('without the runtime, proot %s, commands %s', (proot, runsScripts, way) => {
    expect(chooseTreeWay({ proot, runsScripts })).toMatchObject(way);
  });
});
