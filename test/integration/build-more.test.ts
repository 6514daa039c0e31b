import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

const tiny = '--base "$CT_IMAGES/tiny.sif"';

test('ctinstall clean removes what a killed build left and the conda packages that were kept, and nothing of one at work', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'bin/mksquashfs',
    '#!/bin/sh\n[ "$1" != -version ] || { echo mksquashfs version 4.5; exit; }\ntouch packing; while [ -e packing ]; do sleep 0.1; done\n',
  );
  const { stdout } =
    await sandbox.run(`chmod +x bin/mksquashfs; mkdir -p prog tmp "$CTINSTALL_PREFIX/.ctinstall/conda-packages"
    : > "$CTINSTALL_PREFIX/.ctinstall/conda-packages/a.conda"; export TMPDIR=$PWD/tmp
    left() { ls -A . tmp "$CTINSTALL_PREFIX/.ctinstall" | grep -c 'killed.*part~$\\|ctinstall-build-\\|conda-packages'; }
    PATH=$PWD/bin:$PATH ctinstall build killed.sif ${tiny} --files prog &
    until [ -e packing ]; do sleep 0.1; done; mv "$CTINSTALL_PREFIX/.ctinstall/conda-packages" kept
    ctinstall clean >/dev/null; left; kill -KILL $!; wait $!; rm packing; mv kept "$CTINSTALL_PREFIX/.ctinstall/conda-packages"
    ctinstall clean --dry-run | grep -c 'part~\\|ctinstall-build-\\|conda-packages'; left
    ctinstall clean >/dev/null; left`);
  expect(stdout).toBe('2\n3\n3\n0\n');
});

test('with proot, patterns of %files stand for all that fit, as the runtimes have it', async () => {
  const sandbox = makeSandbox();
  const definition = (files: string): string => `Bootstrap: localimage\nFrom: base.sif\n%files\n${files}\n`;
  sandbox.write(
    'my.def',
    definition('  data/*.txt /opt/all\n  data/[ab]?.dat /opt/some/\n  "data/a*b" /opt/named\n  data/in /opt/in'),
  );
  sandbox.write('none.def', definition('  data/*.none /opt'));
  const out = await sandbox.succeed(`cp "$CT_IMAGES/tiny.sif" base.sif; mkdir -p data/in
    for name in one.txt two.txt a1.dat b2.dat c3.dat 'a*b' aXb in/deep; do echo "$name" > "data/$name"; done
    ctinstall build my.sif --way proot --definition my.def >/dev/null
    singularity exec my.sif sh -c 'cd /opt; find all some named in -type f | sort; cat named'`);
  expect(out.split('\n')).toEqual([
    ...['all/one.txt', 'all/two.txt', 'in/deep', 'named', 'some/a1.dat', 'some/b2.dat', 'a*b', ''],
  ]);
  const none = await sandbox.run('ctinstall build none.sif --way proot --definition none.def; s=$?; ls; exit $s');
  expect(none).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/line 4: there is no .*\n\nhint: nothing fits/),
  });
  expect(none.stdout).not.toContain('none.sif');
});

test('uv of the host installs where it does as pip would, and pip where a file has hashes, also with --update', async () => {
  const sandbox = makeSandbox();
  // It writes down how it was called, and has pip do it: what would be installed is nothing that the image has.
  sandbox.write(
    'bin/uv',
    `#!/bin/sh
case $1 in --version) echo uv 0.4.0; exit ;; esac
case " $* " in *" --dry-run "*) echo " + demo-tool==1.0" >&2; exit ;; esac
echo "uv $*" > "\${4%/bin/*}/called"; python=$4; shift 4; exec "$python" -m pip install "$@"
`,
  );
  const out = await sandbox.succeed(`${makeWheel('demo_tool')}; ${makeWheel('demo_more')}
    chmod +x bin/uv; export PATH=$PWD/bin:$PATH
    ctinstall build my.sif --base "$CT_IMAGES/venv.sif" --pip demo_tool --wheels wheels >/dev/null
    echo "demo_more==1.0 --hash=sha256:$(sha256sum wheels/demo_more*.whl | cut -d' ' -f1)" > requirements.txt
    ctinstall build --update my.sif --pip requirements.txt --wheels wheels >/dev/null
    singularity exec my.sif sh -c 'cat /ctinstall*/python/called; demo_tool x; demo_more y'`);
  expect(out).toMatch(
    /^uv pip install --python \/ctinstall\/python\/bin\/python -r \S+\/requirements\.txt --no-index --find-links \S+\ndemo_tool 1\.0 \S+ x\ndemo_more 1\.0 \S+ y\n$/,
  );
});

