import { describe, expect, it } from 'vitest';
import { mainProgramsOf, wrappersOf } from '../../src/easyconfig/draft-wrappers.ts';

const languages = ['python', 'python3', 'R', 'Rscript', 'julia', 'perl'];

describe('programs to look for', () => {
  it.each([
    ['the name of the image', ['samtools'], '', ['samtools']],
    ['it in small letters', ['GROMACS'], '', ['GROMACS', 'gromacs']],
    ['R', ['r-base'], '', ['r-base', 'R']],
    ['what a Docker image starts', ['x'], `OCI_ENTRYPOINT=''\nOCI_CMD='"/usr/bin/prog" "-v"'\n`, ['prog', 'x']],
    ['what a run script starts', ['x'], '#!/bin/sh\nexec /opt/prog/bin/prog "$@"\n', ['prog', 'x']],
    ['no shell or entry point', ['bash'], `OCI_ENTRYPOINT='"/docker-entrypoint.sh"'\nOCI_CMD='"bash"'\n`, []],
    ['nothing that must not be hidden', ['node'], `OCI_CMD='"node"'\n`, []],
  ])('%s', (_, names, runscript, expected) => {
    expect(
      mainProgramsOf(names, runscript).filter((name) => !languages.includes(name) || expected.includes(name)),
    ).toEqual(expected);
  });
});

describe('wrappers of a draft', () => {
  const inside = { system: undefined, python: undefined, packages: [], withConda: undefined, commands: [] };
  it.each([
    ['nobody put anything in', [], []],
    ['the main program', ['/usr/local/bin/samtools', '/usr/bin/perl', '/usr/bin/python3'], ['samtools']],
    ['Python', ['/usr/local/bin/python', '/usr/local/bin/python3', '/usr/bin/perl'], ['python']],
    ['only python3', ['/opt/venv/bin/python3'], ['python3']],
    ['R of the distribution', ['/usr/bin/R', '/usr/bin/Rscript', '/usr/bin/perl'], ['R', 'Rscript']],
    ['julia beside Python', ['/usr/local/julia/bin/julia', '/usr/bin/python3'], ['julia']],
    ['perl', ['/usr/local/bin/perl'], ['perl']],
    ['no more than Python of the distribution', ['/usr/bin/python3', '/usr/bin/perl'], ['python3']],
    ['no more than Perl of the distribution', ['/usr/bin/perl'], ['perl']],
  ])('%s', (_, programs, expected) => {
    expect(wrappersOf({ inside: { ...inside, conda: undefined, programs } })).toEqual(expected);
  });

  it('with conda are of its Python', () => {
    const conda = { root: '/opt/conda', environments: [] };
    expect(wrappersOf({ inside: { ...inside, conda, programs: ['/usr/bin/python3'] } })).toEqual(['python']);
  });
});
