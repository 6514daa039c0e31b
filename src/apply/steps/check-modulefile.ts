import { readText } from '../../host/files.ts';
import { run } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine, formatValue } from '../../lib/format.ts';
import type { CheckModulefileStep } from '../../plan/steps/check-modulefile.ts';
import { modulefileOf } from '../plan-facts.ts';
import { renderTclCheck } from '../tcl-check.ts';
import type { StepDoer } from '../types.ts';

export const checkModulefileStep: StepDoer<'check-modulefile'> = {
  apply: (step, { plan, ...work }) => checkModulefile(modulefileOf(plan) ?? '', step, work),
};

export interface CheckContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a program on stdin, and says what is wrong with it. Nothing of it is run. */
const checkLua =
  "local f, e = (loadstring or load)(io.read('*a'), '=modulefile'); if not f then io.stderr:write(e) os.exit(1) end";
/** Commands of Tcl that Lua would take for a call of a function of that name, which Lmod has not. */
const tclForLua = /^[ \t]*(?:puts|proc|exec|append-path|prepend-path|module-whatis)[ \t]+["{]/m;

/**
 * Has the modules tool's own Lua, or the Tcl that is on PATH, read a modulefile. Where there is none, nothing is said.
 * Nothing of it changes anything: Lua only parses it; Tcl, which parses nothing before it comes to it, evaluates the site's
 * text without the commands that could.
 * @throws CtinstallError `settings-invalid`: all of it but the site's header and footer is known to be right
 */
export async function checkModulefile(
  content: string,
  { tool, texts }: Pick<CheckModulefileStep, 'tool' | 'texts'>,
  context: CheckContext,
): Promise<void> {
  const fault =
    tool === 'lmod' ? await findLuaFault(content, texts, context) : await findTclFault(content, texts, context);
  if (fault === undefined) return;
  const language = tool === 'lmod' ? 'Lua for Lmod' : 'Tcl for Environment Modules';
  throw new CtinstallError('settings-invalid', `the modulefile would be broken: ${formatLine(fault)}`, {
    details: excerptOf({ modulefile: content, ...texts }, fault),
    hint: `this modulefile is ${language}: fix the text in the settings (\`ctinstall settings\` says where it is set), or give one for each tool: \`modulefile_header: { lmod: …, environment-modules: … }\``,
  });
}

type Texts = CheckModulefileStep['texts'];

async function findLuaFault(content: string, texts: Texts, context: CheckContext): Promise<string | undefined> {
  for (const [name, text] of Object.entries(texts)) {
    const at = tclForLua.exec(text);
    if (at !== null) return `${name}, line ${text.slice(0, at.index).split('\n').length}: this is Tcl`;
  }
  const lua = await findLua(context);
  return lua === undefined ? undefined : askProgram([lua, '-e', checkLua], content, context);
}

/** The interpreter that Lmod itself starts with, or else one on PATH. */
async function findLua(context: CheckContext): Promise<string | undefined> {
  const command = context.environment.LMOD_CMD;
  const start = command === undefined ? '' : await readText(command).catch(() => '');
  const [, program] = /^#!\s*(\/\S+)/.exec(start) ?? [];
  for (const lua of [program, 'lua', 'lua5.4', 'lua5.3', 'lua5.1'])
    if (lua !== undefined && !/\/env$/.test(lua) && (await canRun([lua, '-v'], context))) return lua;
  return undefined;
}

async function findTclFault(content: string, texts: Texts, context: CheckContext): Promise<string | undefined> {
  if (!(await canRun(['tclsh'], context))) return undefined;
  const { modulefile_header: header, modulefile_footer: footer } = texts;
  const pieces = [
    ...(header === undefined ? [] : [{ name: 'modulefile_header', text: header }]),
    // A footer may use what the modulefile has defined.
    { name: undefined, text: content },
    ...(footer === undefined ? [] : [{ name: 'modulefile_footer', text: footer }]),
  ];
  return askProgram(['tclsh'], renderTclCheck(pieces), context);
}

async function canRun(argv: Argv, { environment, signal }: CheckContext): Promise<boolean> {
  const result = await run(argv, { env: environment, signal, input: '' }).catch((error: unknown) => {
    if (error instanceof CtinstallError && error.code === 'interrupted') throw error;
    return undefined;
  });
  return result?.exitCode === 0;
}

type Argv = readonly [string, ...string[]];

/** What a program has against its input, or undefined. */
async function askProgram(
  argv: Argv,
  input: string,
  { environment, signal }: CheckContext,
): Promise<string | undefined> {
  const { exitCode, stderr } = await run(argv, { env: environment, signal, input });
  return exitCode === 0 ? undefined : stderr.trim();
}

/** The line that is named, and the one before it. */
function excerptOf(texts: Readonly<Record<string, string>>, fault: string): string[] {
  const [, name = '', number] = /^(\w+)(?:, line |:)(\d+):/.exec(fault) ?? [];
  const lines = texts[name]?.split('\n').slice(Math.max(0, Number(number) - 2), Number(number)) ?? [];
  return lines.map((line) => `  | ${formatValue(line, 100)}`);
}
