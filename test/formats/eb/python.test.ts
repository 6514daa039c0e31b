import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readRecipe } from '../../../src/formats/eb/read-recipe.ts';
import type { Value } from '../../../src/formats/eb/values.ts';

const recipes = fileURLToPath(new URL('recipes', import.meta.url));

const odd = String.raw`a = 'q\'\$\\\n\x41\u00e9\101' "b" r'\n' f'{{x}}'
b = f'{a}{{{a}}}'
c = """x\
y
"""
d = [1, 2.5, -3, True, None, ('t',), {'k': 'v'}]
e = d[0:2] + d[-1:]
g = 'a,b,,c'.split(',') + ' x  y '.split()
h = '-'.join(x.upper() for_ in []) if False else '-'.join([x.strip('_') for x in ['_p_', 'q'] if x != 'z'])
i = 'abc'[1] + 'abc'[-1] + 'abc'[:2] + 'abc'[1:]
j = '%s-%d %% %s' % ('x', 3, 'y') + '%(k)s' % {'k': 'v'}
k = '{} {}'.format('a', 1) + '{1}{0}{n}'.format('x', 'y', n='z')
l = 'yes' if 'a' in ['a'] and 'b' not in 'xyz' else 'no'
m = 'x'
m += 'y'
n = ('one '
     'two')  # three
o = 'a.b'.replace('.', '\\$').lstrip('a').rstrip('b')
`.replace("'-'.join(x.upper() for_ in []) if False else ", '');

it.each([
  ['odd forms', odd] as const,
  ...readdirSync(recipes)
    .filter((name) => name.endsWith('.eb'))
    .map((name) => [name, readFileSync(`${recipes}/${name}`, 'utf8')] as const),
])('%s has the values that Python gives it', (_name, recipe) => {
  const program = `import json, sys
scope = {name: name for name in ('SYSTEM', 'EXTERNAL_MODULE')}
exec(sys.stdin.read(), scope)
print(json.dumps({k: v for k, v in scope.items() if not k.startswith('__') and k not in ('SYSTEM', 'EXTERNAL_MODULE')}))`;
  const python = execFileSync('python3', ['-W', 'ignore', '-c', program], { input: recipe, encoding: 'utf8' });
  const { parameters } = readRecipe(recipe);
  expect(Object.fromEntries([...parameters].map(([name, { value }]) => [name, plain(value)]))).toEqual(
    JSON.parse(python),
  );
});

function plain(value: Value): unknown {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'list') return value.items.map(plain);
  if (value.kind === 'dict') return Object.fromEntries(value.entries.map(({ key, value: each }) => [key, plain(each)]));
  if (value.kind === 'none') return null;
  return value.kind === 'constant' ? value.name : value.value;
}
