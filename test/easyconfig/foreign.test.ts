import { describe, expect, it } from 'vitest';
import { recogniseContent, recogniseName } from '../../src/easyconfig/foreign.ts';
import { parsePlacedYaml } from '../../src/easyconfig/yaml-places.ts';

describe('a file of another program', () => {
  it.each([
    ['/a/My App.def', /definition file/, /apptainer build my\.sif '\/a\/My App\.def'/],
    ['Dockerfile', /Docker/, /ctinstall new docker:/],
    ['requirements-dev.txt', /Python packages/, /ctinstall wrap pip requirements-dev\.txt --name/],
  ])('%s is known by its name', (name, what, hint) => {
    expect(recogniseName(name)?.what).toMatch(what);
    expect(recogniseName(name)?.hint).toMatch(hint);
  });

  it.each(['mpi4py-3.1.6.yaml', 'eb', 'x.eb.yaml', 'definition', 'my.sif', 'x-1.eb'])('%s is none', (name) => {
    expect(recogniseName(name)).toBeUndefined();
  });

  const known = (text: string) => recogniseContent('x-1.yaml', text, parsePlacedYaml(text).yaml?.value);
  it('is known by what is in it', () => {
    expect(known("easyblock = 'PythonPackage'\n\nname = 'x'\nversion = '1'\n")?.what).toMatch(/EasyBuild/);
    expect(known('docker: quay.io/bio/samtools\nlatest: { "1.18--h1": "sha256:0" }\n')?.hint).toContain(
      '`ctinstall import shpc x-1.yaml`',
    );
    expect(known('name: e\nchannels: [conda-forge]\ndependencies: [python]\n')?.hint).toContain('ctinstall wrap conda');
    expect(known('name: x\nversion: "1"\nimage: x.sif\n')).toBeUndefined();
    expect(known('- a.yaml\n')).toBeUndefined();
    expect(known('')).toBeUndefined();
  });
});
