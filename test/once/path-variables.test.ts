import { beforeAll, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';

/*
 * Path variables that an easyconfig adds to, with the real modules tools and the real runtime, in an image that sets some
 * of them itself.
 */

const easyconfig = `name: paths
version: "1.0"
module_kind: environment
image: { file: paths.sif }
wrappers: [start-shell, { name: seen, command: env }]
env:
  module:
    MANPATH: { prepend: "%(installdir)s/man", append: /opt/man }
    PATH: { prepend: "%(installdir)s/tools" }
  container:
    LD_LIBRARY_PATH: { prepend: [/opt/a/lib, "/opt/$b/lib"], append: /opt/z/lib }
    NEW_PATH: { prepend: /opt/new }
    LAST_PATH: { append: [/opt/last] }
    PATH: { prepend: /opt/a/bin, append: /opt/z/bin }
post_install: ['[ "$LAST_PATH" = /images/last:/opt/last ]', "mkdir %(installdir)s/tools"]
sanity_check_commands: ['[ "$LD_LIBRARY_PATH" != "\${LD_LIBRARY_PATH#/opt/a/lib:/opt/\\$b/lib:/images/lib:}" ]']
`;

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const libs = '/.singularity.d/libs';
const inside = {
  LD_LIBRARY_PATH: `/opt/a/lib:/opt/$b/lib:/images/lib:${libs}:/opt/z/lib:${libs}`,
  NEW_PATH: '/opt/new',
  LAST_PATH: '/images/last:/opt/last',
  PATH: `/runscripts:/opt/a/bin:${path}:/opt/z/bin`,
};

let sandbox: Sandbox;
const removals: (() => void)[] = [];

beforeAll(async () => {
  sandbox = makeSandbox((remove) => removals.push(remove));
  sandbox.write('paths-1.0.yaml', easyconfig);
  await sandbox.succeed(`
    singularity --silent build --sandbox rootfs "$CT_IMAGES/tiny.sif"
    printf '%s\n' 'export LD_LIBRARY_PATH=/images/lib LAST_PATH=/images/last' > rootfs/.singularity.d/env/10-docker2singularity.sh
    singularity --silent build paths.sif rootfs
    ctinstall paths-1.0.yaml`);
  return () => {
    for (const remove of removals) remove();
  };
});

function read(said: string): Record<string, string | undefined> {
  const lines = said.split('\n');
  const lineOf = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
  return Object.fromEntries(Object.keys(inside).map((name) => [name, lineOf(name)]));
}

/** What the user sets for the container. */
const own = `export SINGULARITYENV_LAST_PATH='/mine:$(echo evaluated)' SINGULARITYENV_LD_LIBRARY_PATH=/mine
  export APPTAINERENV_NEW_PATH=/mine SINGULARITYENV_APPEND_PATH=/mine`;

const ways = {
  'singularity exec $SIF': ['', 'module load paths; singularity exec "$SIF" env'],
  'a wrapper': ['', 'module load paths; seen'],
  'a wrapper without the module': ['', '"$CTINSTALL_PREFIX/software/paths/1.0/bin/seen"'],
  'Environment Modules': [
    `ctinstall --modules-tool environment-modules --prefix "$HOME/tcl" paths-1.0.yaml >&2
    . "$CT_ENVMODULES_INIT"; module use "$HOME/tcl/modules"`,
    'module load paths; singularity exec "$SIF" env',
  ],
} as const;

test.each(Object.entries(ways))(
  'inside, by %s: paths go around what the image sets, or what the user sets for the container',
  async (_, [start, look]) => {
    const said = await sandbox.succeed(`${start}\n(${look}); printf '\\0'; ${own}; ${look}`);
    const [ofImage = '', ofUser = ''] = said.split('\0');
    expect(read(ofImage)).toEqual(inside);
    expect(read(ofUser)).toEqual({
      LAST_PATH: '/mine:evaluated:/opt/last',
      LD_LIBRARY_PATH: `/opt/a/lib:/opt/$b/lib:/mine:/opt/z/lib:${libs}`,
      NEW_PATH: '/opt/new:/mine',
      PATH: `/runscripts:/opt/a/bin:${path}:/mine:/opt/z/bin`,
    });
  },
);

test.each([
  ['Lmod', ''],
  ['Environment Modules', '. "$CT_ENVMODULES_INIT"; module use "$HOME/tcl/modules"; '],
])('outside, by %s: added at the load, taken away at the unload', async (_, tool) => {
  const root = tool === '' ? sandbox.prefix : `${sandbox.dir}/tcl`;
  const show = `echo "$MANPATH \${PATH%%:*} \${SINGULARITYENV_LAST_PATH-unset}"; [[ $PATH == */bin:$dir/tools:* ]] && echo tools`;
  const out = await sandbox.run(
    `${tool}export MANPATH=/mine; dir=${root}/software/paths/1.0; module load paths; ${show}; module unload paths; ${show}`,
  );
  const [first = '', second, third = ''] = out.stdout.split('\n');
  const dir = `${root}/software/paths/1.0`;
  expect(first).toBe(`${dir}/man:/mine:/opt/man ${dir}/bin \${LAST_PATH:+$LAST_PATH:}/opt/last`);
  expect(second).toBe('tools');
  expect(third).toMatch(/^\/mine \S+ unset$/);
});

test('a wrapper without the module, of a copy of the install, has them too', async () => {
  const out = await sandbox.succeed(
    `cp -a "$CTINSTALL_PREFIX/software/paths/1.0" copied; MANPATH=/mine copied/bin/seen | grep '^MANPATH='`,
  );
  expect(out).toBe(`MANPATH=${sandbox.dir}/copied/man:/mine:/opt/man\n`);
});
