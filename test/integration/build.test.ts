import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, standInImage, tinyImage } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

let sandbox: Sandbox;
let remove: () => void;

beforeAll(async () => {
  sandbox = makeSandbox((whenDone) => {
    remove = whenDone;
  });
  await sandbox.succeed(`${makeWheel('demo_tool')}
    mkdir -p prog/bin; printf '#!/bin/sh\\necho hello of files\\n' > prog/bin/hello; chmod 700 prog/bin/hello; ln -s hello prog/bin/other
    mkdir lots; for i in $(seq 300); do echo $i > lots/$i; done`);
});

afterAll(() => remove());

const tiny = '--base "$CT_IMAGES/tiny.sif"';
const sumOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
/** All files of an image with what they hold, but those that a build changes. */
const listing = (image: string): string => `{
  unsquashfs -q -n -no-xattrs -o 36864 -d root ${image} >&2; cd root
  find . '(' -path ./.singularity.d/env/92-ctinstall.sh -o -path ./.singularity.d/labels.json -o -path './ctinstall*' -o -path './lots*' ')' \
    -o -type f -exec sha256sum {} + -o -printf '%p %M %l\n' | sort; cd ..; rm -rf root; }`;

test('files in a copy of a base: on the PATH, all of the base as it was, the same bytes again', async () => {
  const before = sumOf(tinyImage);
  const out = await sandbox.succeed(`umask 077; ctinstall build my.sif ${tiny} --files prog --files lots:/lots
    singularity exec my.sif sh -c 'hello; other; cat /lots/300; ls -ld / | cut -c1-10; ls /ctinstall'
    singularity inspect my.sif | grep ctinstall.build.base`);
  expect(out).toBe(
    `${join(sandbox.dir, 'my.sif')}\nhello of files\nhello of files\n300\ndrwxr-xr-x\nbuild.json\nprog\nctinstall.build.base: tiny.sif@sha256:${before}\n`,
  );
  expect(sumOf(tinyImage)).toBe(before);
  const same = await sandbox.succeed(`${listing('"$CT_IMAGES/tiny.sif"')} > base.txt; ${listing('my.sif')} > my.txt
    diff base.txt my.txt >&2; wc -l < base.txt`);
  expect(Number(same)).toBeGreaterThan(100);
  const again = await sandbox.succeed(`rm -f base.txt my.txt; cp -r lots lots2; rm -r lots; mv lots2 lots
    ctinstall build --force --check-reproducible my2.sif ${tiny} --files prog --files lots:/lots 2>&1 >&2 | cat >&2
    cmp my.sif my2.sif; rm my2.sif; ctinstall show my.sif`);
  expect(again).toMatch(
    /Built on: +tiny\.sif, sha256 [0-9a-f]{64}\n(.*\n)+Added: +files \/ctinstall\/prog from prog\n/,
  );
});

