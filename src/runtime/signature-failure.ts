import type { SifDescriptor } from '../image/types.ts';

export interface BadSignature {
  readonly descriptors: readonly SifDescriptor[];
  readonly runtime: string;
}

/** Completes "the image …", and what to do. */
export interface SignatureFault {
  readonly why: string;
  readonly hint: string;
}

/** The words are those of the library that Apptainer and SingularityCE share (sif, `pkg/integrity`). The first that fits counts. */
const faults: readonly (readonly [RegExp, (bad: BadSignature) => SignatureFault])[] = [
  [
    /integrity compromised/i,
    () => ({
      why: 'was changed after it was signed',
      hint: 'do not use it: get the image again, from whoever signed it',
    }),
  ],
  [/made by unknown entity|key not found/i, unknownKey],
  [
    /key material not provided for DSSE/i,
    ({ runtime }) => ({
      why: 'is signed with a key that is no PGP key',
      hint: `set \`SINGULARITY_VERIFY_KEY\` or \`SINGULARITY_VERIFY_CERTIFICATE\` to the signer’s file (\`${runtime} verify --help\`)`,
    }),
  ],
  [
    /key material not provided for PGP/i,
    () => ({
      why: 'is signed with a PGP key, but a key or certificate of another kind is set',
      hint: 'unset `SINGULARITY_VERIFY_KEY` and `SINGULARITY_VERIFY_CERTIFICATE`, and those of `APPTAINER_`',
    }),
  ],
  [
    /verify envelope failed|accepted signatures do not match/i,
    () => ({
      why: 'is signed with another key than the one that is set',
      hint: 'look at `SINGULARITY_VERIFY_KEY` and `SINGULARITY_VERIFY_CERTIFICATE`: whose image is it?',
    }),
  ],
  [
    /failed to load (key material|certificate|\w+ certificates)/i,
    () => ({
      why: 'cannot be verified: the key or certificate that is set cannot be read',
      hint: 'look at `SINGULARITY_VERIFY_KEY`, `SINGULARITY_VERIFY_CERTIFICATE` and their like',
    }),
  ],
  [
    /x509:/i,
    () => ({
      why: 'is signed with a certificate that is not trusted here',
      hint: 'set `SINGULARITY_VERIFY_ROOTS` to the certificates of who issued it, if you trust them',
    }),
  ],
  [
    /key expired|signature expired|revoked/i,
    () => ({
      why: 'is signed with a key that has expired or was revoked',
      hint: 'ask whoever made the image for their new public key, or for a new signature',
    }),
  ],
  [
    /object not signed|not associated with object group|signature not found for object group/i,
    ({ runtime }) => ({
      why: 'is signed only in part, or in a form from before Singularity 3.6, which proves nothing',
      hint: `ask whoever made the image to sign all of it: \`${runtime} sign <image>\``,
    }),
  ],
];

/** Why the runtime refuses the signatures of an image, and what to do. */
export function describeBadSignature(said: string, bad: BadSignature): SignatureFault {
  if (!bad.descriptors.some(({ type }) => type === 'signature'))
    return {
      why: 'is not signed',
      hint: `get a signed image, or ask whoever made it to sign it: \`${bad.runtime} sign <image>\``,
    };
  return (
    faults.find(([pattern]) => pattern.test(said))?.[1](bad) ?? {
      why: 'has a signature that cannot be verified',
      hint: `look at what the runtime says; \`${bad.runtime} key list\` shows the keys that are trusted`,
    }
  );
}

/** The keys are those that the image names: whether they are the right ones, only their owner can say. */
function unknownKey({ descriptors, runtime }: BadSignature): SignatureFault {
  const prints = descriptors.flatMap((object) =>
    object.type === 'signature' && object.fingerprint !== undefined ? [object.fingerprint] : [],
  );
  const named = [...new Set(prints)].join(', ');
  return {
    why: `is signed with a key that is not among yours${named === '' ? '' : `: ${named}`}`,
    hint: `ask whoever made the image for their public key and its fingerprint, then \`${runtime} key import <file>\` (or \`${runtime} key pull <fingerprint>\`)`,
  };
}
