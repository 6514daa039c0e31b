import { describe, expect, it } from 'vitest';
import { faultsOf, least } from './support.ts';

describe('what a module does in the shell', () => {
  it.each([
    ['aliases: { go: "it\'s" }', "holds `'`, which some shells do not take in an alias"],
    ['aliases: { go: "a\\\\b" }', 'holds `\\`, which some shells do not take in an alias'],
    ['aliases: { go: "again !!" }', 'holds `!`, which some shells do not take in an alias'],
    ['aliases: { go: "a\\nb" }', 'holds a newline'],
    ['aliases: { go: " " }', 'is no command'],
    ['aliases: { module: ls }', '`module` is a command that the session itself needs'],
    ['aliases: { "a;b": ls }', '`a;b` is not a valid name of an alias or function'],
    ['functions: { "f()": ls }', '`f()` is not a valid name of an alias or function'],
    ['functions: { f: "a\\nb" }', 'holds a newline'],
    ['functions: { f: { csh: ls } }', '`functions.f.bash` is missing'],
    ['functions: { f: { bash: ls, csh: "\'" } }', "holds `'`"],
    ['family: "a b"', 'is no name of a family'],
    ['family: ctinstall_software', 'is the family of all environments of ctinstall already'],
    ['load_message: "\\e[31m"', 'holds U+001B'],
  ])('%s is a fault', (text, fault) => {
    expect(faultsOf(`${least}${text}\n`)).toContain(fault);
  });

  it('takes what shells take', () => {
    const functions = `functions: { 'run-in': 'x="a}b"; echo "$@"', f: { bash: "'", csh: 'echo $*' } }`;
    expect(faultsOf(`${least}aliases: { go_2: 'singularity exec "$SIF" x' }\n${functions}\nfamily: mpi\n`)).toBe('');
  });
});