test('Python packages by the image’s own Python, upon an image that was built so; it is added to, and lists all that is in it', async () => {
  const out = await sandbox.succeed(`echo 'demo_tool==1.0' > requirements.txt
    mkdir -p older/bin; printf '#!/bin/sh\\necho older\\n' > older/bin/demo_tool; chmod +x older/bin/demo_tool
    mkdir more; printf '#!/bin/sh\\necho hello of more\\n' > more/hello; chmod +x more/hello
    ctinstall build older.sif --base "$CT_IMAGES/venv.sif" --files prog --files older
    ctinstall build py.sif --base older.sif --pip requirements.txt --wheels wheels --json > json; cat json
    ctinstall build --update py.sif --files more:/more/bin
    singularity exec py.sif sh -c 'hello; /more/bin/hello; demo_tool x; python -c "import demo_tool, of_the_image; print(demo_tool.version, demo_tool.__cached__)"'
    ctinstall show py.sif --sif | tee shown | grep -c 'Built on'
    id=$(sed -n 's/^SBOM: *object \\([0-9]*\\).*/\\1/p' shown); singularity sif dump "$id" py.sif > sbom.json; cat sbom.json`);
  expect(out).toContain('"packages":["demo_tool==1.0"]');
  expect(out).toMatch(
    /\nhello of files\nhello of more\ndemo_tool 1\.0 \/ctinstall-2\/python\/bin\/python\S* x\n1\.0 \/ctinstall-2\/python\/\S*\.pyc\n3\n\{/,
  );
  expect(readdirSync(sandbox.dir).filter((name) => /part|^\.py/.test(name))).toEqual([]);
  const { packages, relationships } = JSON.parse(out.slice(out.lastIndexOf('\n3\n{') + 3));
  const locators = packages.flatMap(({ externalRefs = [] }: { externalRefs?: { referenceLocator: string }[] }) =>
    externalRefs.map(({ referenceLocator }) => referenceLocator),
  );
  expect(locators).toContain('pkg:pypi/demo-tool@1.0');
  expect(relationships).toHaveLength(packages.length);
});

test('the image says itself how its conda environment is activated, for Python packages too', async () => {
  const out = await sandbox.succeed(`
    ctinstall build py3.sif --base "$CT_IMAGES/${standInImage}" --pip demo_tool --wheels wheels
    singularity exec py3.sif sh -c 'demo_tool y; grep ^home /ctinstall/python/pyvenv.cfg'`);
  expect(out).toMatch(/\ndemo_tool 1\.0 \S+ y\nhome = \/opt\/miniconda3\/envs\/mpi4py\/bin\n/);
});

test('a conda environment of a list with hashes, with no conda: found with no activation', async () => {
  const out = await sandbox.succeed(`mkdir -p channel/noarch pkg/bin pkg/info pkg/etc/conda/activate.d; cd pkg
    printf '#!/bin/sh\\necho tool of /old/placeholder, $TOOL_DATA\\n' > bin/tool; chmod +x bin/tool
    echo 'export TOOL_DATA=$CONDA_PREFIX/share' > etc/conda/activate.d/tool.sh
    echo '{"name":"tool","version":"1.0","build":"0","build_number":0,"depends":[],"subdir":"noarch"}' > info/index.json
    echo '{"paths_version":1,"paths":[{"_path":"bin/tool","path_type":"hardlink","prefix_placeholder":"/old/placeholder","file_mode":"text"},{"_path":"etc/conda/activate.d/tool.sh","path_type":"hardlink"}]}' > info/paths.json
    printf 'bin/tool\\netc/conda/activate.d/tool.sh\\n' > info/files
    tar -cjf ../channel/noarch/tool-1.0-0.tar.bz2 *; cd ..; rm -r pkg
    printf '@EXPLICIT\\nfile://%s#%s\\n' "$PWD/channel/noarch/tool-1.0-0.tar.bz2" "$(md5sum < channel/noarch/tool-1.0-0.tar.bz2 | cut -d' ' -f1)" > list.txt
    ctinstall build conda.sif ${tiny} --conda list.txt --lock lock.txt --check-reproducible
    singularity exec conda.sif tool; grep -c 'tool-1.0-0.tar.bz2#' lock.txt; ctinstall show conda.sif --sif | grep Packages`);
  expect(out).toMatch(/\ntool of \/ctinstall\/conda, \/ctinstall\/conda\/share\n1\nPackages: +tool=1.0=0\n$/);
});

test('an image becomes a module in one go', async () => {
  const out = await sandbox.succeed(`ctinstall build mine.sif ${tiny} --files prog --install --name mytool --version 2.1
    module load mytool/2.1; hello; printf '#!/bin/sh\\necho more\\n' > more; chmod +x more
    mkdir -p m && mv more m/; ctinstall build --update mine.sif --files m:/more --install --name mytool --version 2.1
    singularity exec "$SIF" /more/more; ctinstall verify mytool/2.1`);
  expect(out).toMatch(/\nhello of files\n(.*\n)*more\nmytool\/2\.1: as installed\n$/);
});

test('an easyconfig’s image is made where it is installed, and made again only where its inputs changed', async () => {
  const recipe = (build: string): string =>
    `name: made\nversion: "1.0"\nimage: { file: made.sif }\nbuild: ${build}\nwrappers: [hello]\n`;
  sandbox.write('recipe/made-1.0.yaml', recipe('{ base: tiny.sif, files: [{ from: prog }] }'));
  sandbox.write('recipe/x.def', 'Bootstrap: localimage\nFrom: x.sif\n%setup\n  touch "$HOME/was-here"\n');
  sandbox.write('recipe/other-1.0.yaml', recipe('{ definition: x.def }').replace('name: made', 'name: other'));
  const out = await sandbox.succeed(`export CTINSTALL_IMAGE_DIRS="$CT_IMAGES"; cp -r prog recipe/
    ctinstall --dry-run recipe/made-1.0.yaml | grep 'build image'
    ctinstall recipe/made-1.0.yaml; module load made/1.0; hello
    ctinstall --rebuild recipe/made-1.0.yaml 2>&1 | grep -o 'is not built again'
    printf '#!/bin/sh\\necho hello again\\n' > recipe/prog/bin/hello
    ctinstall recipe/made-1.0.yaml 2>&1 | grep -o 'differs: prog, of which the image is built'
    ctinstall --rebuild recipe/made-1.0.yaml 2>&1 | grep -o 'built again: .*'; hello
    ctinstall show made/1.0 | grep ' image '; ctinstall verify made/1.0; ls -A "$CTINSTALL_PREFIX/software/made/1.0" | grep part || :`);
  expect(out).toMatch(
    /^ {2}build image on tiny\.sif with prog\n(.*\n)*hello of files\nis not built again\ndiffers: prog, of which the image is built\nbuilt again: `prog` changed\n(.*\n)?hello again\n {2}image +made\.sif, built of \S*\/tiny\.sif\nmade\/1\.0: as installed\n$/,
  );
  const refused = await sandbox.run(
    'cp "$CT_IMAGES/tiny.sif" recipe/x.sif; ctinstall recipe/other-1.0.yaml; s=$?; ls -A; exit $s',
  );
  expect(refused).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('`%setup` of the definition file would run'),
  });
  expect(refused.stdout).not.toContain('was-here');
});

