import { describe, expect, it } from 'vitest';
import type { SifDescriptor } from '../../src/image/types.ts';
import { describeBadSignature } from '../../src/runtime/signature-failure.ts';

const signature: SifDescriptor = {
  type: 'signature',
  hash: 'SHA-256',
  fingerprint: undefined,
  id: 4,
  typeName: 'Signature',
  group: undefined,
  link: { kind: 'group', id: 1 },
  offset: 0,
  size: 0,
  name: '',
  created: undefined,
  modified: undefined,
};

/** What tests do not make the runtime say. */
describe('describeBadSignature', () => {
  it.each([
    [
      'integrity: signature object 4 not valid: openpgp: key expired',
      'is signed with a key that has expired or was revoked',
    ],
    [
      'integrity: signature object 4 not valid: openpgp: signature made by unknown entity',
      'is signed with a key that is not among yours',
    ],
    ['openpgp: invalid data: tag byte does not have MSB set', 'has a signature that cannot be verified'],
  ])('%s', (said, why) => {
    const fault = describeBadSignature(`FATAL:   Failed to verify container: ${said}`, {
      descriptors: [signature],
      runtime: 'apptainer',
    });
    expect(fault.why).toBe(why);
    expect(fault.hint).not.toMatch(/undefined|<runtime>/);
  });
});
