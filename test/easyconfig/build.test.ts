import { expect, it } from 'vitest';
import { normalizeEasyconfig } from '../../src/easyconfig/normalize.ts';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';

const parse = (build: string, image = 'file: x.sif') =>
  parseEasyconfig(`name: x\nversion: "1"\nimage: { ${image} }\nbuild: ${build}\n`);

it.each([
  ['{}', '`build` must have a `base` or a `definition`'],
  ['{ base: b.sif }', '`build` must add something to its base'],
  ['{ base: b.sif, wheels: w, conda: e.yml }', '`build.wheels` must stand beside `pip`'],
  ['{ base: b.sif, pip: [x], way: proot }', '`build.way` must stand beside `definition` or `packages`'],
  ['{ definition: d.def, base: b.sif }', '`build.base` must not stand beside `definition`'],
  ['{ base: b.sif, packages: [x], pip: [y] }', '`build.pip` must not stand beside `packages`'],
  ['{ base: b.sif, packages: ["x;y"] }', '`x;y` is not a valid name of a package'],
  ['{ base: b.sif, pip: ["-r x"] }', '`-r x` is an option of pip'],
  ['{ base: ../b.sif, pip: [x] }', '`../b.sif` holds `..`'],
  ['{ base: b.sif, files: [{ from: d, to: /.singularity.d }] }', '`/.singularity.d` is a place inside'],
])('build: %s is refused', (build, message) => {
  const { issues } = parse(build);
  expect(issues.map((issue) => issue.message)).toEqual([expect.stringContaining(message)]);
});

it('an image that is built comes from nowhere else', () => {
  const { issues } = parse('{ base: b.sif, pip: [x] }', 'file: x.sif, source: "docker://x", verify: signed');
  expect(issues.map(({ message }) => message)).toEqual([
    '`image.source` must not be there with `build`, which makes the image',
    '`image.verify` must not be there with `build`, which makes the image',
  ]);
});

it('each way has its own form', () => {
  const formOf = (build: string) => {
    const { easyconfig } = parse(build);
    return easyconfig && normalizeEasyconfig(easyconfig).build;
  };
  expect(formOf('{ base: b.sif, pip: requirements.txt, files: [{ from: d }] }')).toEqual({
    ...{ kind: 'files', base: { file: 'b.sif', sha256: undefined }, conda: undefined, wheels: undefined },
    ...{ pip: ['./requirements.txt'], files: [{ from: 'd', to: undefined }] },
  });
  expect(formOf('{ base: b.sif, packages: [mesa, mesa], way: proot }')).toMatchObject({
    ...{ kind: 'packages', packages: ['mesa'], way: 'proot' },
  });
  expect(formOf('{ definition: d.def, build_args: { A: "%(version)s" } }')).toEqual({
    ...{ kind: 'definition', definition: 'd.def', buildArgs: { A: '%(version)s' }, way: undefined },
  });
});