test('killed at its work, it leaves what the next build removes; a failure of pip is told in its words', async () => {
  const { stdout } =
    await sandbox.run(`mkdir -p bin tmp; printf '#!/bin/sh\\n[ "$1" != -version ] || { echo mksquashfs version 4.5; exit; }; touch packing; while [ -e packing ]; do sleep 0.1; done\\n' > bin/mksquashfs; chmod +x bin/mksquashfs
    export TMPDIR=$PWD/tmp; PATH=$PWD/bin:$PATH ctinstall build killed.sif ${tiny} --files prog &
    until [ -e packing ]; do sleep 0.1; done; kill -KILL $!; wait $!; rm packing; ls -A . tmp | grep -c 'killed.*part~\\|ctinstall-build-'
    ctinstall build other.sif ${tiny} --files prog 2>&1 | grep -c 'which a killed build left'; ls -A . tmp | grep 'part~\\|ctinstall-build-'`);
  expect(stdout).toBe('2\n2\n');
  const { stderr } = await sandbox.run(
    'ctinstall build x.sif --base "$CT_IMAGES/venv.sif" --pip no_such_tool --wheels wheels',
  );
  expect(stderr).toMatch(/^error: the Python packages could not be installed\n( {2}\| .*\n)+\nhint: /m);
  expect(stderr).toMatch(/No matching distribution found for no_such_tool/);
  expect(stderr).not.toContain('/bin/sh');
});

test('what cannot be is refused, and leaves nothing', async () => {
  const attempts: readonly (readonly [string, number, RegExp])[] = [
    [`ctinstall build x.sif ${tiny} --files prog:/usr/prog`, 2, /has a `\/usr` already/],
    [
      `cp "$CT_IMAGES/tiny.sif" own.sif; ctinstall build own.sif --force --base own.sif --files prog`,
      2,
      /is the base itself/,
    ],
    [`ctinstall build own.sif ${tiny} --files prog`, 2, /own\.sif` is there already/],
    ['echo nothing > no.sif; ctinstall build x.sif --base no.sif --files prog', 1, /no\.sif` is not an image/],
    [`ctinstall build x.sif ${tiny} --pip demo_tool --wheels wheels`, 1, /no python3 on its PATH/],
    [`ctinstall build x.sif ${tiny}`, 2, /nothing is to be added/],
    ['ctinstall build --update own.sif --files prog', 2, /was not made by `ctinstall build`/],
    ['ctinstall build --update none.sif --files prog', 2, /there is no image `\S*none\.sif` to add to/],
    ['ctinstall build --update own.sif --base x.sif --files prog', 2, /`--base` does not go with `--update`/],
    [`ctinstall build x.sif ${tiny} --conda none.yml --lock none/lock.txt`, 2, /no directory `\S*\/none` for `--lock`/],
    ['ctinstall build x.sif --base none.sif --files prog', 1, /no image at `\S*none\.sif`\n\nhint: .*`docker:\/\/…`/],
    [
      `mkdir closed; chmod 555 closed; ctinstall build closed/x.sif ${tiny} --files prog`,
      1,
      /nothing can be written to `\S*\/closed`: permission denied/,
    ],
    [
      `mkdir -p no/a; > no/a/f; chmod 0 no/a/f; ctinstall build x.sif ${tiny} --files no:/no`,
      1,
      /read: `\/\S*\/no\/a\/f`/,
    ],
    [
      `ulimit -f $(($(stat -c %s "$CT_IMAGES/tiny.sif") / 1024 + 8)); ctinstall build x.sif ${tiny} --files lots`,
      1,
      /x\.sif|File too large|adding the files/,
    ],
  ];
  const ran = await sandbox.run(
    attempts.map(([script]) => `(${script}) >&2; printf "$?\\0"; printf '\\0' >&2`).join('\n'),
  );
  const [statuses, said] = [ran.stdout.split('\0'), ran.stderr.split('\0')];
  for (const [index, [script, status, stderr]] of attempts.entries())
    expect([script, statuses[index], said[index]]).toEqual([script, `${status}`, expect.stringMatching(stderr)]);
  expect(readdirSync(sandbox.dir).filter((name) => /^x|part/.test(name))).toEqual([]);
});

test('stopped while it packs, it leaves nothing', async () => {
  const { stdout } =
    await sandbox.run(`mkdir bin; printf '#!/bin/sh\\ntouch begun; while :; do sleep 1; done\\n' > bin/mksquashfs; chmod +x bin/mksquashfs
    PATH=$PWD/bin:$PATH ctinstall build stopped.sif ${tiny} --files prog & 
    until [ -e begun ]; do sleep 0.1; done; kill -TERM $!; wait $!; echo $?; ls -A`);
  expect(stdout).toMatch(/^(130|143)\n/);
  expect(stdout).not.toMatch(/stopped/);
});
