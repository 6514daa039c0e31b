import { expect, test } from 'vitest';
import { makeSandbox, standInImage, tinyEasyconfig } from '../harness/sandbox.ts';

test('packed reproducibly, Python takes what it has compiled as it is, and a copy packs to the same bytes', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig().replace('tiny.sif', standInImage));
  const here = `${sandbox.prefix}/software/tiny/1.0`;
  await sandbox.succeed(`ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml
    cd "${here}/user-software"; for i in 1 2 3; do echo "x = $i" >m$i.py; done
    module load tiny; singularity exec "$SIF" python3 -m compileall -q /user-software; ls __pycache__ >&2
    cp -a . ~/copy
    cd ..; ctinstall squashfs --reproducible --remove-directory --json >~/said; sha256sum <user-software.squashfs >~/first
    ctinstall squashfs unmake; rm -rf user-software; cp -a ~/copy user-software
    ctinstall squashfs make --reproducible --remove-directory --processors 1; sha256sum <user-software.squashfs | cmp - ~/first`);
  const said = await sandbox.succeed('tail -n1 said');
  expect(JSON.parse(said)).toMatchObject({ filesBefore: 8, filesAfter: 1, directory: 'removed', leftOut: 0 });
  const loaded = await sandbox.succeed(
    `module load tiny; singularity exec --env PYTHONPATH=/user-software "$SIF" python3 -v -c 'import m1, m2, m3' 2>&1 | grep user-software`,
  );
  // `matches` is said of what was compiled before; what is compiled now is `code object from` its source.
  for (const name of ['m1', 'm2', 'm3'])
    expect(loaded).toMatch(new RegExp(`^# /user-software/__pycache__/${name}\\.cpython-\\d+\\.pyc matches `, 'm'));
  expect(loaded).not.toMatch(/code object from '\/user-software\/m\d\.py'/);
});
