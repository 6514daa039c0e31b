import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';
import { readScreen } from '../harness/vnc-client.ts';

const slurm = useSlurm();

/** A program with a window of 100 × 50 pixels in one colour, as any program of X draws it. */
const window = `import ctypes, time
x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.restype = x11.XCreateSimpleWindow.restype = ctypes.c_ulong
display = ctypes.c_void_p(x11.XOpenDisplay(None))
root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
shown = x11.XCreateSimpleWindow(display, root, 20, 10, 100, 50, 0, ctypes.c_ulong(0), ctypes.c_ulong(0xC04080))
x11.XMapWindow(display, ctypes.c_ulong(shown))
x11.XSync(display, 0)
open("window-is-there", "w").close()
time.sleep(600)
`;

const functions = `
until_says() { for ((n = 0; n < 600; n++)); do ! grep -qs "$1" "$2" || return 0; sleep 0.1; done; cat "$2" >&2; exit 1; }
use() {
  module load lumi-vnc || exit 1
  # In a container the runtime's own idea of the home directory counts.
  export SINGULARITY_HOME=$HOME APPTAINER_HOME=$HOME
  trap 'rm -rf "$sessions"' EXIT
}
sessions=~/.local/state/ctinstall/vnc
`;

let sandbox: Sandbox;
let remove: () => void;
beforeAll(async () => {
  sandbox = makeSandbox((itself) => {
    remove = itself;
  });
  await sandbox.succeed('ctinstall --image "$CT_IMAGES/vnc.sif" lumi-vnc');
});
afterAll(() => remove());

test('programs with windows, in two servers at once, are seen with a VNC viewer that knows the password', async () => {
  sandbox.write('window.py', window);
  const running = sandbox.run(
    `${functions}
     use
     start-vnc --geometry 320x240 -- python3 window.py >one.out 2>&1 & one=$!
     until_says password: one.out
     singularity exec "$SIF" start-vnc --localhost >two.out 2>&1 & two=$!
     until_says password: two.out
     for ((n = 0; n < 200; n++)); do [ ! -e window-is-there ] || break; sleep 0.1; done
     vnc-status >status; stat -c '%a' "$sessions"/* "$sessions"/*/* | sort -u | tr '\\n' ' ' >modes
     touch ready; for ((n = 0; n < 600; n++)); do [ ! -e seen ] || break; sleep 0.1; done
     stop-vnc; echo "several: $?"
     stop-vnc "$(head -1 one.out)"; wait $one; echo "one: $?"
     stop-vnc >/dev/null; wait $two; echo "two: $?"
     vnc-status; ls -A "$sessions"`,
  );
  await vi.waitUntil(() => existsSync(join(sandbox.dir, 'ready')), { timeout: 90_000, interval: 50 });
  const [status = '', one = '', two = '', modes] = ['status', 'one.out', 'two.out', 'modes'].map((name) =>
    readFileSync(join(sandbox.dir, name), 'utf8'),
  );
  const passwords = /password: +(\S+)$/gm;
  for (const said of [one, two])
    expect(status.replace(passwords, 'password: …')).toContain(said.replace(/password: .*/, 'password: …'));
  expect(modes).toBe('600 700 ');

  const [port, password] = [
    Number(/-L (\d+):/.exec(one)?.[1]),
    new RegExp(`-L ${/-L (\d+):/.exec(one)?.[1]}:[^]*?password: +(\\S+)`).exec(status)?.[1] ?? '',
  ];
  expect(one).toMatch(
    new RegExp(`^\\S+:${port - 5900}\n.*ssh -N -L ${port}:localhost:${port} -L \\d+:localhost:\\d+ \\S+@\\S+\n`),
  );
  expect(Number(/-L (\d+):/.exec(two)?.[1])).not.toBe(port);
  const { width, height, pixels } = await readScreen(port, password);
  expect([width, height]).toEqual([320, 240]);
  const of = (at: number): string => `${at % width},${Math.floor(at / width)}`;
  const shown = [...pixels.entries()].flatMap(([at, pixel]) => (pixel === 0xc04080 ? [of(at)] : []));
  expect([shown.length, shown[0], shown.at(-1)]).toEqual([100 * 50, '20,10', '119,59']);
  await expect(readScreen(port, 'password')).rejects.toThrow(/authentication/i);
  const web = /http:\/\/localhost:(\d+)\/vnc\.html/.exec(one)?.[1];
  expect(await (await fetch(`http://127.0.0.1:${web}/vnc.html`)).text()).toContain('noVNC');

  sandbox.write('seen', '');
  const { stdout, stderr } = await running;
  expect(stdout).toMatch(/^several: 1\nstopped \S+\none: 0\ntwo: 0\nno VNC server of yours runs\n$/);
  expect(stderr).toMatch(/^error: 2 VNC servers of yours run\nhint: name one of them, or --all: \S+:\d+ \S+:\d+\n$/);
  await expect(readScreen(port, password)).rejects.toThrow('ECONNREFUSED');
});

test('in a job the line of ssh goes by the login node, and the server ends with the job', async () => {
  const said = await sandbox.succeed(
    `${functions}
     use
     printf '#!/bin/bash\\nsrun start-vnc --localhost\\n' >job.sh
     id=$(sbatch --parsable --nodelist=n2 --output=out job.sh)
     until_says password: out
     cat out; vnc-status | grep -v password: | diff - <(grep -v password: out)
     scancel "$id"
     for ((n = 0; n < 200; n++)); do [ -s "$sessions"/*/session ] || break; sleep 0.1; done
     # One that was killed with its node.
     mkdir "$sessions/n9:1"; echo port=1 >"$sessions/n9:1/session"; touch -d '2 minutes ago' "$sessions/n9:1/session"
     vnc-status; ls -A "$sessions"`,
    slurm,
  );
  expect(said).toMatch(
    /^n2:(\d+), in job \d+\n.* ssh -N -J (\S+)@lumi\.csc\.fi -L (\d+):localhost:\3 -L \d+:localhost:\d+ \2@n2\n(.*\n){3}no VNC server of yours runs\n$/,
  );
});
