import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const python = (version: string, more = '') =>
  `name: py\nversion: "${version}"\nimage: { file: venv.sif }\nwrappers: [start-shell]\n${more}`;

test('list says what each install is now: default, loaded, hidden, its user software and where its image is', async () => {
  const sandbox = makeSandbox();
  const { dir, prefix, succeed, write } = sandbox;
  write('tiny-1.9.yaml', tinyEasyconfig('', { version: '1.9' }));
  write('tiny-1.10.yaml', tinyEasyconfig('hidden: true\n', { version: '1.10' }));
  write('tiny-1.2.yaml', tinyEasyconfig('', { version: '1.2' }));
  write('py-1.yaml', python('1', 'python: { venv: { name: own } }\n'));
  await succeed(`mkdir images; cp "$CT_IMAGES"/{tiny,venv}.sif images
    ctinstall --image-dir images --default tiny-1.9.yaml; ctinstall --image-dir images tiny-1.10.yaml
    ctinstall --image-dir images --image-mode link tiny-1.2.yaml; ctinstall --image-dir images py-1.yaml
    ctinstall squashfs make py`);
  const list = async (flags = '', before = 'true'): Promise<string> =>
    (await succeed(`${before}; ctinstall list ${flags}`)).replace(/\d{4}-\d\d-\d\d/g, '<date>');
  const copy = /copy [\d.]+ .iB/;
  const table = await list('', 'module load tiny/1.9');
  expect(table.split('\n').map((line) => line.replace(copy, '<copy>').replace(/ {2,}/g, '  '))).toEqual([
    expect.stringMatching(/^py\/1 {2}<date> {2}<copy> {2}packed \d\S* .iB$/),
    'tiny/1.2  <date>  link',
    'tiny/1.9  <date>  <copy>  default, loaded',
    'tiny/1.10  <date>  <copy>  hidden',
    '',
  ]);
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

  // A copy that the user removed, one without anything behind it, a link to nowhere; software unpacked and measured.
  await succeed(`ctinstall squashfs unmake py; rm "${prefix}/software/tiny/1.9/tiny.sif"`);
  expect(await list('tiny')).toMatch(/^tiny\/1.2 .*link\ntiny\/1.9 .*central +default\ntiny\/1.10 .*copy/);
  await succeed('rm images/tiny.sif');
  expect(await list('tiny')).toMatch(/^tiny\/1.2 .*gone .*\ntiny\/1.9 .*gone\n +default, .*\ntiny\/1.10 .*copy/);
  expect(await list('py')).toMatch(/ directory\n$/);
  const bytes = Number(
    (await succeed(`find "${prefix}/software/py/1/user-software" ! -type d -printf '%s\\n'`))
      .split('\n')
      .reduce((sum, size) => sum + Number(size), 0),
  );
  const [row] = JSON.parse(await succeed('ctinstall list --size --json py'));
  expect(row).toMatchObject({
    module: 'py/1',
    installDir: `${dir}/${prefix.split('/').at(-1)}/software/py/1`,
    image: { file: 'venv.sif', state: 'copy' },
    userSoftware: { form: 'directory', size: bytes },
    isLoaded: false,
    fault: null,
  });
  expect(await list('--size py')).toMatch(/ directory [\d.]+ .iB\n$/);
});
