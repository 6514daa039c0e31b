import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeIssues } from '../../src/easyconfig/describe-issue.ts';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { describeModulefile } from '../../src/modulefile/describe-install.ts';
import { renderLmod } from '../../src/modulefile/render-lmod.ts';
import { resolveInstall } from '../../src/resolve/resolve-install.ts';
import { foldSettings } from '../../src/settings/fold.ts';
import { normalFormIfGood } from './support.ts';

/** Texts with what matters to YAML, shells, Lua, binds and templates in them more often than chance has it. */
const awkward = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'\0\n\r\t\v\f\\"\'`$:,^%()[]{}&*!|>#-?@ /.~=;<é😀日\ufeff\u202e\u2028\ud800\udc00'),
    fc.constantFrom('%(name)s', '%(nme)s', '%%', '/a', '..', '$(x)', ']]', 'x', '1'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 30,
});

const keys = [
  'name',
  'version',
  'versionsuffix',
  'whatis',
  'image',
  'file',
  'binds',
  'host',
  'site',
  'env',
  'module',
  'python',
  'venv',
  '<<',
  '__proto__',
  'constructor',
];
/** Lines that look like an easyconfig. */
const almostYaml = fc
  .array(
    fc.oneof(
      fc
        .tuple(
          fc.constantFrom('', '  ', '    ', '- ', '  - ', '\t', '&a ', '*a '),
          fc.constantFrom(...keys),
          fc.constantFrom(': ', ':', ' ', ': {', ': [', ': |', ': *a ', ': &a '),
          awkward,
        )
        .map((parts) => parts.join('')),
      awkward,
    ),
    { maxLength: 12 },
  )
  .map((lines) => lines.join('\n'));

const settings = {
  ...foldSettings([], { HOME: '/home/user' }),
  prefix: asPrefix(hostPath('/home/user/ctinstall')),
};

describe('parseEasyconfig', () => {
  it('answers any text with a value or with faults that have a place in it', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), awkward, almostYaml, fc.json());
    fc.assert(
      fc.property(anyText, (text) => {
        const { easyconfig, issues } = parseEasyconfig(text);
        expect(easyconfig === undefined).toBe(issues.length > 0);
        const lines = text.replace(/^\ufeff/, '').split('\n');
        for (const { place } of issues) {
          const line = lines[place.line - 1];
          expect(line).toBeDefined();
          expect(place.column).toBeLessThanOrEqual([...(line ?? '')].length + 1);
          expect(place.column).toBeGreaterThanOrEqual(1);
        }
        const places = issues.map(({ place }) => place.line * 1e6 + place.column);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        for (const shown of describeIssues('f', text, issues)) expect(shown).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('a value of an easyconfig', () => {
  const written = (value: unknown): string => JSON.stringify(value);

  function survives(place: (value: string) => object, back: (text: string) => unknown): void {
    let kept = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          awkward,
          fc.string({ unit: 'binary' }),
          awkward.map((text) => `/${text}`),
          fc.stringMatching(/^[a-z0-9.+-]{1,9}$/),
        ),
        (value) => {
          const least = { name: 'a', version: '1', image: { file: 'a.sif' } };
          const easyconfig = back(written({ ...least, ...place(value) }));
          if (easyconfig === undefined) return;
          kept += 1;
          expect(easyconfig).toBe(value);
        },
      ),
      { numRuns: 800 },
    );
    expect(kept).toBeGreaterThan(2);
  }

  it('is refused or kept as it is: name', () => {
    survives(
      (name) => ({ name }),
      (text) => normalFormIfGood(text)?.name,
    );
  });

  it('is refused or kept as it is: version', () => {
    survives(
      (version) => ({ version }),
      (text) => normalFormIfGood(text)?.version,
    );
  });

  it('is refused or kept as it is: image file', () => {
    survives(
      (file) => ({ image: { file } }),
      (text) => normalFormIfGood(text)?.image?.file,
    );
  });

  it('is refused or kept as it is: both sides of a bind', () => {
    const bindOf = (text: string) => {
      const bind = normalFormIfGood(text)?.binds[0];
      return bind?.kind === 'path' ? bind : undefined;
    };
    survives(
      (path) => ({ binds: [path] }),
      (text) => bindOf(text)?.container,
    );
    survives(
      (host) => ({ binds: [{ host, container: '/x' }] }),
      (text) => bindOf(text)?.host,
    );
    survives(
      (container) => ({ binds: [{ host: '/x', container }] }),
      (text) => bindOf(text)?.container,
    );
  });

  it('is refused or kept as it is: variables', () => {
    survives(
      (A) => ({ env: { module: { A } } }),
      (text) => normalFormIfGood(text)?.env.module.A,
    );
    survives(
      (A) => ({ env: { container: { A } } }),
      (text) => normalFormIfGood(text)?.env.container.A,
    );
    const nameOf = (text: string) => Object.keys(normalFormIfGood(text)?.env.module ?? {})[0];
    survives((name) => ({ env: { module: { [name]: 'x' } } }), nameOf);
  });
});

describe('an easyconfig that is taken', () => {
  it('resolves and renders, or is refused with a reason: nothing else is thrown', () => {
    const text = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined });
    const recipe = fc.record({
      name: fc.stringMatching(/^[a-z][a-z.+-]{0,8}$/),
      version: fc.stringMatching(/^[0-9][a-z0-9.+-]{0,8}$/),
      image: fc.record({
        file: fc.oneof(
          awkward,
          fc.constant('%(name)s-%(version)s.sif'),
          fc.constant('%(installdir)s'),
          fc.constant('%(versionsuffix)s'),
          fc.constant('a.sif'),
        ),
      }),
      homepage: text(awkward),
      description: text(fc.oneof(awkward, fc.string({ unit: 'binary' }))),
      whatis: text(awkward).map((line) => (line === undefined ? undefined : [line])),
      binds: fc.array(
        awkward.map((path) => `/${path}`),
        { maxLength: 2 },
      ),
      env: fc.record({ module: fc.record({ A: awkward }), container: fc.record({ B: awkward }) }),
      python: fc.record({
        conda_env: fc.constant('c'),
        conda_root: fc.oneof(
          fc.constant('/opt/c'),
          fc.constant('%(installdir)s'),
          awkward.map((path) => `/${path}`),
        ),
      }),
      sanity_check_commands: fc.array(awkward, { maxLength: 1 }),
    });
    let rendered = 0;
    const refusable = (value: unknown): object => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(
        recipe,
        fc.subarray(['homepage', 'description', 'whatis', 'binds', 'env', 'python', 'sanity_check_commands']),
        (whole, dropped) => {
          const some = Object.fromEntries(Object.entries(refusable(whole)).filter(([key]) => !dropped.includes(key)));
          const easyconfig = normalFormIfGood(JSON.stringify(some));
          if (easyconfig === undefined) return;
          const resolved = resolveInstall(easyconfig, settings, {
            runtime: 'singularity',
            scripts: { runscripts: [], wrappers: [] },
          });
          if (resolved.install === undefined) {
            expect(resolved.issues.length).toBeGreaterThan(0);
            return;
          }
          renderLmod(describeModulefile(resolved.install, { toolVersion: '1', images: [resolved.install.installDir] }));
          rendered += 1;
        },
      ),
      { numRuns: 800 },
    );
    expect(rendered).toBeGreaterThan(30);
  });
});
