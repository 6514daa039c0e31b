import { readText } from '../host/files.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine, formatValue } from '../lib/format.ts';
import type { ModulesTool } from '../lib/paths.ts';

export interface CheckContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a program on stdin, and says what is wrong with it. Nothing of it is run. */
const checkLua =
  "local f, e = (loadstring or load)(io.read('*a'), '=modulefile'); if not f then io.stderr:write(e) os.exit(1) end";
/** Of Tcl no more can be told without running it. A script that is read from stdin can read on there itself. */
const checkTcl =
  'if {![info complete [read stdin]]} {puts stderr {a brace, bracket or quote is not closed}; exit 1}; exit 0';

/**
 * Has the modules tool's own Lua, or the Tcl that is on PATH, read a modulefile. Where there is none, nothing is said.
 * @throws CtinstallError `settings-invalid`: all of it but the site's header and footer is known to be right
 */
export async function checkModulefile(content: string, tool: ModulesTool, context: CheckContext): Promise<void> {
  const fault = tool === 'lmod' ? await findLuaFault(content, context) : await findTclFault(content, context);
  if (fault === undefined) return;
  throw new CtinstallError('settings-invalid', `the modulefile would be broken: ${formatLine(fault)}`, {
    details: excerptOf(content, fault),
    hint: 'mend `modulefile_header` or `modulefile_footer` in the settings; `ctinstall settings` says where they are set',
  });
}

async function findLuaFault(content: string, context: CheckContext): Promise<string | undefined> {
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

async function findTclFault(content: string, context: CheckContext): Promise<string | undefined> {
  if (!(await canRun(['tclsh'], context))) return undefined;
  return askProgram(['tclsh'], `${checkTcl}\n${content}`, context);
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

/** The line that Lua names, and the one before it. */
function excerptOf(content: string, fault: string): string[] {
  const [, number] = /^modulefile:(\d+):/.exec(fault) ?? [];
  if (number === undefined) return [];
  const lines = content.split('\n').slice(Math.max(0, Number(number) - 2), Number(number));
  return lines.map((line) => `  | ${formatValue(line, 100)}`);
}
