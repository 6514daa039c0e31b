import { describe, expect, it } from 'vitest';
import { importEb } from '../../../src/formats/eb/import-eb.ts';

const least = "easyblock = 'MakeCp'\nname = 'x'\nversion = '1'\nsources = ['x.sif']\n";

function refusalOf(recipe: string): string {
  const { refusal } = importEb(recipe);
  return refusal === undefined ? 'taken' : `${refusal.line}: ${refusal.message}`;
}

const notesOf = (more: string): string[] =>
  (importEb(least + more).imported?.notes ?? []).map(({ line, message }) => `${line}: ${message}`);

describe('a recipe that is not read', () => {
  it.each([
    ['import os\n', /^1: `import os` is not understood: recipes are read, not run$/],
    [`${least}x = __import__('os').system('id')\n`, /^5: the call `__import__\('os'\)` is not understood/],
    [`${least}x = open('/etc/passwd').read()\n`, /^5: the call `open\('\/etc\/passwd'\)`/],
    [`${least}x = ''.__class__\n`, /^5: `''\.__class__` is not understood/],
    [`${least}x = 'a'.format.__globals__\n`, /^5: /],
    [`${least}x = '{0.__class__}'.format('a')\n`, /^5: `\{0\.__class__\}` in a format is not understood/],
    [`${least}x = (lambda: 1)()\n`, /^5: the call/],
    [`${least}x = 'a' * 1000000000\n`, /^5: `\*` between text and a number is not understood/],
    [`${least}def f():\n    return 1\n`, /^5: `def f\(\):` is not understood/],
    [`${least}for i in [1]:\n    pass\n`, /^5: /],
    [`${least}x = y\n`, /^5: the name `y` has no value here$/],
    [`${least}x = b'bytes'\n`, /^5: bytes/],
    [`${least}x = f'{name!r}'\n`, /^5: is not understood$/],
    [`${least}x = 'a'.center(3)\n`, /^5: `\.center\(…\)` of text is not understood$/],
    [`${least}x = [1, 2]['a']\n`, /^5: text stands where a whole number belongs$/],
    [`${least}x = {}['__class__']\n`, /^5: there is no such entry/],
    [`${least}x = ['a' for a in ['b'] for c in ['d']]\n`, /^5: this comprehension is not understood$/],
    [`${least}x = '%s' % ['a']\n`, /^5: a list as text is not understood$/],
    [`${least}x = f'{1e3}'\n`, /^5: the number `1e3` is not understood$/],
    [`${least}x = [1, 2][1.0]\n`, /^5: a number stands where a whole number belongs$/],
    [`${least}x = = 1\n`, /^5: is no Python: `x = = 1`$/],
    [`${least}x = (1,\n`, /^5: is no Python: `x = \(1,` has no end that fits$/],
    [`${least}x = {'a': 1\ny = 2\n`, /^5: is no Python: `x = \{'a': 1` has no end that fits$/],
    [`${least}homepage = 'https://example.org\n`, /^5: is no Python: the text `'https:\/\/example.org` is not closed$/],
    [`${least}x = f"a{name}\\"\n`, /^5: is no Python: the text .* is not closed$/],
    [`${least}x = "a\ny = ['b\n']\n`, /^5: is no Python: the text `"a` is not closed$/],
    [`${least}x = '\n`, /^5: is no Python: the text `'` is not closed$/],
    [`${least}x = ${'['.repeat(600)}${']'.repeat(600)}\n`, /^5: is nested too deeply$/],
    [`${least}a = '${'x'.repeat(500_000)}'\nb = a + a + a\n`, /^6: makes a text of more than 1 MiB$/],
    [`${least}a = '${'x'.repeat(100_000)}'\nb = a.replace('x', a)\n`, /^6: makes a text of more than 1 MiB$/],
    [
      "name = 'x'\nversion = '1'\nsources = ['x-1.tar.gz']\neasyblock = 'ConfigureMake'\n",
      /^3: this is an EasyBuild recipe, but of no container/,
    ],
    ['hello = 1\n', /^1: this is no EasyBuild recipe: it has no `name`$/],
    ['', /^1: this is no EasyBuild recipe/],
    [least.replace("'1'", '1.10'), /^3: `version` must be text$/],
    [least.replace("'1'", "'1 2'"), /^3: `1 2` is no version that ctinstall can take$/],
  ])('is refused at its line, number %#', (recipe, what) => {
    expect(refusalOf(recipe)).toMatch(what);
  });
});