test('--update adds to a conda environment: what is there stays as it is', async () => {
  const sandbox = makeSandbox();
  const pack = (name: string, version: string): string => `mkdir -p pkg/bin pkg/info; cd pkg
    printf '#!/bin/sh\\necho ${name} ${version}\\n' > bin/${name}; chmod +x bin/${name}
    echo '{"name":"${name}","version":"${version}","build":"0","build_number":0,"depends":[],"subdir":"noarch"}' > info/index.json
    echo '{"paths_version":1,"paths":[{"_path":"bin/${name}","path_type":"hardlink"}]}' > info/paths.json
    tar -cjf ../chan/noarch/${name}-${version}-0.tar.bz2 *; cd ..; rm -r pkg
    records="$records$comma\\"${name}-${version}-0.tar.bz2\\":{\\"name\\":\\"${name}\\",\\"version\\":\\"${version}\\",\\"build\\":\\"0\\",\\"build_number\\":0,\\"depends\\":[],\\"subdir\\":\\"noarch\\",\\"sha256\\":\\"$(sha256sum < chan/noarch/${name}-${version}-0.tar.bz2 | cut -d' ' -f1)\\"}"; comma=,
    printf '{"info":{"subdir":"noarch"},"packages":{%s},"packages.conda":{}}' "$records" > chan/noarch/repodata.json`;
  const out = await sandbox.succeed(`mkdir -p chan/noarch; records= comma=; ${pack('one', '1.0')}
    printf 'channels: [./chan]\\ndependencies: [one]\\n' > one.yml; ctinstall build my.sif ${tiny} --conda one.yml >/dev/null
    ${pack('one', '2.0')}; ${pack('two', '1.0')}
    printf 'channels: [./chan]\\ndependencies: [two]\\n' > two.yml; ctinstall build --update my.sif --conda two.yml >/dev/null
    singularity exec my.sif sh -c 'one; two'; ctinstall show my.sif --sif | grep Packages
    ctinstall build --update my.sif --conda one.yml >/dev/null; singularity exec my.sif sh -c 'one; two'`);
  expect(out.replace(/ +/g, ' ').split('\n')).toEqual([
    ...['one 1.0', 'two 1.0', 'Packages: one=1.0=0, two=1.0=0', 'Packages: one=1.0=0', 'one 2.0', 'two 1.0', ''],
  ]);
});

test('modules of noarch packages are compiled once and for ever by the Python of the environment', async () => {
  const sandbox = makeSandbox();
  // Stands in for the Python of conda: that of the image, which must not read what packages want it to at its start.
  const pack = (subdir: string, name: string, noarch: string, paths: readonly string[]): string => `
    echo '{"name":"${name}","version":"3.11.2","build":"0","build_number":0,"depends":[]${noarch},"subdir":"${subdir}"}' > pkg/info/index.json
    echo '{"paths_version":1,"paths":[${paths.map((path) => `{"_path":"${path}","path_type":"hardlink"}`)}]}' > pkg/info/paths.json
    (cd pkg; tar -cjf ../chan/${subdir}/${name}-3.11.2-0.tar.bz2 *); rm -r pkg
    echo "file://$PWD/chan/${subdir}/${name}-3.11.2-0.tar.bz2#$(sha256sum < chan/${subdir}/${name}-3.11.2-0.tar.bz2 | cut -d' ' -f1)" >> list.txt`;
  const site = 'site-packages';
  const out = await sandbox.succeed(`mkdir -p chan/linux-64 chan/noarch; echo @EXPLICIT > list.txt
    mkdir -p pkg/info pkg/bin; printf '#!/bin/sh\\nexec /usr/bin/python3 "$@"\\n' > pkg/bin/python; chmod +x pkg/bin/python
    ${pack('linux-64', 'python', '', ['bin/python'])}
    mkdir -p pkg/info pkg/${site}/hello; echo 'print("ran"); names = {"a", "b", "c"}' > pkg/${site}/hello/__init__.py
    echo 'print {{ name }}' > pkg/${site}/hello/template.py; echo 'import hello' > pkg/${site}/at_start.pth
    ${pack('noarch', 'hello', ',"noarch":"python"', [`${site}/hello/__init__.py`, `${site}/hello/template.py`, `${site}/at_start.pth`])}
    ctinstall build my.sif --base "$CT_IMAGES/venv.sif" --conda list.txt --check-reproducible 2>&1 | grep -c 'ran\\|not compiled' || true
    singularity exec my.sif sh -c 'cd /ctinstall/conda/lib/python3.11/${site}/hello; ls __pycache__; head -c 8 __pycache__/* | tail -c 4 | od -An -tu4
      PYTHONPATH=.. python3 -v -c "import hello" 2>&1 | grep -c "matches.*hello/__init__"'
    mkdir -p pkg/info pkg/bin; printf '#!/bin/sh\\nexit 1\\n' > pkg/bin/python; chmod +x pkg/bin/python
    sed -i /linux-64/d list.txt; ${pack('linux-64', 'python', '', ['bin/python'])}
    ctinstall build none.sif --base "$CT_IMAGES/venv.sif" --conda list.txt 2>&1 | grep -o 'are not compiled.*'`);
  expect(out.split('\n').map((line) => line.trim())).toEqual([
    ...['0', '__init__.cpython-311.pyc', '1', '1'],
    'are not compiled, and load more slowly: the Python of the environment does not run in this image',
    '',
  ]);
});
