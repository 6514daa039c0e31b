import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkModulefile } from '../../../src/apply/steps/check-modulefile.ts';
import { CtinstallError } from '../../../src/lib/errors.ts';
import type { ModulesTool } from '../../../src/lib/paths.ts';
import { planInstall } from '../../../src/plan/plan-install.ts';
import type { CheckModulefileStep } from '../../../src/plan/steps/check-modulefile.ts';
import { inputs, installOf } from '../../plan/support.ts';

/* The site's text in a modulefile, read by the real lua and tclsh. */

type Texts = CheckModulefileStep['texts'];

/** What is said against a modulefile with these texts; empty if nothing. */
async function faultOf(tool: ModulesTool, texts: Texts): Promise<string> {
  const plan = planInstall(installOf('binds: [/etc]\n', { modules_tool: tool, ...texts }), inputs);
  const [content = ''] = plan.steps.flatMap((step) => (step.kind === 'write-modulefile' ? step.content : []));
  const [step] = plan.steps.flatMap((each) => (each.kind === 'check-modulefile' ? each : []));
  if (step === undefined) throw new Error('the plan has no check');
  try {
    await checkModulefile(content, step, { environment: process.env });
    return '';
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code !== 'settings-invalid') throw error;
    return [error.message, ...error.details, error.hint].join('\n');
  }
}

const header = (text: string): Texts => ({ modulefile_header: text });
const footer = (text: string): Texts => ({ modulefile_footer: text });

describe('Lua in a Tcl modulefile is refused', () => {
  test.each([
    '-- site',
    'setenv("A", "b")',
    'family("x")',
    'local x = 1',
    'if (mode() == "load") then\n  LmodMessage("hello")\nend',
    'help([[\nours\n]])',
    'prepend_path("PATH", "/x")',
    'x = 1',
  ])('%s', async (text) => {
    const fault = await faultOf('environment-modules', header(text));
    expect(fault).toMatch(/^the modulefile would be broken: modulefile_header, line 1: /);
    expect(fault).toContain(`  | ${text.split('\n')[0]}`);
    expect(fault).toContain('{ lmod: …, environment-modules: … }');
    expect(await faultOf('environment-modules', footer(text))).toContain('modulefile_footer, line 1: ');
    expect(await faultOf('lmod', header(text))).toBe('');
  });
});

describe('Tcl in a Lua modulefile is refused', () => {
  test.each([
    'setenv A b',
    'module-whatis "ours"',
    'puts "hello"',
    'puts stderr "hello"',
    'prepend-path PATH /x',
    'if {[module-info mode load]} {\n  puts stderr hello\n}',
    'conflict x',
    'set x [exec hostname]',
  ])('%s', async (text) => {
    expect(await faultOf('lmod', header(text))).toMatch(/^the modulefile would be broken: /);
    expect(await faultOf('environment-modules', header(text))).toBe('');
  });
});

describe('other faults', () => {
  test.each<[ModulesTool, string, RegExp]>([
    ['environment-modules', 'setenv A b\n\nsetnev A b', /line 3: invalid command name "setnev"/],
    ['environment-modules', 'if {1} {', /line 1: a brace, bracket or quote is not closed/],
    ['environment-modules', 'setenv A b\nif {1} {\n  set x "\n}', /line 2: missing "/],
    ['environment-modules', 'if {1} {setenv A b} els {setenv A c}', /line 1: /],
    ['environment-modules', 'set x 1}extra {', /./],
    ['environment-modules', 'set a b c d', /line 1: wrong # args/],
    ['environment-modules', 'if {$x ==} {}', /./],
    ['lmod', 'if (mode() == "load" then', /modulefile:\d+: '\)' expected/],
    ['lmod', 'setenv("A", "b"', /modulefile:\d+: /],
  ])('%s: %s', async (tool, text, said) => {
    expect(await faultOf(tool, header(text))).toMatch(said);
  });
});

describe('what a site may write goes through', () => {
  test.each<[ModulesTool, string]>([
    ['environment-modules', '# comment\nsetenv A "x y"\nprepend-path PATH /x\nmodule load foo\nconflict bar'],
    ['environment-modules', 'if {[info exists ::env(SLURM_JOB_ID)]} {\n  setenv A $::env(SLURM_JOB_ID)\n}'],
    ['environment-modules', 'setenv A $env(NO_SUCH_VARIABLE_HERE)'],
    ['environment-modules', 'if {[file isdirectory /x] && ![is-loaded y]} {puts stderr "none"; break}\nprereq z'],
    ['environment-modules', 'set n [exec nproc]\nsetenv N [expr {$n + 1}]\nif {[exec which x]} {setenv X 1}'],
    ['environment-modules', 'proc greet {who} {\n  puts stderr "hello $who"\n}\ngreet [uname nodename]'],
    ['environment-modules', 'set f [open /etc/motd]\nputs stderr [read $f]\nclose $f\nsource /etc/site.tcl'],
    ['environment-modules', 'prepend-path PATH \\\n  /a \\\n  /b'],
    ['environment-modules', 'setenv A é日本😀'],
    ['environment-modules', 'if {[module-info mode load]} { error "not today" }'],
    ['environment-modules', 'exit 3'],
    ['environment-modules', 'while 1 {}'],
    ['lmod', 'if (mode() == "load") then io.stderr:write("é\\n") end\nlocal x = site_function()'],
  ])('%s: %s', async (tool, text) => {
    expect(await faultOf(tool, header(text))).toBe('');
  });

  test('a footer uses what the modulefile has defined', async () => {
    expect(await faultOf('environment-modules', footer('set_both _X $module_name\nsay "loaded $image"'))).toBe('');
    expect(await faultOf('environment-modules', header('set_both _X y'))).toContain('invalid command name "set_both"');
  });

  test('and none of it does anything', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ctinstall-check-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const mark = join(dir, 'mark');
    await faultOf(
      'environment-modules',
      header(
        `exec touch ${mark}\nset f [open ${mark} w]\nfile mkdir ${mark}\nsystem touch ${mark}\ncatch {interp create x; x eval {exec touch ${mark}}}`,
      ),
    );
    await faultOf('lmod', header(`os.execute("touch ${mark}")`));
    expect(existsSync(mark)).toBe(false);
  });
});

test('a text for one tool is for no other', async () => {
  const both = { lmod: 'setenv("A", "b")', 'environment-modules': 'setenv A b' };
  for (const [tool, own, other] of [
    ['lmod', both.lmod, both['environment-modules']],
    ['environment-modules', both['environment-modules'], both.lmod],
  ] as const) {
    const plan = planInstall(installOf('', { modules_tool: tool, modulefile_header: both }), inputs);
    const [content] = plan.steps.flatMap((step) => (step.kind === 'write-modulefile' ? step.content : []));
    expect(content?.split('\n')).toContain(own);
    expect(content?.split('\n')).not.toContain(other);
  }
  const plan = planInstall(
    installOf('', { modules_tool: 'environment-modules', modulefile_header: { lmod: 'setenv("A", "b")' } }),
    inputs,
  );
  expect(plan.steps.some(({ kind }) => kind === 'check-modulefile')).toBe(false);
});