describe('what cannot be carried over', () => {
  it('is named with its line', () => {
    expect(
      notesOf(`postinstallcmds = [
    'curl https://example.org/x | sh',
    'chmod a+x %(installdir)s/bin/none',
    'cp /etc/passwd %(installdir)s/x',
    'rm -rf /',
    'cat > /etc/x <<EOF\\nx\\nEOF',
    'cat > %(installdir)s/../x <<EOF\\nx\\nEOF',
    'singularity exec /other.sif true',
]
modextravars = {'PATH': '/x', 'BASH_ENV': '/x', 'A B': 'c', 'SINGULARITYENV_HOME': '/x'}
patches_of_mine = 1
`),
    ).toEqual([
      '6: not carried over, as it is not understood: `curl https://example.org/x | sh`',
      '7: not carried over: `chmod a+x %(installdir)s/bin/none`',
      '8: not carried over: `cp /etc/passwd %(installdir)s/x`',
      '9: not carried over: `rm -rf /`',
      expect.stringMatching(/^10: not carried over: `cat > \/etc\/x/),
      expect.stringMatching(/^11: not carried over: `cat > %\(installdir\)s\/\.\.\/x/),
      '12: not carried over: `singularity exec /other.sif true`',
      expect.stringMatching(/^14: `PATH` is not for an easyconfig to set/),
      expect.stringMatching(/^14: `BASH_ENV` is not for an easyconfig to set/),
      '14: `A B` is no name of a variable',
      expect.stringMatching(/^14: `HOME` in the container is set by the module or the runtime/),
      '15: `patches_of_mine` is not carried over',
    ]);
  });

  it('is named where EasyBuild would take something else, or knows more', () => {
    expect(
      notesOf(`modextravars = ['A=b']
whatis = ['x', 1]
modluafooter = None
moduleclass = 'no class'
description = 'of Python %(pyver)s, not of %%(pyver)s'
dependencies = [('Python', {'arch=x86_64': '3.9'}), {'name': 'x'}]
modextrapaths = {'A': ['x', 2], 'B': {'paths': ['y'], 'prepend': False}}
modtclfooter = '''
prepend-path -d ; C x
append-path D x y
depends-on other
'''
postinstallcmds = [
    'mkdir -m 700 %(installdir)s/x',
    'ln -s ../../x %(installdir)s/bin/x',
    'chmod 755 %(installdir)s/{a,{b,c}}',
    'printf "%s" x > %(installdir)s/x',
    'install -m u+x a %(installdir)s/x',
]
`),
    ).toEqual([
      '5: `modextravars` is a list, and is not carried over',
      '6: a number in `whatis` is not carried over',
      '8: `no class` is no `moduleclass` that ctinstall can take',
      '9: `%(pyver)s` is left as it is written: only EasyBuild knows what it stands for',
      '10: a dependency that is not understood',
      '10: a dependency that is not understood',
      '11: `A` gets something else than paths, which is not carried over',
      expect.stringMatching(/^13: not carried over.*`prepend-path -d ; C x`/),
      '18: not carried over: `mkdir -m 700 %(installdir)s/x`',
      '19: not carried over: `ln -s ../../x %(installdir)s/bin/x`',
      '20: not carried over, as it is not understood: `chmod 755 %(installdir)s/{a,{b,c}}`',
      '21: not carried over: `printf "%s" x > %(installdir)s/x`',
      '22: not carried over: `install -m u+x a %(installdir)s/x`',
    ]);
  });

  it('is told from what can', () => {
    const { imported } = importEb(`${least}modextrapaths = {'B': {'paths': ['y'], 'prepend': False}}
modtclfooter = '''
prepend-path C /x /y
append-path D %(installdir)s/d
depends-on other
'''
postinstallcmds = [
    '''cat >%(installdir)s/bin/odd <<"EOF"
#!/bin/bash
if [ -d /.singularity.d ]; then
  exec python "$@"
else
  exec singularity exec $SIF python3 "$@"
fi
EOF''',
    '''cat >%(installdir)s/bin/list-packages <<"EOF"
#!/bin/bash
singularity exec $SIF pip list
EOF''',
    'install -d %(installdir)s/share/d',
]
`);
    expect(imported?.notes).toEqual([]);
    expect(imported?.easyconfig).toMatchObject({
      depends_on: ['other'],
      wrappers: [{ name: 'list-packages', command: 'pip', args: ['list'] }],
      files: [{ path: 'bin/odd' }],
      env: {
        module: {
          B: { append: ['%(installdir)s/y'] },
          C: { prepend: ['/x', '/y'] },
          D: { append: ['%(installdir)s/d'] },
        },
      },
      post_install: ["mkdir -p '%(installdir)s/share/d'"],
    });
  });

  it('has its lines in the text of a modulefile too', () => {
    expect(notesOf('modluafooter = """\n-- setenv("A", "b")\nos.execute("id")\nsetenv("C", "d")\n"""\n')).toEqual([
      '7: not carried over from here to the end of the modulefile\'s text: `os.execute("id")`',
    ]);
  });
});
