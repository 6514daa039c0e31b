import { expect, test } from 'vitest';
import { makeSandbox, tinyImage } from '../harness/sandbox.ts';

/** What a terminal of 80 columns gets. */
const onTerminal = (command: string): string => `script -qefc ${quote(`stty cols 80 rows 24; ${command}`)} /dev/null`;
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor of a terminal
const control = /\u001b\[[\d;?]*[A-Za-z]/g;

const slow = `name: tiny
version: "1.0"
image: { file: tiny.sif, mode: central }
post_install: ["sleep 3"]
`;

test('a step that takes longer than a second has a line with what and how long, on a terminal only', async () => {
  const { run, write } = makeSandbox();
  write('tiny-1.0.yaml', slow);
  const install = `ctinstall --image ${tinyImage} tiny-1.0.yaml`;
  const shown = await run(onTerminal(install));
  expect(shown.status).toBe(0);
  expect(shown.stdout).toMatch(/ {2}post-install: sleep 3 {2}[12] s/);
  // The line is gone in the end, and the cursor is back.
  expect(shown.stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(shown.stdout.lastIndexOf('\u001b[?25l'));
  const piped = await run(`${install} --rebuild`);
  expect(piped.stderr).not.toMatch(control);
  expect(piped.stderr).toMatch(/^ {2}post-install: sleep 3 {2}\(\d\.\d s\)$/m);
  expect(piped.stdout).toBe('module load tiny/1.0\n');
  const quiet = await run(onTerminal(`${install} --rebuild -q`));
  expect(quiet.stdout).toBe('module load tiny/1.0\r\n');
});

test('colours are for terminals, unless they are asked for or refused', async () => {
  const { run } = makeSandbox();
  const coloured = '\u001b[31merror:\u001b[39m ';
  const bad = 'ctinstall no-such.yaml';
  expect((await run(onTerminal(bad))).stdout).toContain(coloured);
  for (const command of [`NO_COLOR=1 ${bad}`, `${bad} --color never`, `TERM=dumb ${bad}`, `${bad} 2>&1 | cat`])
    expect((await run(onTerminal(command))).stdout).toMatch(/^error: no easyconfig/);
  expect((await run(`${bad} --color=always`)).stderr).toContain(coloured);
  expect((await run(`${bad}`)).stderr).toMatch(/^error: no easyconfig/);
  const misused = await run('ctinstall list --wrong --color always');
  expect(misused.stderr).toContain(`${coloured}unknown option`);
});
