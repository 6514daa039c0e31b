import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import type { RunHookStep } from '../../plan/steps/run-hook.ts';
import type { Reporter } from '../../report/types.ts';
import type { RunContext } from '../../runtime/run-in-container.ts';
import { runNoted } from '../../transaction/noted-command.ts';
import type { StepDoer } from '../types.ts';

export const runHook: StepDoer<'run-hook'> = { apply: runOrWarn };

export interface HookContext extends RunContext {
  readonly reporter: Reporter;
}

/**
 * Runs an executable of the site's, with the install as JSON on stdin and no argument, so that no word of a recipe reaches
 * a command line. Another exit status than 0 refuses the install, and what it wrote on stderr says why; after the install it
 * is a warning.
 * @throws CtinstallError `refused-by-site`
 */
async function runOrWarn(step: RunHookStep, context: HookContext): Promise<void> {
  const { hook } = step.input;
  try {
    await runOrRefuse(step, context);
  } catch (error) {
    if (hook !== 'post_install' || !(error instanceof CtinstallError)) throw error;
    context.reporter.report({
      event: 'warning',
      // There is nothing to refuse any more.
      message: [
        `the install is done, but its ${hook} hook failed: ${error.message.replace(refused, '')}`,
        ...error.details,
      ].join('\n'),
      hint: error.hint,
    });
  }
}

async function runOrRefuse({ program, input }: RunHookStep, context: HookContext): Promise<void> {
  const { hook, module, install_dir: installDir } = input;
  const env = {
    ...context.environment,
    CTINSTALL_HOOK: hook,
    CTINSTALL_MODULE: module,
    CONTAINERROOT: installDir,
  };
  // Its own directory may go away below it.
  const { signal, note } = context;
  const result = await runNoted([program], { env, cwd: '/', signal, note, input: `${JSON.stringify(input)}\n` });
  const said = linesOf(result.stderr);
  for (const line of [...linesOf(result.stdout), ...said]) context.log(`  | ${line}`);
  if (result.exitCode === 0) return;
  refuseUnstarted(program, hook, { exitCode: result.exitCode, said });
  const ended = result.signal === undefined ? `exit status ${result.exitCode}` : `signal ${result.signal}`;
  const [first = `its ${hook} hook ended with ${ended}`, ...rest] = said.slice(0, mostLines);
  throw new CtinstallError('refused-by-site', `${refused}${first}`, {
    details: rest.map((line) => `  ${line}`),
    hint: `\`${formatLine(program)}\` said so (${hook}, ${ended}): ask your support team`,
  });
}

/** What the shell says that was to become the hook: 126 and 127 are its exit statuses where it could not. */
function refuseUnstarted(
  program: string,
  hook: string,
  { exitCode, said }: { exitCode: number | undefined; said: readonly string[] },
): void {
  const [first = ''] = said;
  if ((exitCode !== 126 && exitCode !== 127) || !first.startsWith('sh: ') || !first.includes(formatLine(program)))
    return;
  throw new CtinstallError(
    'settings-invalid',
    `the ${hook} hook \`${formatLine(program)}\` cannot be started: ${first}`,
    {
      hint: 'look at its first line: the interpreter there must be on this machine, and no Windows line end behind it',
    },
  );
}

const refused = 'refused by the site: ';

/** More than this is no message. */
const mostLines = 40;

function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [formatLine(line)]));
}
