import { describe, expect, it } from 'vitest';
import { checkArchitecture, goArchitecture } from '../../src/image/check-architecture.ts';
import { readImage } from '../../src/image/read-image.ts';
import { failure } from './failure.ts';
import { buildSif, rootObject, squashfs } from './image-builders.ts';
import { bytesReader } from './readers.ts';

async function check(code: string, host: string): Promise<void> {
  // The header says amd64 throughout: the partition is what counts.
  const image = await readImage(bytesReader(buildSif({ objects: [rootObject(code)] })), 'x.sif');
  checkArchitecture(image, host, 'x.sif');
}

describe('checkArchitecture', () => {
  it.each([
    ['02', 'amd64'],
    ['04', 'arm64'],
    ['06', 'ppc64le'],
    ['01', 'amd64'],
    ['03', 'arm64'],
    ['00', 'amd64'],
    ['99', 'arm64'],
  ])('lets code %s run on %s', async (code, host) => {
    await expect(check(code, host)).resolves.toBeUndefined();
  });

  it.each([
    ['04', 'amd64', 'arm64'],
    ['02', 'arm64', 'amd64'],
    ['02', '386', 'amd64'],
    ['05', 'ppc64le', 'ppc64'],
    ['03', 'amd64', 'arm'],
    ['12', 'amd64', 'riscv64'],
  ])('refuses code %s on %s', async (code, host, name) => {
    const error = await failure(check(code, host));
    expect(error.code).toBe('image-architecture');
    expect(error.message).toBe(`\`x.sif\` is for ${name}, and this machine is ${host}`);
    expect(error.hint).toContain(host);
  });

  it('lets an image pass that does not say', async () => {
    const image = await readImage(bytesReader(squashfs()), 'x.sqsh');
    expect(() => checkArchitecture(image, 'arm64', 'x.sqsh')).not.toThrow();
  });
});

describe('goArchitecture', () => {
  it.each([
    ['x64', 'amd64'],
    ['arm64', 'arm64'],
    ['ppc64', 'ppc64le'],
    ['s390x', 's390x'],
    ['riscv64', 'riscv64'],
    ['loong64', 'loong64'],
    ['ia32', '386'],
    ['arm', 'arm'],
    ['mipsel', 'mipsle'],
    ['mips', 'mips'],
  ])('%s is %s', (node, go) => {
    expect(goArchitecture(node)).toBe(go);
  });

  it('tells the two ppc64 apart by their endianness', () => {
    expect(goArchitecture('ppc64', 'BE')).toBe('ppc64');
  });
});
